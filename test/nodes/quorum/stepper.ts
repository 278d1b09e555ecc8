/**
 * A handful of quorum nodes in memory, moved by hand: nothing is delivered, fires or goes by unless the test says so.
 * Records are durable at once, so every step is released at its end, and all invariants look at it then.
 */
import assert from 'node:assert/strict';
import { nodeId, requestId, type NodeId, type RequestId } from '../../../nodes/kernel/ids.ts';
import type { OptionValues } from '../../../nodes/kernel/model.ts';
import { createPrng } from '../../../nodes/kernel/prng.ts';
import type { NodeEvent, ProtocolCore } from '../../../nodes/kernel/protocol.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import type {
  JournalRecord,
  Level,
  Message,
  QuorumProtocol,
  Request,
  Response,
  Status,
  Timer,
  Timestamp,
  Version,
} from '../../../nodes/quorum/messages.ts';
import { quorum } from '../../../nodes/quorum/model.ts';
import { newest } from '../../../nodes/quorum/timestamps.ts';

export interface Letter {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: Message;
}
type Which = (letter: Letter) => boolean;

interface Member {
  core: ProtocolCore<QuorumProtocol> | null;
  incarnation: number;
  journal: JournalRecord[];
  timers: Map<Timer, number>;
  wallOffsetMs: number;
}

/** Nothing in the background, so that a test moves everything itself. */
const quiet: OptionValues = { antiEntropyInterval: 0 };

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
  private readonly observers = quorum.invariants.map((invariant) => ({
    name: invariant.name,
    observe: invariant.observer(),
  }));
  private readonly options: OptionValues;
  private readonly bug: string | null;
  private cutLinks = new Set<string>();
  private requests = 0;

  constructor(size: number, setup: { options?: OptionValues; bug?: string | null } = {}) {
    this.options = { ...quiet, ...setup.options };
    this.bug = setup.bug ?? null;
    this.nodes = Array.from({ length: size }, (_, at) => nodeId(at + 1));
    for (const node of this.nodes) {
      this.members.set(node, {
        core: null,
        incarnation: 0,
        journal: [],
        timers: new Map(),
        wallOffsetMs: 0,
      });
      this.start(node);
    }
  }

  start(node: NodeId): void {
    const member = this.member(node);
    assert(member.core === null, `${node} is up`);
    member.incarnation++;
    member.core = quorum.create({
      self: node,
      peers: this.nodes.filter((other) => other !== node),
      prng: createPrng(`${node}/${member.incarnation}`),
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
      if (this.isUp(node)) this.crash(node);
      this.start(node);
    }
  }

  isUp(node: NodeId): boolean {
    return this.member(node).core !== null;
  }

  setClock(node: NodeId, offsetMs: number): void {
    this.member(node).wallOffsetMs = offsetMs;
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

  write(node: NodeId, key: string, value: Json, level?: Level): RequestId {
    return this.request(node, { type: 'write', key, value, ...(level && { level }) });
  }

  read(node: NodeId, key: string, level?: Level): RequestId {
    return this.request(node, { type: 'read', key, ...(level && { level }) });
  }

  put(node: NodeId, key: string, value: Json, timestamp?: Timestamp): RequestId {
    return this.request(node, {
      type: 'put',
      key,
      value,
      ...(timestamp !== undefined && { timestamp }),
    });
  }

  /** What a request was answered; null while it is open. */
  response(id: RequestId): Response | null {
    return this.responses.get(id) ?? null;
  }

  /** What a read was answered: the value, null if there is nothing; undefined while it is open or failed. */
  valueOf(id: RequestId): Json | undefined {
    const response = this.response(id);
    return response?.type === 'value' ? (response.version?.value ?? null) : undefined;
  }

  /** What a node holds itself. */
  held(node: NodeId, key: string): Version | null {
    const response = this.response(this.request(node, { type: 'local-read', key }));
    assert(response?.type === 'value', 'a local read is answered at once');
    return response.version;
  }

  /** The newest version that any node holds. */
  newest(key: string): Version | null {
    return newest(this.nodes.map((node) => this.held(node, key)));
  }

  /** Cuts the links between these nodes and all others, in both directions. */
  isolate(...nodes: NodeId[]): void {
    for (const inside of nodes) {
      for (const outside of this.nodes) {
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
    if (!this.isUp(to) || this.cutLinks.has(`${from}→${to}`)) return;
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

  journal(node: NodeId): readonly JournalRecord[] {
    return this.member(node).journal;
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

  private step(node: NodeId, event: NodeEvent<QuorumProtocol>): void {
    const member = this.member(node);
    const { core } = member;
    assert(core, `${node} is down`);
    const wallMs = 1_750_000_000_000 + this.nowMs + member.wallOffsetMs;
    const effects = core.step(event, { monotonicMs: this.nowMs, wallMs });
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
