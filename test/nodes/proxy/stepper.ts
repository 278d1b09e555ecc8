/** One proxy in memory, with three nodes behind it that answer what the test says, when it says so. */
import assert from 'node:assert/strict';
import { nodeId, requestId, type NodeId, type RequestId } from '../../../nodes/kernel/ids.ts';
import type { OptionValues } from '../../../nodes/kernel/model.ts';
import { createPrng } from '../../../nodes/kernel/prng.ts';
import type { NodeEvent, ProtocolCore } from '../../../nodes/kernel/protocol.ts';
import type { WireAnswer, WireRequest } from '../../../nodes/kernel/wire.ts';
import type { Message, ProxyProtocol, Request, Timer } from '../../../nodes/proxy/messages.ts';
import { proxy } from '../../../nodes/proxy/model.ts';

export const [n1, n2, n3, self] = [1, 2, 3, 4].map(nodeId) as [NodeId, NodeId, NodeId, NodeId];

interface Asked {
  readonly to: NodeId;
  readonly message: Message;
}

export const ok: WireAnswer = { status: 200, body: { status: 'success', key: 'x', value: 1 } };
export const busy: WireAnswer = { status: 503, body: { error: 'not now', code: 11 } };
export const lost: WireAnswer = { status: 504, body: { error: 'who knows', code: 0 } };
export const elsewhere = (leader: NodeId): WireAnswer => ({
  status: 421,
  body: { error: 'not the leader', code: 11, leader },
});

export class ProxyStepper {
  nowMs = 1000;
  readonly core: ProtocolCore<ProxyProtocol>;
  readonly answers = new Map<RequestId, WireAnswer>();
  /** Requests of clients that were passed on and not answered yet, in their order. */
  asked: Asked[] = [];
  polls: Asked[] = [];
  readonly timers = new Map<Timer, number>();
  private requests = 0;

  constructor(options: OptionValues = {}, bug: string | null = null, incarnation = 1) {
    this.core = proxy.create({
      self,
      peers: [n1, n2, n3],
      prng: createPrng(1),
      incarnation,
      recovered: [],
      options,
      bug,
    });
    this.step({ kind: 'start' });
  }

  request(request: Request): RequestId {
    const id = requestId(++this.requests);
    this.step({ kind: 'request', id, request });
    return id;
  }

  put(requestId?: string): RequestId {
    const request: WireRequest = { method: 'POST', path: '/put', body: { key: 'x', value: 1 } };
    return this.request({
      type: 'pass-on',
      isRead: false,
      request: { ...request, ...(requestId !== undefined && { requestId }) },
    });
  }

  get(): RequestId {
    return this.request({ type: 'pass-on', isRead: true, request: { method: 'GET', path: '/get/x' } });
  }

  /** Some node says who leads. */
  hear(leader: NodeId, term: number, from = n1): void {
    this.step({ kind: 'message', from, message: { type: 'leads', said: { leader, term } } });
  }

  /** The oldest request that was passed on is answered, or ends without an answer. */
  answer(answer: WireAnswer | null): Asked {
    const asked = this.asked.shift();
    assert(asked, 'nothing was passed on');
    const told = proxy.answered?.(asked.message, answer);
    assert(told, 'every end of a request is told');
    this.step({ kind: 'message', from: asked.to, message: told });
    return asked;
  }

  /** Whom the oldest request went to. */
  get to(): NodeId | undefined {
    return this.asked[0]?.to;
  }

  get requestIds(): (string | undefined)[] {
    return this.asked.map(({ message }) => proxy.carried?.(message)?.requestId);
  }

  /** Time goes by, and timers fire. */
  run(ms: number): void {
    const endMs = this.nowMs + ms;
    for (;;) {
      const [due] = [...this.timers].filter(([, atMs]) => atMs <= endMs).sort((a, b) => a[1] - b[1]);
      if (due === undefined) break;
      const [timer, atMs] = due;
      this.timers.delete(timer);
      this.nowMs = Math.max(this.nowMs, atMs);
      this.step({ kind: 'timeout', timer });
    }
    this.nowMs = endMs;
  }

  private step(event: NodeEvent<ProxyProtocol>): void {
    const effects = this.core.step(event, { monotonicMs: this.nowMs, wallMs: this.nowMs });
    assert.equal(effects.journal.length, 0, 'a proxy keeps nothing');
    for (const send of effects.sends)
      (send.message.type === 'who-leads' ? this.polls : this.asked).push(send);
    for (const { id, response } of effects.replies) {
      assert(!this.answers.has(id), `request ${id} is answered twice`);
      this.answers.set(id, response);
    }
    for (const { timer, delayMs } of effects.timers) {
      if (delayMs === null) this.timers.delete(timer);
      else this.timers.set(timer, this.nowMs + delayMs);
    }
  }
}
