/**
 * A handful of nodes in memory, moved by hand: nothing is delivered, fires or goes by unless the test says so. Records
 * are durable at once, so every step is released at its end, and all invariants look at it then.
 */
import assert from 'node:assert/strict';
import { nodeId, requestId, type NodeId, type RequestId } from '../../../nodes/kernel/ids.ts';
import type { OptionValues } from '../../../nodes/kernel/model.ts';
import { createPrng } from '../../../nodes/kernel/prng.ts';
import type { NodeEvent, ProtocolCore } from '../../../nodes/kernel/protocol.ts';
import type {
  JournalRecord,
  LeaderFollowerProtocol,
  Message,
  Request,
  Response,
  Status,
  Timer,
} from '../../../nodes/leader-follower/messages.ts';
import { leaderFollower } from '../../../nodes/leader-follower/model.ts';

export interface Letter {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: Message;
}
type Which = (letter: Letter) => boolean;

interface Member {
  core: ProtocolCore<LeaderFollowerProtocol> | null;
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
  readonly probes = new Set<string>();
  readonly nodes: readonly NodeId[];
  private readonly members = new Map<NodeId, Member>();
  private readonly responses = new Map<RequestId, Response>();
  private readonly observers = leaderFollower.invariants.map((invariant) => ({
    name: invariant.name,
    observe: invariant.observer(),
  }));
  private readonly options: OptionValues;
  private cutLinks = new Set<string>();
  private requests = 0;

  /** Starts `size` nodes; those that are `late` wait for `start`. */
  constructor(size: number, options: OptionValues = {}, late: readonly NodeId[] = []) {
    this.options = options;
    this.nodes = Array.from({ length: size }, (_, at) => nodeId(at + 1));
    for (const node of this.nodes) {
      this.members.set(node, { core: null, incarnation: 0, journal: [], timers: new Map() });
      if (!late.includes(node)) this.start(node);
    }
  }

  start(node: NodeId): void {
    const member = this.member(node);
    assert(member.core === null, `${node} is up`);
    member.incarnation++;
    member.core = leaderFollower.create({
      self: node,
      peers: this.nodes.filter((other) => other !== node),
      prng: createPrng(`stepper/${node}/${member.incarnation}`),
      incarnation: member.incarnation,
      // Through JSON, as a real journal would: nothing is shared between lives.
      recovered: JSON.parse(JSON.stringify(member.journal)) as JournalRecord[],
      options: this.options,
      bug: null,
    });
    this.step(node, { kind: 'start' });
  }

  crash(node: NodeId): void {
    const member = this.member(node);
    member.core = null;
    member.timers.clear();
  }

  restart(node: NodeId): void {
    this.crash(node);
    this.start(node);
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

  put(node: NodeId, key: string, value: number): RequestId {
    return this.request(node, { type: 'operation', operation: { type: 'put', key, value } });
  }

  get(node: NodeId, key: string): RequestId {
    return this.request(node, { type: 'query', query: { type: 'get', key } });
  }

  /** What a request was answered; null while it is open. */
  response(id: RequestId): Response | null {
    return this.responses.get(id) ?? null;
  }

  /** `written`, a value, or what went wrong, in a word; null while it is open. */
  outcome(id: RequestId): unknown {
    const response = this.response(id);
    if (response?.type === 'value') return response.value;
    return response?.type === 'refused' ? response.error : (response?.type ?? null);
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
  settle(): void {
    for (let rounds = 0; this.letters.length > 0; rounds++) {
      assert(rounds < 1000, 'the messages never end');
      this.deliver();
    }
  }

  /** Hands over a message, as the network would, in whatever order the test likes. */
  hand({ from, to, message }: Letter): void {
    const { core } = this.member(to);
    if (core === null || this.cutLinks.has(`${from}→${to}`)) return;
    this.step(to, { kind: 'message', from, message: JSON.parse(JSON.stringify(message)) as Message });
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

  /** `1/1 2/1 (3/2)`: index and epoch of what the log of a node has, what is compacted in brackets. */
  log(node: NodeId): string {
    const { baseIndex, baseTerm, entries } = this.status(node).log;
    const base = baseIndex === 0 ? [] : [`(${baseIndex}/${baseTerm})`];
    return [...base, ...entries.map(({ index, epoch }) => `${index}/${epoch}`)].join(' ');
  }

  journalLength(node: NodeId): number {
    return this.member(node).journal.length;
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

  private step(node: NodeId, event: NodeEvent<LeaderFollowerProtocol>): void {
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
    for (const probe of effects.probes) this.probes.add(probe);
    for (const { name, observe } of this.observers) {
      const violation = observe({ node, incarnation: member.incarnation, status: core.status() });
      if (violation !== null) this.violations.push(`${name}: ${violation}`);
    }
  }
}

export const [n1, n2, n3, n4, n5] = [1, 2, 3, 4, 5].map(nodeId) as [NodeId, NodeId, NodeId, NodeId, NodeId];
