/**
 * A handful of Raft nodes in memory, moved by hand: nothing is delivered, fires or goes by unless the test says so.
 * Records are durable at once, so every step is released at its end, and all invariants look at it then.
 */
import assert from 'node:assert/strict';
import { nodeId, requestId, type NodeId, type RequestId } from '../../../nodes/kernel/ids.ts';
import type { OptionValues } from '../../../nodes/kernel/model.ts';
import { createPrng } from '../../../nodes/kernel/prng.ts';
import type { NodeEvent, ProtocolCore } from '../../../nodes/kernel/protocol.ts';
import type { Operation } from '../../../nodes/machines/index.ts';
import type {
  JournalRecord,
  Message,
  RaftProtocol,
  Request,
  Response,
  Role,
  Status,
  Timer,
} from '../../../nodes/raft/messages.ts';
import { raft } from '../../../nodes/raft/model.ts';

export interface Letter {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: Message;
}
type Which = (letter: Letter) => boolean;

interface Member {
  core: ProtocolCore<RaftProtocol> | null;
  incarnation: number;
  journal: JournalRecord[];
  timers: Map<Timer, number>;
}

export class Stepper {
  nowMs = 1000;
  /** What is under way, in order of sending. */
  letters: Letter[] = [];
  /** Sentences of invariants that are broken. */
  readonly violations: string[] = [];
  readonly probes = new Map<string, number>();
  readonly nodes: readonly NodeId[];
  private readonly members = new Map<NodeId, Member>();
  private readonly responses = new Map<RequestId, Response>();
  private readonly observers = raft.invariants.map((invariant) => ({
    name: invariant.name,
    observe: invariant.observer(),
  }));
  private readonly options: OptionValues;
  private readonly bug: string | null;
  private readonly seed: string;
  private cutLinks = new Set<string>();
  private requests = 0;

  constructor(
    size: number,
    setup: { options?: OptionValues; bug?: string; joining?: number; seed?: string } = {},
  ) {
    this.options = setup.options ?? {};
    this.bug = setup.bug ?? null;
    this.seed = setup.seed ?? 'stepper';
    const joining = Array.from({ length: setup.joining ?? 0 }, (_, at) => nodeId(size + at + 1));
    this.nodes = Array.from({ length: size }, (_, at) => nodeId(at + 1));
    for (const node of [...this.nodes, ...joining]) {
      this.members.set(node, { core: null, incarnation: 0, journal: [], timers: new Map() });
      this.start(node);
    }
  }

  start(node: NodeId): void {
    const member = this.member(node);
    assert(member.core === null, `${node} is up`);
    member.incarnation++;
    member.core = raft.create({
      self: node,
      peers: this.nodes.includes(node) ? this.nodes.filter((other) => other !== node) : [],
      prng: createPrng(`${this.seed}/${node}/${member.incarnation}`),
      incarnation: member.incarnation,
      // Through JSON, as a real journal would: nothing is shared between lives.
      recovered: JSON.parse(JSON.stringify(member.journal)) as JournalRecord[],
      options: this.options,
      bug: this.bug,
    });
    this.step(node, { kind: 'start' });
  }

  crash(...nodes: NodeId[]): void {
    for (const node of nodes) {
      const member = this.member(node);
      member.core = null;
      member.timers.clear();
    }
  }

  restart(...nodes: NodeId[]): void {
    for (const node of nodes) {
      if (this.member(node).core !== null) this.crash(node);
      this.start(node);
    }
  }

  fire(node: NodeId, timer: Timer): void {
    this.member(node).timers.delete(timer);
    this.step(node, { kind: 'timeout', timer });
  }

  request(node: NodeId, request: Request): RequestId {
    const id = requestId(++this.requests);
    this.step(node, { kind: 'request', id, request });
    return id;
  }

  operate(node: NodeId, operation: Operation, serial?: { client: string; number: number }): RequestId {
    return this.request(node, { type: 'operation', operation, ...(serial && { serial }) });
  }

  put(node: NodeId, key: string, value: number): RequestId {
    return this.operate(node, { type: 'put', key, value });
  }

  get(node: NodeId, key: string): RequestId {
    return this.request(node, { type: 'query', query: { type: 'get', key } });
  }

  /** What a request was answered; null while it is open. */
  response(id: RequestId): Response | null {
    return this.responses.get(id) ?? null;
  }

  /** What a read was answered, undefined while it is open. */
  valueOf(id: RequestId): unknown {
    const response = this.response(id);
    return response?.type === 'value' ? response.value : undefined;
  }

  /** Cuts the links between these nodes and all others, in both directions. */
  isolate(...nodes: NodeId[]): void {
    for (const inside of nodes) {
      for (const outside of this.members.keys()) {
        if (nodes.includes(outside)) continue;
        this.cutLinks.add(`${inside}→${outside}`).add(`${outside}→${inside}`);
      }
    }
  }

