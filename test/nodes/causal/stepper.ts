/**
 * A handful of causal nodes in memory, moved by hand: nothing is delivered, fires or goes by unless the test says so.
 * Records are durable at once, so every step is released at its end, and all invariants look at it then.
 */
import assert from 'node:assert/strict';
import type {
  CausalProtocol,
  JournalRecord,
  Message,
  Request,
  Response,
  Status,
  Timer,
} from '../../../nodes/causal/messages.ts';
import { causal } from '../../../nodes/causal/model.ts';
import { vectorOf } from '../../../nodes/causal/vector.ts';
import { nodeId, requestId, type NodeId, type RequestId } from '../../../nodes/kernel/ids.ts';
import type { OptionValues } from '../../../nodes/kernel/model.ts';
import { createPrng } from '../../../nodes/kernel/prng.ts';
import type { NodeEvent, ProtocolCore } from '../../../nodes/kernel/protocol.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';

export const [n1, n2, n3] = [nodeId(1), nodeId(2), nodeId(3)];
export const nodes: readonly NodeId[] = [n1, n2, n3];

export interface Letter {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: Message;
}
type Which = (letter: Letter) => boolean;

interface Member {
  core: ProtocolCore<CausalProtocol>;
  incarnation: number;
  journal: JournalRecord[];
  readonly timers: Map<Timer, number>;
}

export class Stepper {
  nowMs = 1000;
  /** What is under way, in order of sending. */
  letters: Letter[] = [];
  /** Sentences of invariants that are broken. */
  readonly violations: string[] = [];
  readonly probes = new Map<string, number>();
  private readonly members = new Map<NodeId, Member>();
  private readonly responses = new Map<RequestId, Response>();
  private readonly observers = causal.invariants.map((invariant) => invariant.observer());
  private readonly options: OptionValues;
  private readonly bug: string | null;
  private requests = 0;

  constructor(setup: { options?: OptionValues; bug?: string } = {}) {
    this.options = { ...setup.options };
    this.bug = setup.bug ?? null;
    for (const node of nodes) this.start(node, [], 1);
  }

  /** A crash, and a new life from the journal; through JSON, so that nothing is shared between lives. */
  restart(node: NodeId): void {
    const { journal, incarnation } = this.member(node);
    this.start(node, JSON.parse(JSON.stringify(journal)) as JournalRecord[], incarnation + 1);
  }

  request(node: NodeId, request: Request): RequestId {
    const id = requestId(++this.requests);
    this.step(node, { kind: 'request', id, request });
    return id;
  }

  put(node: NodeId, key: string, value: Json, session = ''): RequestId {
    return this.request(node, { type: 'put', key, value, session: vectorOf(session) });
  }

  get(node: NodeId, key: string, session = ''): RequestId {
    return this.request(node, { type: 'get', key, session: vectorOf(session) });
  }

  /** What a request was answered; null while it is open. */
  response(id: RequestId): Response | null {
    return this.responses.get(id) ?? null;
  }

  /** What a read of a key at a node is answered at once. */
  held(node: NodeId, key: string): Json {
    const response = this.response(this.get(node, key));
    assert(response?.type === 'read');
    return response.value;
  }

  fire(node: NodeId, timer: Timer): void {
    this.member(node).timers.delete(timer);
    this.step(node, { kind: 'timeout', timer });
  }

  /** When a timer is due, in ms from now; null when it is not set. */
  dueIn(node: NodeId, timer: Timer): number | null {
    const at = this.member(node).timers.get(timer);
    return at === undefined ? null : at - this.nowMs;
  }

  /** Takes out what is under way, and hands it over in order; what it causes stays under way. */
  deliver(which: Which = () => true): void {
    const due = this.letters.filter(which);
    this.drop(which);
    for (const letter of due) this.hand(letter);
  }

  settle(): void {
    for (let rounds = 0; this.letters.length > 0; rounds++) {
      assert(rounds < 100, 'the messages never end');
      this.deliver();
    }
  }

  drop(which: Which = () => true): void {
    this.letters = this.letters.filter((letter) => !which(letter));
  }

  hand({ from, to, message }: Letter): void {
    this.step(to, { kind: 'message', from, message: JSON.parse(JSON.stringify(message)) as Message });
  }

  /** Rounds of anti-entropy between all nodes, with everything delivered. */
  sync(rounds = 1): void {
    for (let round = 0; round < rounds; round++) {
      for (const node of nodes) this.fire(node, 'sync');
      this.settle();
    }
  }

  status(node: NodeId): Status {
    return this.member(node).core.status();
  }

  journal(node: NodeId): readonly JournalRecord[] {
    return this.member(node).journal;
  }

  private start(node: NodeId, journal: JournalRecord[], incarnation: number): void {
    const core = causal.create({
      self: node,
      peers: nodes.filter((other) => other !== node),
      prng: createPrng(`${node}/${incarnation}`),
      recovered: journal,
      options: this.options,
      bug: this.bug,
    });
    this.members.set(node, { core, incarnation, journal, timers: new Map() });
    this.step(node, { kind: 'start' });
  }

  private step(node: NodeId, event: NodeEvent<CausalProtocol>): void {
    const member = this.member(node);
    const effects = member.core.step(event, { monotonicMs: this.nowMs, wallMs: 0 });
    member.journal = [...(effects.compacted ?? member.journal), ...effects.journal];
    for (const { to, message } of effects.sends) this.letters.push({ from: node, to, message });
    for (const { id, response } of effects.replies) {
      assert(!this.responses.has(id), 'a request is answered once');
      this.responses.set(id, response);
    }
    for (const { timer, delayMs } of effects.timers) {
      if (delayMs === null) member.timers.delete(timer);
      else member.timers.set(timer, this.nowMs + delayMs);
    }
    for (const probe of effects.probes) this.probes.set(probe, (this.probes.get(probe) ?? 0) + 1);
    const released = { node, incarnation: member.incarnation, status: member.core.status() };
    for (const observe of this.observers) {
      const problem = observe(released);
      if (problem !== null) this.violations.push(problem);
    }
  }

  private member(node: NodeId): Member {
    const member = this.members.get(node);
    assert(member !== undefined);
    return member;
  }
}
