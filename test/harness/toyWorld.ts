/**
 * A world in virtual time whose cluster is one perfect register map behind several doors: nodes can be down, paused or
 * cut off, one of them leads, writes are deduplicated, and every operation takes effect at one instant. It drives a run
 * and keeps what was reported and commanded.
 */
import assert from 'node:assert/strict';
import type { Op } from '../../harness/history.ts';
import {
  openLink,
  type ClusterAction,
  type Command,
  type LinkRule,
  type Report,
  type Run,
  type WireOutcome,
} from '../../harness/world.ts';
import { nodeId, type NodeId } from '../../nodes/kernel/ids.ts';
import { createPrng, type Prng } from '../../nodes/kernel/prng.ts';
import { errorAnswer, type Json, type WireAnswer, type WireRequest } from '../../nodes/kernel/wire.ts';

export interface ToyOptions {
  readonly nodes: number;
  readonly seed?: number;
  /** The world takes requests and actions, and never says anything about them. */
  readonly silent?: boolean;
  /** Requests that leave in between are never answered. */
  readonly muteMs?: { readonly from: number; readonly to: number };
  /** Actions are never reported as performed. */
  readonly neverPerforms?: boolean;
  /** Share of answers that get lost after the effect. */
  readonly lostAnswers?: number;
  /** Each request is carried out as often as it arrives. */
  readonly forgetsRequestIds?: boolean;
  /** Further reports, at their times. */
  readonly reports?: readonly { readonly atMs: number; readonly report: Report }[];
}

export class ToyWorld {
  readonly history: Op[] = [];
  readonly log: { readonly report: Report; readonly nowNs: number; readonly commands: readonly Command[] }[] =
    [];
  readonly performed: ClusterAction[] = [];
  readonly down = new Set<NodeId>();
  readonly paused = new Set<NodeId>();
  readonly clocks = new Map<NodeId, number>();
  readonly links = new Map<string, LinkRule>();
  nowNs = 0;
  finished = false;
  private readonly nodes: readonly NodeId[];
  private readonly options: ToyOptions;
  private readonly prng: Prng;
  private readonly values = new Map<string, Json>();
  private readonly answers = new Map<string, WireAnswer>();
  private events: { atNs: number; order: number; fire: () => void }[] = [];
  private order = 0;
  private wake = 0;
  private leader: NodeId | null = null;
  private term = 0;
  private run: Run | null = null;

  constructor(options: ToyOptions) {
    this.options = options;
    this.nodes = Array.from({ length: options.nodes }, (_, index) => nodeId(index + 1));
    this.prng = createPrng(options.seed ?? 1);
  }

  /** Drives the run to its end; fails when it goes on for longer than that. */
  drive(run: Run, limitMs: number): this {
    this.run = run;
    this.tell({ kind: 'start' });
    for (const { atMs, report } of this.options.reports ?? []) this.at(atMs * 1e6, () => this.tell(report));
    while (!this.finished) {
      const next = this.events.shift();
      assert(next, 'the run waits for nothing');
      this.nowNs = next.atNs;
      assert(this.nowNs <= limitMs * 1e6, `the run has not ended after ${limitMs} ms`);
      next.fire();
    }
    return this;
  }

  private tell(report: Report): void {
    if (this.finished || this.run === null) return;
    const commands = this.run.on(report, this.nowNs);
    this.log.push({ report, nowNs: this.nowNs, commands });
    for (const command of commands) this.carryOut(command);
  }

  private carryOut(command: Command): void {
    switch (command.kind) {
      case 'record':
        this.history.push(command.op);
        return;
      case 'send':
        if (!this.isMute) this.send(command);
        return;
      case 'perform':
        for (const action of command.actions) this.perform(action);
        if (!this.performs) return;
        this.after(1 + 20 * this.prng.next(), () => {
          this.tell({ kind: 'performed', id: command.id, problems: [] });
        });
        return;
      case 'wake': {
        const wake = ++this.wake;
        this.at(command.atNs, () => {
          if (wake === this.wake) this.tell({ kind: 'wake' });
        });
        return;
      }
      case 'finish':
        this.finished = true;
    }
  }

