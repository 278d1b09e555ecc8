import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Client, type ClientOperation, type ClientResult } from '../../harness/client.ts';
import { keyValueProfile } from '../../harness/profiles/keyValue.ts';
import type { WireOutcome } from '../../harness/world.ts';
import { nodeId, type NodeId } from '../../nodes/kernel/ids.ts';
import type { Sessions } from '../../nodes/kernel/model.ts';
import { createPrng, type Prng } from '../../nodes/kernel/prng.ts';
import type { Json, WireRequest } from '../../nodes/kernel/wire.ts';

const nodes = [1, 2, 3].map(nodeId);
const [n1, n2, n3] = nodes as [NodeId, NodeId, NodeId];
const write: ClientOperation = {
  process: 4,
  action: { kind: 'cas', key: 'k', from: 1, to: 2 },
  readOnly: false,
  node: n1,
};
const read: ClientOperation = { process: 4, action: { kind: 'read', key: 'k' }, readOnly: true, node: n1 };

const success: WireOutcome = { kind: 'answer', status: 200, body: { status: 'success', value: 7 } };
const mismatch = answer(409, { error: 'mismatch', code: 22 });
const aborted = answer(409, { error: 'aborted', code: 14 });
const unavailable = answer(503, { error: 'not now', code: 11 });
const unknown = answer(504, { error: 'who knows', code: 0 });
const nobodyLeads = answer(421, { error: 'no leader', leader: null });
const refused: WireOutcome = { kind: 'refused' };
const timeout: WireOutcome = { kind: 'timeout' };
const refusals = [refused, unavailable, nobodyLeads, aborted, answer(400, { error: 'e' })];
const broken: WireOutcome = { kind: 'broken', why: 'reset' };

function answer(status: number, body: Json): WireOutcome {
  return { kind: 'answer', status, body };
}

function leads(leader: NodeId): WireOutcome {
  return answer(421, { error: 'not me', leader });
}