  heal(): void {
    this.cutLinks.clear();
  }

  /** Delivers what is under way now, in order; what it causes stays under way. */
  deliver(which: Which = () => true): void {
    const due = this.letters.filter(which);
    this.letters = this.letters.filter((letter) => !which(letter));
    for (const letter of due) this.hand(letter);
  }

  /** Delivers until nothing is under way any more. */
  settle(which: Which = () => true): void {
    for (let rounds = 0; this.letters.some(which); rounds++) {
      assert(rounds < 1000, 'the messages never end');
      this.deliver(which);
    }
  }

  drop(which: Which = () => true): void {
    this.letters = this.letters.filter((letter) => !which(letter));
  }

  /** Hands over a message, as the network would, in whatever order the test likes. */
  hand({ from, to, message }: Letter): void {
    const member = this.members.get(to);
    if (member === undefined || member.core === null || this.cutLinks.has(`${from}→${to}`)) return;
    this.step(to, { kind: 'message', from, message: JSON.parse(JSON.stringify(message)) as Message });
  }

  /** Time goes by, with nothing else: no timer fires. */
  wait(ms: number): void {
    this.nowMs += ms;
  }

  /** Time goes by, timers fire, and messages arrive at once. */
  run(ms: number): void {
    const endMs = this.nowMs + ms;
    for (;;) {
      this.settle();
      const next = this.nextTimer(endMs);
      if (next === null) break;
      this.nowMs = Math.max(this.nowMs, next.atMs);
      this.fire(next.node, next.timer);
    }
    this.nowMs = endMs;
  }

  status(node: NodeId): Status {
    const { core } = this.member(node);
    assert(core, `${node} is down`);
    return core.status();
  }

  role(node: NodeId): Role {
    return this.status(node).role;
  }

  /** How long until a timer fires; null when it is not set. */
  dueInMs(node: NodeId, timer: Timer): number | null {
    const atMs = this.member(node).timers.get(timer);
    return atMs === undefined ? null : atMs - this.nowMs;
  }

  journal(node: NodeId): readonly JournalRecord[] {
    return this.member(node).journal;
  }

  /** Makes a node the leader of all that it can reach. */
  elect(node: NodeId): void {
    // Far enough from anything heard of a leader for votes to be given.
    this.wait(1000);
    this.fire(node, 'election');
    this.settle();
    assert.equal(this.role(node), 'leader', `${node} was to be elected`);
  }

  private nextTimer(untilMs: number): { node: NodeId; timer: Timer; atMs: number } | null {
    let next: { node: NodeId; timer: Timer; atMs: number } | null = null;
    for (const [node, { timers }] of this.members) {
      for (const [timer, atMs] of timers) {
        if (atMs <= untilMs && atMs < (next?.atMs ?? Infinity)) next = { node, timer, atMs };
      }
    }
    return next;
  }

  private member(node: NodeId): Member {
    const member = this.members.get(node);
    assert(member, `there is no ${node}`);
    return member;
  }

  private step(node: NodeId, event: NodeEvent<RaftProtocol>): void {
    const member = this.member(node);
    const { core } = member;
    assert(core, `${node} is down`);
    const effects = core.step(event, { monotonicMs: this.nowMs, wallMs: this.nowMs });
    if (effects.compacted) member.journal = [...effects.compacted];
    member.journal.push(...effects.journal);
    for (const { to, message } of effects.sends) this.letters.push({ from: node, to, message });
    for (const { id, response } of effects.replies) {
      assert(!this.responses.has(id), `request ${id} is answered twice`);
      this.responses.set(id, response);
    }
    for (const { timer, delayMs } of effects.timers) {
      if (delayMs === null) member.timers.delete(timer);
      else member.timers.set(timer, this.nowMs + delayMs);
    }
    for (const probe of effects.probes) this.probes.set(probe, (this.probes.get(probe) ?? 0) + 1);
    this.observe(node, member.incarnation, core.status());
  }

  private observe(node: NodeId, incarnation: number, status: Status): void {
    for (const { name, observe } of this.observers) {
      const violation = observe({ node, incarnation, status });
      if (violation !== null) this.violations.push(`${name}: ${violation}`);
    }
  }
}

export const [n1, n2, n3, n4, n5] = [1, 2, 3, 4, 5].map(nodeId) as [NodeId, NodeId, NodeId, NodeId, NodeId];

/** Letters by sender, receiver or type. */
export const from =
  (node: NodeId): Which =>
  (letter) =>
    letter.from === node;
export const to =
  (node: NodeId): Which =>
  (letter) =>
    letter.to === node;
export const ofType =
  (...types: Message['type'][]): Which =>
  ({ message }) =>
    types.includes(message.type);
