/**
 * A replica of objects of one data type: an event goes in, effects come out. It operates on its own state alone, and
 * what an operation adds is journaled in the same step, so that the host sends the answer when it is durable (law 2).
 * Generic over the type.
 */
import { assertNever } from '../kernel/assert.ts';
import { nodeNumber, type NodeId, type RequestId } from '../kernel/ids.ts';
import type { CoreInit } from '../kernel/model.ts';
import { Outbox } from '../kernel/outbox.ts';
import type { Prng } from '../kernel/prng.ts';
import type { Effects, NodeEvent, Now, ProtocolCore } from '../kernel/protocol.ts';
import { boundedCounter, lacksRights } from './boundedCounter.ts';
import { rulesOf } from './bugs.ts';
import type { Family, Operation, Refusal, State } from './dataType.ts';
import { dataTypeNamed, type AnyType } from './dataTypes.ts';
import { DeltaSync } from './deltaSync.ts';
import { Escrow } from './escrow.ts';
import type { CrdtProtocol, Entries, Message, Request, Status } from './messages.ts';
import { Objects } from './objects.ts';
import { parseOptions, type CrdtOptions } from './options.ts';
import type { Rules } from './rules.ts';
import { StateSync } from './stateSync.ts';

type RequestOf<Type extends Request['type']> = Extract<Request, { type: Type }>;

export class CrdtCore implements ProtocolCore<CrdtProtocol> {
  private readonly out = new Outbox<CrdtProtocol>();
  /** The index of this replica, from 0. */
  private readonly self: number;
  /** How many nodes the cluster has. */
  private readonly size: number;
  private readonly options: CrdtOptions;
  private readonly rules: Rules;
  private readonly prng: Prng;
  private readonly type: AnyType;
  private readonly objects: Objects;
  private readonly sync: StateSync | DeltaSync;
  private readonly escrow: Escrow;
  private isFirst = false;
  private isOwn = false;

  constructor({ self, peers, prng, recovered, options, bug }: CoreInit<CrdtProtocol>) {
    this.self = nodeNumber(self) - 1;
    this.size = Math.max(...[self, ...peers].map(nodeNumber));
    this.options = parseOptions(options);
    this.rules = rulesOf(bug);
    this.prng = prng;
    this.type = dataTypeNamed(this.options.type);
    const { out, rules, size, type } = this;
    const { isDurable } = this.options;
    this.objects = new Objects(type, rules, { isDurable, recovered, self: this.self });
    const { objects } = this;
    const sync = { peers, dataType: type.name, objects, out, size };
    this.sync = this.options.isDelta ? new DeltaSync(sync, rules) : new StateSync(sync);
    const retry = this.retry.bind(this);
    this.escrow = new Escrow({ self: this.self, peers, objects, rules, out, retry });
  }

  step(event: NodeEvent<CrdtProtocol>, { monotonicMs }: Now): Effects<CrdtProtocol> {
    this.objects.begin();
    this.isFirst = event.kind === 'start';
    this.isOwn = false;
    this.dispatch(event, monotonicMs);
    if (this.sync instanceof DeltaSync) this.sync.onAdded(this.objects.additions());
    this.objects.journal(this.out);
    return this.out.drain();
  }

  status(): Status {
    const { objects, sync, isFirst, isOwn } = this;
    const changed: Entries = isFirst ? objects.entries() : objects.changes();
    return {
      dataType: this.type.name,
      objects: objects.size,
      waiting: this.escrow.size,
      isFirst,
      changed,
      isOwn,
      ...(sync instanceof DeltaSync ? sync.status() : { changes: 0, kept: [] }),
    };
  }

  private dispatch(event: NodeEvent<CrdtProtocol>, nowMs: number): void {
    switch (event.kind) {
      case 'start':
        // Nodes that start together do not sync in step.
        this.out.setTimer('sync', this.prng.int(1, this.options.syncIntervalMs + 1));
        return;
      case 'timeout':
        this.onTimeout(event.timer, nowMs);
        return;
      case 'message':
        this.onMessage(event.from, event.message);
        return;
      case 'request':
        this.onRequest(event.id, event.request, nowMs);
        return;
      default:
        assertNever(event);
    }
  }

