/** A client at a bench: it sends to nobody, is handed outcomes, and a clock that the test moves. */
import assert from 'node:assert/strict';
import { Client, type ClientOperation, type ClientResult } from '../../harness/client.ts';
import { keyValueProfile } from '../../harness/profiles/keyValue.ts';
import type { WireOutcome } from '../../harness/world.ts';
import { nodeId, type NodeId } from '../../nodes/kernel/ids.ts';
import type { Sessions } from '../../nodes/kernel/model.ts';
import { createPrng, type Prng } from '../../nodes/kernel/prng.ts';
import type { Json, WireRequest } from '../../nodes/kernel/wire.ts';

export const nodes = [1, 2, 3].map(nodeId);
export const [n1, n2, n3] = nodes as [NodeId, NodeId, NodeId];
export const write: ClientOperation = {
  process: 4,
  action: { kind: 'cas', key: 'k', from: 1, to: 2 },
  readOnly: false,
  node: n1,
};
export const read: ClientOperation = {
  process: 4,
  action: { kind: 'read', key: 'k' },
  readOnly: true,
  node: n1,
};

export const success: WireOutcome = { kind: 'answer', status: 200, body: { status: 'success', value: 7 } };
export const mismatch = answer(409, { error: 'mismatch', code: 22 });
export const aborted = answer(409, { error: 'aborted', code: 14 });
export const unavailable = answer(503, { error: 'not now', code: 11 });
export const unknown = answer(504, { error: 'who knows', code: 0 });
export const nobodyLeads = answer(421, { error: 'no leader', leader: null });
export const refused: WireOutcome = { kind: 'refused' };
export const timeout: WireOutcome = { kind: 'timeout' };
export const refusals = [refused, unavailable, nobodyLeads, aborted, answer(400, { error: 'e' })];
export const broken: WireOutcome = { kind: 'broken', why: 'reset' };

export function answer(status: number, body: Json): WireOutcome {
  return { kind: 'answer', status, body };
}

export function leads(leader: NodeId): WireOutcome {
  return answer(421, { error: 'not me', leader });
}

/** A stream that never takes the rare branch, or (`sure`) always takes it and picks the item at `pick`. */
export function fixedPrng(sure: boolean, pick = 0): Prng {
  const prng: Prng = {
    ...createPrng(1),
    fork: () => fixedPrng(false),
    chance: () => sure,
    pick: (items) => items[pick] as never,
  };
  return prng;
}

interface Sent {
  readonly node: NodeId;
  readonly request: WireRequest;
  readonly timeoutMs: number;
}

/** A client, what it sent, and a clock. */
export class Bench {
  readonly sent: Sent[] = [];
  readonly counted: string[] = [];
  readonly client: Client;
  nowNs = 0;

  constructor({
    deduplicates = true,
    prng = fixedPrng(false),
    sessions = 'roaming',
  }: { deduplicates?: boolean; prng?: Prng; sessions?: Sessions } = {}) {
    this.client = new Client({
      nodes,
      home: n1,
      profile: keyValueProfile,
      deduplicates,
      sessions,
      attemptTimeoutMs: 1000,
      operationTimeoutMs: 3000,
      prng,
      port: {
        send: (node, request, timeoutMs) => this.sent.push({ node, request, timeoutMs }) - 1,
        count: (probe) => this.counted.push(probe),
      },
    });
  }

  /** Hands in these outcomes, each for the next attempt, 10 ms apart; pauses pass. The result, or what it waits for. */
  play(operation: ClientOperation, outcomes: readonly WireOutcome[]): ClientResult | 'waits' {
    const first = this.sent.length;
    this.client.invoke(operation, this.nowNs);
    for (const [at, outcome] of outcomes.entries()) {
      assert(first + at < this.sent.length, `attempt ${at} was never made`);
      this.nowNs += 10e6;
      const result = this.client.onOutcome(first + at, outcome, this.nowNs) ?? this.pass(first + at + 1);
      if (result !== null) return result;
    }
    return 'waits';
  }

  /** Lets pauses pass until the result is there or the next attempt is made. */
  private pass(attempts: number): ClientResult | null {
    while (this.sent.length <= attempts && this.client.alarmNs !== null) {
      if (this.client.alarmNs - this.nowNs > 500e6) return null;
      this.nowNs = this.client.alarmNs;
      const result = this.client.onAlarm(this.nowNs);
      if (result !== null) return result;
    }
    return null;
  }

  get asked(): readonly NodeId[] {
    return this.sent.map(({ node }) => node);
  }
}
