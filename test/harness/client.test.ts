/** A client: attempts, retries and redirects, and what they come to in the history. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ClientOperation, ClientResult } from '../../harness/client.ts';
import type { WireOutcome } from '../../harness/world.ts';
import { nodeId } from '../../nodes/kernel/ids.ts';
import {
  aborted,
  Bench,
  broken,
  fixedPrng,
  leads,
  mismatch,
  n1,
  n2,
  n3,
  nobodyLeads,
  read,
  refusals,
  refused,
  success,
  timeout,
  unavailable,
  unknown,
  write,
} from './clientBench.ts';

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
