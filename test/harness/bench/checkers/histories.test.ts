import assert from 'node:assert/strict';
import { causalHistory } from '../../../../harness/bench/checkers/causalHistory.ts';
import { withCorruptedRead } from '../../../../harness/bench/checkers/corruptRead.ts';
import { judge } from '../../../../harness/bench/checkers/judged.ts';
import { listAppendHistory } from '../../../../harness/bench/checkers/listAppendHistory.ts';
import { plantedCycles } from '../../../../harness/bench/checkers/plantedCycles.ts';
import { registerHistory } from '../../../../harness/bench/checkers/registerHistory.ts';
import type { History } from '../../../../harness/columns/history.ts';
import type { Op } from '../../../../harness/history.ts';

const seeds = Array.from({ length: 20 }, (_, seed) => seed);
const casRegister = (seed: number): History =>
  registerHistory({ operations: 400, clients: 10, keys: 1, values: 5, seed });

describe('histories for the benchmark', () => {
  it('are the same for the same seed, and others for others', () => {
    const histories = [1, 1, 2].flatMap((seed) => [
      [
        casRegister(seed),
        causalHistory({ operations: 50, sessions: 3, keys: 3, seed }),
        listAppendHistory({ transactions: 50, clients: 3, seed }),
      ].map((history) => [...history.ops()]),
    ]);
    assert.deepEqual(histories[0], histories[1]);
    for (const [at, ops] of (histories[0] ?? []).entries()) assert.notDeepEqual(ops, histories[2]?.[at]);
  });

  it('of cas registers are linearizable, concurrent, and answer cas in both ways', () => {
    for (const seed of seeds)
      assert.equal(judge('linearizable', 'cas-register', casRegister(seed)).valid, true);
    const { start, end, length } = casRegister(1).operations;
    let concurrent = 0;
    for (let row = 1; row < length; row++) if ((start[row] ?? 0) < (end[row - 1] ?? 0)) concurrent++;
    assert.ok(concurrent > length / 2);
    const answers = new Set(
      [...casRegister(1).ops()].map(({ f, type, value }) => f + type + String(value === false)),
    );
    assert.ok(answers.has('casoktrue') && answers.has('casokfalse'));
  });

  it('of registers with unique writes are linearizable, and write no value twice', () => {
    for (const seed of seeds) {
      const history = registerHistory({ operations: 400, clients: 10, keys: 5, seed });
      assert.equal(judge('linearizable', 'register', history).valid, true);
      const written = [...history.pairs()].filter(({ invocation }) => invocation.f === 'write');
      assert.equal(new Set(written.map(({ invocation }) => invocation.value)).size, written.length);
    }
  });

  it('with a corrupted read are not linearizable, though the value was really written', () => {
    for (const seed of seeds) {
      const correct = [...casRegister(seed).ops()];
      const corrupt = withCorruptedRead(casRegister(seed));
      assert.equal(judge('linearizable', 'cas-register', corrupt).valid, false);
      const changed = [...corrupt.ops()].filter(
        (op, at) => op.value !== correct[at]?.value && op.f === 'read',
      );
      assert.equal(changed.length, 1);
      const written = correct.filter(({ f, index }) => f === 'write' && index < (changed[0]?.index ?? 0));
      assert.ok(written.some(({ value }) => value === changed[0]?.value));
    }
  });

  it('of the lagging store are causally convergent, and not linearizable', () => {
    for (const seed of seeds) {
      const history = causalHistory({ operations: 400, sessions: 4, keys: 4, seed });
      for (const level of ['cc', 'ccv', 'monotonic-reads', 'read-your-writes'] as const)
        assert.equal(judge(level, 'register', history).valid, true, level);
      assert.equal(judge('linearizable', 'register', history).valid, false);
    }
  });

  it('of lists are strict serializable', () => {
    for (const seed of seeds) {
      const history = listAppendHistory({ transactions: 300, clients: 10, seed });
      assert.equal(judge('strict-serializable', 'list-append', history).valid, true);
    }
  });

  it('of lists retire keys before the lists grow long', () => {
    const history = listAppendHistory({ transactions: 3000, clients: 10, seed: 1 });
    const reads = [...history.ops()].flatMap(({ value }: Op) =>
      (value as readonly (readonly [string, number, readonly number[] | null])[]).filter(([f]) => f === 'r'),
    );
    assert.ok(Math.max(...reads.map(([, , list]) => list?.length ?? 0)) <= 32);
    assert.ok(new Set(reads.map(([, key]) => key)).size > 50);
  });

  for (const planted of plantedCycles)
    it(`of lists with a planted ${planted.kind} hold that cycle`, () => {
      for (const seed of seeds) {
        const history = listAppendHistory({ transactions: 300, clients: 10, seed, planted });
        const { valid, anomalies } = judge('strict-serializable', 'list-append', history);
        assert.equal(valid, false);
        assert.ok(anomalies.map(({ kind }) => kind).includes(planted.kind), JSON.stringify(anomalies));
      }
    });
});
