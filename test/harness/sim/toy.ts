/**
 * A toy model and a toy run, just enough to exercise the simulator: every node is a durable register of its own, which
 * answers a write once its record is journaled, and tells its peers. The run writes, kills, restarts and reads.
 */
import { Outbox } from '../../../nodes/kernel/outbox.ts';
import type { CoreInit, NodeModel } from '../../../nodes/kernel/model.ts';
import type { NodeId } from '../../../nodes/kernel/ids.ts';
import { nodeId } from '../../../nodes/kernel/ids.ts';
import type { Effects, NodeEvent, Protocol, ProtocolCore } from '../../../nodes/kernel/protocol.ts';
import type { Prng } from '../../../nodes/kernel/prng.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { Op, OpType, Process } from '../../../harness/history.ts';
import type { ClusterAction, Command, Report, Run } from '../../../harness/world.ts';
import { openLink } from '../../../harness/world.ts';

export interface ToyProtocol extends Protocol {
  message: { readonly value: number };
  request: { readonly type: 'get' } | { readonly type: 'put'; readonly value: number };
  response: { readonly value: number };
  timer: 'gossip';
  record: number;
  status: { readonly value: number; readonly seen: number; readonly restarts: number };
}

class ToyCore implements ProtocolCore<ToyProtocol> {
  private readonly out = new Outbox<ToyProtocol>();
  private readonly init: CoreInit<ToyProtocol>;
  private value: number;
  private seen = 0;

  constructor(init: CoreInit<ToyProtocol>) {
    this.init = init;
    this.value = init.recovered.at(-1) ?? 0;
  }

  step(event: NodeEvent<ToyProtocol>): Effects<ToyProtocol> {
    switch (event.kind) {
      case 'start':
        this.out.setTimer('gossip', this.init.prng.int(20, 40));
        break;
      case 'timeout':
        this.out.probe('gossip');
        for (const peer of this.init.peers) this.out.send(peer, { value: this.value });
        this.out.setTimer('gossip', this.init.prng.int(20, 40));
        break;
      case 'message':
        if (this.init.bug === 'throws' && event.message.value > 5) throw new Error('planted');
        this.seen = Math.max(this.seen, event.message.value);
        break;
      case 'request':
        if (event.request.type === 'put') {
          this.value = event.request.value;
          this.out.persist(this.value);
          if (this.value % 10 === 0) this.out.compact([this.value]);
        }
        this.out.reply(event.id, { value: this.value });
        break;
    }
    return this.out.drain();
  }

  status(): ToyProtocol['status'] {
    return { value: this.value, seen: this.seen, restarts: 0 };
  }
}

export const toy: NodeModel<ToyProtocol> = {
  name: 'toy',
  summary: 'every node is a register of its own',
  nodesDefault: 3,
  workloads: [],
  api: 'key-value',
  survives: () => ['kill'],
  deduplicates: false,
  options: [],
  bugs: [],
  invariants: [
    {
      name: 'durable',
      source: 'this file',
      meaning: 'a released value is never taken back, not even by a crash',
      observer: () => {
        const highest = new Map<NodeId, number>();
        return ({ node, status }) => {
          const before = highest.get(node) ?? 0;
          highest.set(node, Math.max(before, status.value));
          return status.value < before ? `${node} went back from ${before} to ${status.value}` : null;
        };
      },
    },
  ],
  messageSchemas: {},
  routes: [
    {
      method: 'GET',
      path: '/get/:key',
      meaning: 'read',
      example: { path: '/get/x' },
      toRequest: () => ({ type: 'get' }),
    },
    {
      method: 'POST',
      path: '/put',
      meaning: 'write',
      example: { path: '/put', body: { value: 1 } },
      toRequest: ({ body }) => ({ type: 'put', value: (body as { value: number }).value }),
    },
  ],
  claim: () => ({ guarantees: [], because: 'it claims nothing' }),
  toAnswer: ({ value }) => ({ status: 200, body: { value } }),
  leader: () => ({ leader: nodeId(1), term: 1 }),
  create: (init) => new ToyCore(init),
};

/** Writes 1, 2, 3 … one after the other to n1 and kills it now and then, until the time is over; then reads once. */
export class ToyRun implements Run {
  private readonly prng: Prng;
  private readonly untilNs: number;
  private index = 0;
  private lastId = 0;
  private next = 1;
  private isDown = false;
  private isReading = false;

  constructor(prng: Prng, untilMs: number) {
    this.prng = prng;
    this.untilNs = untilMs * 1e6;
  }

  on(report: Report, nowNs: number): readonly Command[] {
    if (report.kind === 'start') return [this.wake(nowNs), ...this.ask(nowNs)];
    if (report.kind === 'wake') return this.onWake(nowNs);
    if (report.kind !== 'outcome') return [];
    const { outcome } = report;
    const ok = outcome.kind === 'answer' && outcome.status === 200;
    const value = ok ? (outcome.body as { value: number }).value : this.next;
    const done = this.record(nowNs, 0, ok ? 'ok' : 'info', this.isReading ? 'read' : 'write', value);
    this.next++;
    if (this.isReading && ok) return [done, { kind: 'finish' }];
    return [done, ...this.ask(nowNs)];
  }

  private onWake(nowNs: number): readonly Command[] {
    if (nowNs >= this.untilNs && !this.isDown) return [];
    const node = nodeId(1);
    const actions: ClusterAction[] = this.isDown ? [{ kind: 'start', node }] : [{ kind: 'kill', node }];
    if (this.isDown) actions.push({ kind: 'link', from: node, to: nodeId(2), rule: openLink });
    else actions.push({ kind: 'link', from: node, to: nodeId(2), rule: { ...openLink, mode: 'hold' } });
    this.isDown = !this.isDown;
    const id = ++this.lastId;
    return [
      this.record(nowNs, 'nemesis', 'info', this.isDown ? 'kill' : 'start', null),
      { kind: 'perform', id, actions },
      this.wake(nowNs),
    ];
  }

  private ask(nowNs: number): readonly Command[] {
    this.isReading = nowNs >= this.untilNs;
    const request = this.isReading
      ? ({ method: 'GET', path: '/get/x' } as const)
      : ({ method: 'POST', path: '/put', body: { value: this.next } } as const);
    return [
      this.record(nowNs, 0, 'invoke', this.isReading ? 'read' : 'write', this.isReading ? null : this.next),
      { kind: 'send', id: ++this.lastId, node: nodeId(1), request, timeoutMs: 50 },
    ];
  }

  private wake(nowNs: number): Command {
    return { kind: 'wake', atNs: nowNs + this.prng.int(5, 60) * 1e6 };
  }

  private record(timeNs: number, process: Process, type: OpType, f: string, value: Json): Command {
    const op: Op = { index: this.index++, timeNs, process, type, f, value };
    return { kind: 'record', op };
  }
}
