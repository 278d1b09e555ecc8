/**
 * A handful of nodes in memory, moved by hand: nothing is delivered, fires or goes by unless the test says so. Records
 * are durable at once, so every step is released at its end, and all invariants look at it then.
 */
import assert from 'node:assert/strict';
import { nodeId, requestId, type NodeId, type RequestId } from '../../nodes/kernel/ids.ts';
import type { NodeModel, OptionValues } from '../../nodes/kernel/model.ts';
import { createPrng } from '../../nodes/kernel/prng.ts';
import type { NodeEvent, Protocol, ProtocolCore } from '../../nodes/kernel/protocol.ts';

export interface Letter<P extends Protocol> {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: P['message'];
}
type Which<P extends Protocol> = (letter: Letter<P>) => boolean;

interface Member<P extends Protocol> {
  core: ProtocolCore<P> | null;
  incarnation: number;
  journal: P['record'][];
  timers: Map<P['timer'], number>;
  wallOffsetMs: number;
}

export interface Setup {
  readonly options?: OptionValues;
  readonly bug?: string | null;
  readonly seed?: string;
  /** So many more nodes know no other ones. */
  readonly joining?: number;
  /** These wait for `start`. */
  readonly late?: readonly NodeId[];
}

export class ModelStepper<P extends Protocol> {
  nowMs = 1000;
  /** What is under way, in order of sending. */
  letters: Letter<P>[] = [];
  /** Sentences of invariants that are broken. */
  readonly violations: string[] = [];
  readonly probes = new Map<string, number>();
  readonly nodes: readonly NodeId[];
  private readonly members = new Map<NodeId, Member<P>>();
  private readonly responses = new Map<RequestId, P['response']>();
  private readonly observers: readonly ((released: {
    node: NodeId;
    incarnation: number;
    status: P['status'];
  }) => string | null)[];
  private readonly model: NodeModel<P>;
  private setup: Setup;
  private readonly cutLinks = new Set<string>();
  private requests = 0;

  constructor(model: NodeModel<P>, size: number, setup: Setup = {}) {
    this.model = model;
    this.setup = setup;
    this.observers = model.invariants.map(({ name, ...invariant }) => {
      const observe = invariant.observer();
      return (released) => {
        const violation = observe(released);
        return violation === null ? null : `${name}: ${violation}`;
      };
    });
    const joining = Array.from({ length: setup.joining ?? 0 }, (_, at) => nodeId(size + at + 1));
    this.nodes = Array.from({ length: size }, (_, at) => nodeId(at + 1));
    for (const node of [...this.nodes, ...joining]) {
      this.members.set(node, { core: null, incarnation: 0, journal: [], timers: new Map(), wallOffsetMs: 0 });
      if (setup.late?.includes(node) !== true) this.start(node);
    }
  }

  start(node: NodeId): void {
    const member = this.member(node);
    const { options = {}, bug = null, seed = 'stepper' } = this.setup;
    assert(member.core === null, `${node} is up`);
    member.incarnation++;
    member.core = this.model.create({
      self: node,
      peers: this.nodes.includes(node) ? this.nodes.filter((other) => other !== node) : [],
      prng: createPrng(`${seed}/${node}/${member.incarnation}`),
      incarnation: member.incarnation,
      // Through JSON, as a real journal would: nothing is shared between lives.
      recovered: JSON.parse(JSON.stringify(member.journal)) as P['record'][],
      options,
      bug,
    });
    this.step(node, { kind: 'start' });
  }

  /** For the lives that begin from now on. */
  setOptions(options: OptionValues): void {
    this.setup = { ...this.setup, options };
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
      this.crash(node);
      this.start(node);
    }
  }

  isUp(node: NodeId): boolean {
    return this.member(node).core !== null;
  }

  /** Its wall clock is wrong by so much. */
  setClock(node: NodeId, offsetMs: number): void {
    this.member(node).wallOffsetMs = offsetMs;
  }

  fire(node: NodeId, timer: P['timer']): void {
    this.member(node).timers.delete(timer);
    this.step(node, { kind: 'timeout', timer });
  }

  request(node: NodeId, request: P['request']): RequestId {
    const id = requestId(++this.requests);
    this.step(node, { kind: 'request', id, request });
    return id;
  }

  /** What a request was answered; null while it is open. */
  response(id: RequestId): P['response'] | null {
    return this.responses.get(id) ?? null;
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
  deliver(which: Which<P> = () => true): void {
    const due = this.letters.filter(which);
    this.drop(which);
    for (const letter of due) this.hand(letter);
  }

  /** Delivers until nothing is under way any more. */
  settle(which: Which<P> = () => true): void {
    for (let rounds = 0; this.letters.some(which); rounds++) {
      assert(rounds < 1000, 'the messages never end');
      this.deliver(which);
    }
  }

  drop(which: Which<P> = () => true): void {
    this.letters = this.letters.filter((letter) => !which(letter));
  }

  /** Hands over a message, as the network would, in whatever order the test likes. */
  hand({ from, to, message }: Letter<P>): void {
    const member = this.members.get(to);
    if (member === undefined || member.core === null || this.cutLinks.has(`${from}→${to}`)) return;
    this.step(to, { kind: 'message', from, message: JSON.parse(JSON.stringify(message)) as P['message'] });
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

  status(node: NodeId): P['status'] {
    const { core } = this.member(node);
    assert(core, `${node} is down`);
    return core.status();
  }

  /** How long until a timer fires; null when it is not set. */
  dueInMs(node: NodeId, timer: P['timer']): number | null {
    const atMs = this.member(node).timers.get(timer);
    return atMs === undefined ? null : atMs - this.nowMs;
  }

  journal(node: NodeId): readonly P['record'][] {
    return this.member(node).journal;
  }

  private nextTimer(untilMs: number): { node: NodeId; timer: P['timer']; atMs: number } | null {
    let next: { node: NodeId; timer: P['timer']; atMs: number } | null = null;
    for (const [node, { timers }] of this.members) {
      for (const [timer, atMs] of timers) {
        if (atMs <= untilMs && atMs < (next?.atMs ?? Infinity)) next = { node, timer, atMs };
      }
    }
    return next;
  }

  private member(node: NodeId): Member<P> {
    const member = this.members.get(node);
    assert(member, `there is no ${node}`);
    return member;
  }

  private step(node: NodeId, event: NodeEvent<P>): void {
    const member = this.member(node);
    const { core, incarnation } = member;
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
    const violations = this.observers.map((observe) => observe({ node, incarnation, status: core.status() }));
    this.violations.push(...violations.filter((violation) => violation !== null));
  }
}

export const [n1, n2, n3, n4, n5] = [1, 2, 3, 4, 5].map(nodeId) as [NodeId, NodeId, NodeId, NodeId, NodeId];

/** Letters by sender, receiver or type. */
export const from =
  (node: NodeId) =>
  (letter: { readonly from: NodeId }): boolean =>
    letter.from === node;
export const to =
  (node: NodeId) =>
  (letter: { readonly to: NodeId }): boolean =>
    letter.to === node;
export const ofType =
  <T extends string>(...types: T[]) =>
  ({ message }: { readonly message: { readonly type: string } }): boolean =>
    types.some((type) => type === message.type);