  private send({ id, node, request, timeoutMs }: Extract<Command, { kind: 'send' }>): void {
    let isOver = false;
    const end = (outcome: WireOutcome): void => {
      if (isOver) return;
      isOver = true;
      this.tell({ kind: 'outcome', id, outcome });
    };
    this.after(timeoutMs, () => end({ kind: 'timeout' }));
    const arrive = (): void => {
      if (this.down.has(node)) return end({ kind: 'refused' });
      if (this.paused.has(node)) return this.after(10, arrive);
      const answer = this.answer(node, request);
      if (answer === null) return this.after(20, arrive);
      if (this.prng.chance(this.options.lostAnswers ?? 0)) return end({ kind: 'broken', why: 'reset' });
      this.after(0.2 + this.prng.next(), () => end({ kind: 'answer', ...answer }));
    };
    this.after(0.2 + this.prng.next(), arrive);
  }

  private answer(node: NodeId, request: WireRequest): WireAnswer | null {
    this.elect();
    if (request.path === '/leader') return { status: 200, body: { leader: this.leader, term: this.term } };
    if (node !== this.leader) {
      // A node that cannot reach the leader has nobody to name, and lets its clients wait.
      if (this.leader === null || !this.hear(node, this.leader)) return null;
      return { status: 421, body: { error: 'not the leader', leader: this.leader } };
    }
    const { requestId } = request;
    const known = requestId === undefined ? undefined : this.answers.get(requestId);
    if (known && this.options.forgetsRequestIds !== true) return known;
    const answer = this.apply(request);
    if (requestId !== undefined) this.answers.set(requestId, answer);
    return answer;
  }

  private apply({ path, body }: WireRequest): WireAnswer {
    if (path.startsWith('/get/')) {
      const key = decodeURIComponent(path.slice('/get/'.length));
      const value = this.values.get(key);
      return value === undefined
        ? errorAnswer('key-does-not-exist', 'no such key')
        : { status: 200, body: { key, value } };
    }
    const { key, value, from, to } = body as { key: string; value: Json; from?: Json; to: Json };
    if (path === '/cas' && (this.values.get(key) ?? null) !== from)
      return errorAnswer('precondition-failed', 'it was another value');
    this.values.set(key, path === '/cas' ? to : value);
    return { status: 200, body: { status: 'success', key, value: path === '/cas' ? to : value } };
  }

  /** The present leader goes on while a majority hears it; else the first node that a majority hears takes over. */
  private elect(): void {
    const leads = (node: NodeId): boolean =>
      this.isAlive(node) &&
      this.nodes.filter((other) => this.isAlive(other) && this.hear(node, other)).length >
        this.nodes.length / 2;
    if (this.leader !== null && leads(this.leader)) return;
    const next = this.nodes.find(leads) ?? null;
    if (next !== null) this.term++;
    this.leader = next;
  }

  private get isMute(): boolean {
    const { silent = false, muteMs = { from: Infinity, to: Infinity } } = this.options;
    return silent || (this.nowNs >= muteMs.from * 1e6 && this.nowNs < muteMs.to * 1e6);
  }

  private get performs(): boolean {
    return this.options.silent !== true && this.options.neverPerforms !== true;
  }

  private isAlive(node: NodeId): boolean {
    return !this.down.has(node) && !this.paused.has(node);
  }

  private hear(a: NodeId, b: NodeId): boolean {
    const passes = (from: NodeId, to: NodeId): boolean =>
      (this.links.get(`${from}>${to}`) ?? openLink).mode === 'pass';
    return a === b || (passes(a, b) && passes(b, a));
  }

  private perform(action: ClusterAction): void {
    this.performed.push(action);
    switch (action.kind) {
      case 'kill':
      case 'stop':
        assert(!this.down.has(action.node), `${action.node} is ended twice`);
        this.down.add(action.node);
        this.paused.delete(action.node);
        return;
      case 'start':
        // When nothing is ever performed, repairs start what is up.
        assert(this.down.delete(action.node) || !this.performs, `${action.node} is started, but it is up`);
        return;
      case 'pause':
        assert(!this.down.has(action.node), `${action.node} is paused, but it is down`);
        this.paused.add(action.node);
        return;
      case 'resume':
        this.paused.delete(action.node);
        return;
      case 'clock':
        this.clocks.set(action.node, action.offsetMs);
        return;
      case 'create':
      case 'discard':
        assert.fail('nobody can change the members of this one');
      case 'link':
        this.links.set(`${action.from}>${action.to}`, action.rule);
    }
  }

  private after(delayMs: number, fire: () => void): void {
    this.at(this.nowNs + delayMs * 1e6, fire);
  }

  private at(atNs: number, fire: () => void): void {
    const event = { atNs: Math.max(atNs, this.nowNs), order: this.order++, fire };
    let low = 0;
    let high = this.events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.events[middle]?.atNs ?? 0) <= event.atNs) low = middle + 1;
      else high = middle;
    }
    this.events.splice(low, 0, event);
  }
}