/** A stream that never takes the rare branch, or (`sure`) always takes it and picks the item at `pick`. */
function fixedPrng(sure: boolean, pick = 0): Prng {
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

/** What becomes of an attempt: it is carried out and answered, or the answer is lost, or it is carried out long after. */
type Fate = 'answered' | 'lost' | 'late' | 'never' | 'refused' | 'redirected' | 'unknown';

/** Plays an operation against a system that deduplicates; its one execution has an effect, or decides against one. */
function isHonest(plan: {
  fates: readonly Fate[];
  effect: boolean;
  deduplicates: boolean;
  twice: number;
}): boolean {
  const prng = plan.twice < 0 ? fixedPrng(false) : fixedPrng(true, plan.twice);
  const bench = new Bench({ deduplicates: plan.deduplicates, prng });
  const outcomes = plan.fates.map((fate): WireOutcome => {
    if (fate === 'answered') return plan.effect ? success : mismatch;
    if (fate === 'refused') return refused;
    if (fate === 'redirected') return leads(n2);
    return fate === 'unknown' ? unknown : timeout;
  });
  // Attempts are drawn up front, so some may never be made: only those that were made count.
  const result = bench.play(write, outcomes);
  const made = plan.fates.slice(0, bench.sent.length);
  const isCarriedOut = made.some((fate) => fate === 'answered' || fate === 'lost' || fate === 'late');
  if (result === 'waits' || result.type === 'info') return true;
  return result.type === 'ok' ? isCarriedOut && plan.effect : !(isCarriedOut && plan.effect);
}

/** A client, what it sent, and a clock. */
class Bench {
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

/** The type of the completion after these outcomes. */
function completion(
  operation: ClientOperation,
  outcomes: readonly WireOutcome[],
  deduplicates = true,
): string {
  const result = new Bench({ deduplicates }).play(operation, outcomes);
  return result === 'waits' ? result : result.type;
}

describe('a client', () => {
  it('one attempt: ok, fail and info of a write that must not be sent again', () => {
    const cases: [WireOutcome, string][] = [
      [success, 'ok'],
      [mismatch, 'fail'],
      [aborted, 'fail'],
      [unavailable, 'fail'],
      [nobodyLeads, 'fail'],
      [refused, 'fail'],
      [unknown, 'info'],
      [timeout, 'info'],
      [broken, 'info'],
    ];
    for (const [outcome, expected] of cases) {
      assert.equal(completion(write, [outcome], false), expected, JSON.stringify(outcome));
      assert.equal(new Bench({ deduplicates: false }).play(write, [outcome]) === 'waits', false);
    }
  });

  it('an unclear read is a fail, and is not sent again', () => {
    for (const outcome of [timeout, broken, unknown, refused, unavailable]) {
      const bench = new Bench();
      const result = bench.play(read, [outcome]);
      assert.equal(result !== 'waits' && result.type, 'fail');
      assert.equal(bench.sent.length, 1);
    }
    assert.equal(completion(read, [success]), 'ok');
  });

  it('sends writes under a Request-Id only where the system deduplicates, each under its own, reads without', () => {
    const bench = new Bench();
    bench.play(write, [success]);
    bench.play(read, [success]);
    bench.play(write, [success]);
    assert.deepEqual(
      bench.sent.map(({ request }) => request.requestId),
      ['4/1', undefined, '4/2'],
    );
    const plain = new Bench({ deduplicates: false });
    plain.play(write, [timeout]);
    assert.deepEqual(
      plain.sent.map(({ request }) => request.requestId),
      [undefined],
    );
  });

  it('after an unclear attempt, only a decided answer or a success ends the write', () => {
    for (const unclear of [timeout, broken, unknown]) {
      assert.equal(completion(write, [unclear, success]), 'ok');
      assert.equal(completion(write, [unclear, mismatch]), 'fail');
      // These say nothing about the first attempt, which may still take effect.
      for (const refusal of refusals) {
        assert.equal(completion(write, [unclear, refusal]), 'waits');
        assert.equal(completion(write, [unclear, refusal, refusal, success]), 'ok');
      }
    }
  });

  it('an unclear write that nothing clears up is info when its time is over, never fail', () => {
    for (const refusal of [refused, unavailable, nobodyLeads, timeout]) {
      const bench = new Bench();
      const result = bench.play(write, [timeout, ...Array.from({ length: 300 }, () => refusal)]);
      assert.equal(result !== 'waits' && result.type, 'info');
      assert(bench.nowNs > 2.5e9 && bench.nowNs < 3.5e9, `after ${bench.nowNs / 1e6} ms`);
      assert.deepEqual([...new Set(bench.sent.map(({ request }) => request.requestId))], ['4/1']);
    }
  });

  it('follows a redirect for free, also where nothing is deduplicated, and remembers the leader', () => {
    const bench = new Bench({ deduplicates: false });
    const result = bench.play(write, [leads(n3), success]);
    assert.deepEqual(result, { type: 'ok', result: null, node: n3 });
    assert.deepEqual(bench.asked, [n1, n3]);
    assert.equal(bench.client.entryNode(false), n3);
    assert.equal(bench.client.entryNode(true), n1, 'reads may be answered elsewhere');
  });

  it('follows redirects anew at each later attempt', () => {
    const bench = new Bench();
    const circle = Array.from({ length: 4 }, (_, at) => leads(at % 2 === 0 ? n2 : n1));
    bench.play(write, [timeout, ...circle, ...circle]);
    const retries = bench.counted.filter((probe) => probe === 'retries').length;
    assert.equal(
      bench.counted.filter((probe) => probe === 'redirects').length,
      6,
      `after ${retries} retries`,
    );
  });

  it('gives no attempt more time than its operation has left', () => {
    const bench = new Bench();
    bench.client.invoke(write, 0);
    let ended: ClientResult | null = null;
    for (let at = 0; ended === null; at++) {
      bench.nowNs += Number(bench.sent[at]?.timeoutMs) * 1e6;
      ended = bench.client.onOutcome(at, timeout, bench.nowNs);
      while (ended === null && bench.sent.length <= at + 1) {
        bench.nowNs = Number(bench.client.alarmNs);
        ended = bench.client.onAlarm(bench.nowNs);
      }
    }
    assert(bench.nowNs <= 3.2e9, `${bench.nowNs / 1e6} ms`);
    assert(Number(bench.sent.at(-1)?.timeoutMs) < 1000);
  });

  it('gives up on redirects that lead in circles', () => {
    const bench = new Bench({ deduplicates: false });
    const circle = Array.from({ length: 20 }, (_, at) => leads(at % 2 === 0 ? n2 : n1));
    const result = bench.play(write, circle);
    assert.equal(result !== 'waits' && result.type, 'fail');
    assert.equal(bench.sent.length, 4);
  });

  it('ignores a leader that is not a node of the cluster, or the node itself', () => {
    for (const hint of [nodeId(9), n1]) assert.equal(completion(write, [leads(hint)], false), 'fail');
  });

  it('goes home when the remembered node fails, and then around', () => {
    const bench = new Bench();
    bench.play(write, [leads(n3), success]);
    bench.play({ ...write, node: n3 }, [refused]);
    assert.equal(bench.client.entryNode(false), n1);
    bench.play(write, [refused]);
    assert.equal(bench.client.entryNode(false), n2);
  });

  it('keeps a failed operation open for a while, longer and longer, instead of asking in a tight loop', () => {
    const bench = new Bench();
    for (let round = 0; round < 20; round++) bench.play(write, [refused]);
    assert(bench.nowNs > 2e9, `20 refused operations took ${bench.nowNs / 1e6} ms`);
  });

  it('does not wait for ever for an outcome that the world forgot', () => {
    const bench = new Bench();
    bench.client.invoke(read, 0);
    assert.equal(bench.client.alarmNs, 1500e6);
    assert.equal(bench.client.onAlarm(1500e6), null);
    assert.equal(bench.client.onAlarm(1505e6)?.type, 'fail');
  });

  it('never lies: fail means that no attempt took or will take effect, ok that one did, whatever happens', () => {
    const fate = fc.constantFrom<Fate>(
      'answered',
      'lost',
      'late',
      'never',
      'refused',
      'redirected',
      'unknown',
    );
    const plan = fc.record({
      fates: fc.array(fate, { minLength: 1, maxLength: 12 }),
      effect: fc.boolean(),
      deduplicates: fc.boolean(),
      twice: fc.constantFrom(-1, 0, 1, 2),
    });
    fc.assert(fc.property(plan, isHonest), { seed: 1, numRuns: 3000 });
  });

  describe('sends some writes twice on purpose', () => {
    const together = { prng: fixedPrng(true, 0) };

    it('together: the first definite outcome counts', () => {
      assert.equal(completionTwice([success]), 'ok');
      assert.equal(completionTwice([mismatch]), 'fail');
      assert.equal(completionTwice([timeout, success]), 'ok');
      assert.equal(completionTwice([refused, mismatch]), 'fail');
      assert.equal(completionTwice([refused, refused]), 'fail');
      assert.equal(completionTwice([refused]), 'waits');
      assert.equal(completionTwice([refused, timeout]), 'waits');
      assert.equal(completionTwice([timeout, refused]), 'waits');
    });

    it('together: what became of one says nothing while the other one is open', () => {
      for (const first of [refused, unavailable, timeout, leads(n2)]) {
        const bench = new Bench(together);
        bench.client.invoke(write, 0);
        assert.equal(bench.client.onOutcome(0, first, 10e6), null);
        assert.equal(bench.sent.length, 2, 'no third attempt');
        assert(Number(bench.client.alarmNs) > 1000e6, 'it waits for the other one');
        assert.equal(bench.client.onOutcome(1, success, 900e6)?.type, 'ok');
      }
    });

    function completionTwice(outcomes: readonly WireOutcome[]): string {
      const bench = new Bench(together);
      const result = bench.play(write, outcomes);
      assert.equal(bench.sent[0]?.request, bench.sent[1]?.request);
      return result === 'waits' ? result : result.type;
    }

    it('after it was acknowledged, under the same id; nobody waits for that outcome', () => {
      const bench = new Bench({ prng: fixedPrng(true, 1) });
      assert.equal(bench.play(write, [success]) !== 'waits', true);
      assert.equal(bench.sent.length, 2);
      assert.equal(bench.sent[0]?.request, bench.sent[1]?.request);
      assert.equal(bench.client.onOutcome(1, timeout, bench.nowNs), null);
      assert.equal(bench.client.alarmNs, null);
    });

    it('late: when the next write was acknowledged', () => {
      const bench = new Bench({ prng: fixedPrng(true, 2) });
      bench.play(write, [success]);
      assert.equal(bench.sent.length, 1);
      bench.play(write, [success]);
      assert.deepEqual(
        bench.sent.map(({ request }) => request.requestId),
        ['4/1', '4/2', '4/1'],
      );
    });

    it('never a write that was not acknowledged, nor one of a system that does not deduplicate', () => {
      const failed = new Bench({ prng: fixedPrng(true, 1) });
      failed.play(write, [mismatch]);
      assert.equal(failed.sent.length, 1);
      const plain = new Bench({ deduplicates: false, prng: fixedPrng(true, 1) });
      plain.play(write, [success]);
      assert.equal(plain.sent.length, 1);
    });
  });
});

/** The operation at the node that the client itself would ask. */
const next = (bench: Bench, operation: ClientOperation): ClientOperation => ({
  ...operation,
  node: bench.client.entryNode(operation.readOnly),
});

describe('a client whose process stays at one node', () => {
  it('is led to the leader once, and then asks it alone', () => {
    const bench = new Bench({ sessions: 'one-node' });
    bench.play(next(bench, write), [leads(n2), success]);
    bench.play(next(bench, read), [success]);
    bench.play(next(bench, read), [timeout]);
    bench.play(next(bench, write), [refused]);
    bench.play(next(bench, read), [success]);
    assert.deepEqual(bench.asked, [n1, n2, n2, n2, n2, n2]);
  });

  it('ends its session when that node names another leader, and goes there in the next one', () => {
    for (const operation of [read, write]) {
      const bench = new Bench({ sessions: 'one-node' });
      bench.play(next(bench, write), [success]);
      const sent = bench.play(next(bench, operation), [leads(n3)]);
      assert(sent !== 'waits' && sent.type === 'fail' && sent.endsSession === true);
      bench.play(next(bench, operation), [success]);
      bench.play(next(bench, read), [success]);
      assert.deepEqual(bench.asked, [n1, n1, n3, n3]);
    }
  });

  it('takes no write elsewhere that it may have done there, and gives up unclear', () => {
    const bench = new Bench({ sessions: 'one-node' });
    bench.play(next(bench, write), [success]);
    const outcomes = [timeout, ...Array.from({ length: 60 }, () => leads(n2))];
    const result = bench.play(next(bench, write), outcomes);
    assert(result !== 'waits' && result.type === 'info');
    assert(bench.asked.every((node) => node === n1));
    bench.play(next(bench, read), [success]);
    assert.equal(bench.asked.at(-1), n2, 'another process is free again');
  });

  it('reads at home alone, and writes anywhere, where only reads stay', () => {
    const bench = new Bench({ sessions: 'reads-at-one-node' });
    bench.play(next(bench, write), [leads(n2), success]);
    bench.play(next(bench, read), [timeout]);
    bench.play(next(bench, read), [refused]);
    const sent = bench.play(next(bench, read), [leads(n3)]);
    assert(sent !== 'waits' && sent.type === 'fail' && sent.endsSession === undefined);
    bench.play(next(bench, write), [success]);
    assert.deepEqual(bench.asked, [n1, n2, n1, n1, n1, n2]);
  });
});

describe('an operation that is about one node', () => {
  const pinned = (operation: ClientOperation): ClientOperation => ({
    ...operation,
    node: n2,
    isPinned: true,
  });

  it('asks no other node, whoever leads', () => {
    const bench = new Bench();
    const result = bench.play(pinned(read), [leads(n3)]);
    assert(result !== 'waits' && result.type === 'fail' && result.node === n2);
    assert.deepEqual(bench.asked, [n2]);
    bench.play(next(bench, read), [success]);
    assert.deepEqual(bench.asked, [n2, n1], 'where other operations go is as before');
  });

  it('is repeated there alone, where it may have had an effect', () => {
    const bench = new Bench();
    const result = bench.play(pinned(write), [timeout, leads(n1), success]);
    assert(result !== 'waits' && result.type === 'ok');
    assert.deepEqual(bench.asked, [n2, n2, n2]);
  });

  it('is unclear in the end, or refused', () => {
    const careful = new Bench({ deduplicates: false });
    const unclear = careful.play(pinned(write), [timeout]);
    assert(unclear !== 'waits' && unclear.type === 'info');
    const bench = new Bench();
    const decided = bench.play(pinned(write), [mismatch]);
    assert(decided !== 'waits' && decided.type === 'fail');
  });
});

describe('contexts', () => {
  const holding = (fields: { readonly [name: string]: Json }): WireOutcome =>
    answer(200, { status: 'success', value: 1, ...fields });
  const put = (key: string, process = 4): ClientOperation => ({
    process,
    action: { kind: 'write', key, value: 1 },
    readOnly: false,
    node: n1,
  });
  const bodyOf = (bench: Bench): Json => bench.sent.at(-1)?.request.body ?? null;

  it('of a key go back with requests for that key, the newest one', () => {
    const bench = new Bench();
    bench.play(put('k'), [holding({ vector_clock: { 1: 1 } })]);
    bench.play(put('k'), [holding({ vector_clock: { 1: 2 } })]);
    assert.deepEqual(bodyOf(bench), { key: 'k', value: 1, vector_clock: { 1: 1 } });
    bench.play(put('other'), [holding({})]);
    assert.deepEqual(bodyOf(bench), { key: 'other', value: 1 });
    bench.play(put('k'), [holding({})]);
    assert.deepEqual(bodyOf(bench), { key: 'k', value: 1, vector_clock: { 1: 2 } });
  });

  it('of a session go back with all requests, to any node', () => {
    const bench = new Bench();
    bench.play(put('k'), [holding({ session: 's1' })]);
    bench.play({ ...read, node: n3 }, [holding({ session: 's2' })]);
    assert.equal(bench.sent.at(-1)?.request.path, '/get/k?session=s1');
    bench.play(put('other'), [holding({})]);
    assert.deepEqual(bodyOf(bench), { key: 'other', value: 1, session: 's2' });
  });

  it('are those of one process', () => {
    const bench = new Bench();
    bench.play(put('k'), [holding({ vector_clock: { 1: 1 }, session: 's' })]);
    bench.play(put('k', 14), [holding({})]);
    assert.deepEqual(bodyOf(bench), { key: 'k', value: 1 });
  });

  it('are learned from the absence of a value too, and forgotten after many keys', () => {
    const bench = new Bench();
    bench.play(read, [answer(404, { error: 'deleted', vector_clock: { 2: 1 } })]);
    bench.play(put('k'), [holding({})]);
    assert.deepEqual(bodyOf(bench), { key: 'k', value: 1, vector_clock: { 2: 1 } });
    for (let at = 0; at < 40; at++) bench.play(put(`k${at}`), [holding({ vector_clock: {} })]);
    bench.play(put('k'), [holding({})]);
    assert.deepEqual(bodyOf(bench), { key: 'k', value: 1 });
  });
});