  private onTimeout(timer: CrdtProtocol['timer'], nowMs: number): void {
    if (timer === 'patience') {
      this.escrow.onPatience(nowMs);
      return;
    }
    this.sync.begin();
    this.out.setTimer('sync', this.options.syncIntervalMs);
  }

  private onMessage(from: NodeId, message: Message): void {
    switch (message.type) {
      case 'sync':
        this.objects.absorb(message.entries);
        return;
      case 'synced':
        this.sync.onSynced(from, message);
        return;
      case 'rights-wanted':
        if (!this.mayConcern(from, message.state)) return;
        this.isOwn = true;
        this.escrow.onWanted(from, message);
        return;
      case 'rights':
        if (this.mayConcern(from, message.state)) this.escrow.onRights(from, message);
        return;
      default:
        assertNever(message);
    }
  }

  /** Rights are a matter of bounded counters, and of nodes of this cluster. */
  private mayConcern(from: NodeId, state: State): boolean {
    const { type, size } = this;
    return type.name === boundedCounter.name && nodeNumber(from) <= size && type.width(state) <= size;
  }

  private onRequest(id: RequestId, request: Request, nowMs: number): void {
    switch (request.type) {
      case 'read':
        this.onRead(id, request);
        return;
      case 'operate':
        this.onOperate(id, request, nowMs);
        return;
      case 'sync':
        this.onSync(id, request);
        return;
      case 'malformed':
        this.refuse(id, { error: 'malformed-request', why: request.why });
        return;
      default:
        assertNever(request);
    }
  }

  private onRead(id: RequestId, { family, key }: RequestOf<'read'>): void {
    if (family !== this.type.family) this.refuse(id, this.foreign(family));
    else this.out.reply(id, { type: 'view', body: this.type.view(this.objects.stateOf(key), this.size) });
  }

  private onOperate(id: RequestId, { family, key, operation }: RequestOf<'operate'>, nowMs: number): void {
    if (family !== this.type.family) {
      this.refuse(id, this.foreign(family));
      return;
    }
    const refusal = this.operate(id, key, operation);
    if (refusal === null) return;
    const amount = refusal === lacksRights ? amountTaken(operation) : 0;
    if (amount > 0) this.escrow.park(id, key, amount, nowMs);
    else this.refuse(id, refusal);
  }

  /** Carries the operation out and answers, unless there is a reason not to. */
  private operate(id: RequestId, key: string, operation: Operation): Refusal | null {
    const applied = this.rules.apply(this.type, this.objects.stateOf(key), this.self, operation);
    if ('error' in applied) return applied;
    this.isOwn = true;
    this.objects.take(key, applied.state, applied.delta);
    this.out.reply(id, { type: 'done', body: this.type.receipt(applied.state) });
    return null;
  }

  private retry(id: RequestId, key: string, amount: number): boolean {
    return this.operate(id, key, { kind: 'take', amount }) === null;
  }

  private onSync(id: RequestId, { states, width }: RequestOf<'sync'>): void {
    const { type, size } = this;
    const entries = states[type.name];
    if (entries === undefined || width > size) {
      const why =
        entries === undefined
          ? `this node keeps objects of type ${type.name}`
          : `the cluster has ${size} nodes, and this speaks of ${width}`;
      this.refuse(id, { error: 'malformed-request', why });
      return;
    }
    this.objects.absorb(entries);
    this.out.reply(id, { type: 'sync-received', kept: this.options.isDurable });
  }

  private foreign(family: Family): Refusal {
    return { error: 'not-supported', why: `this node has no ${family}s: its objects are ${this.type.name}s` };
  }

  private refuse(id: RequestId, refusal: Refusal): void {
    this.out.reply(id, { type: 'refused', ...refusal });
  }
}

/** How much an operation takes away. */
function amountTaken(operation: Operation): number {
  if (operation.kind === 'take') return operation.amount;
  return operation.kind === 'increment' ? -operation.amount : 0;
}
