/** Sums: in how many orders of its terms one came about no search in sessions can try. */
import assert from 'node:assert/strict';
import { nodeBudget } from '../../../../harness/checkers/budget.ts';
import { sequential } from '../../../../harness/checkers/sequential/sequential.ts';
import { History } from '../../../../harness/columns/history.ts';
import type { Op } from '../../../../harness/history.ts';
import { counter } from '../../../../harness/specs/counter.ts';
import { createPrng } from '../../../../nodes/kernel/prng.ts';

const processes = 10;
const keys = 5;

/** A correct counter under load: each operation takes effect at some moment between its two events. */
function correctHistory(rounds: number): Op[] {
  const prng = createPrng('sums');
  const sums = new Map<string, number>();
  const history: Op[] = [];
  const record = (op: Omit<Op, 'index' | 'timeNs'>): void => {
    history.push({ ...op, index: history.length, timeNs: history.length });
  };
  for (let round = 0; round < rounds; round++) {
    const operations = Array.from({ length: processes }, (_, process) => ({
      process,
      key: `c${prng.int(0, keys)}`,
      ...(prng.chance(0.5) ? { f: 'read', value: null } : { f: 'add', value: prng.int(-3, 6) }),
    }));
    for (const operation of operations) record({ ...operation, type: 'invoke' });
    const answers = prng.shuffle(operations).map((operation) => {
      const sum = (sums.get(operation.key) ?? 0) + (operation.value ?? 0);
      sums.set(operation.key, sum);
      return { ...operation, type: 'ok' as const, value: operation.f === 'read' ? sum : operation.value };
    });
    for (const answer of prng.shuffle(answers)) record(answer);
  }
  return history;
}

describe('sequential consistency of sums', () => {
  it('is decided without a search in sessions where even the order of time was kept', () => {
    const history = History.of(correctHistory(60));
    assert.equal(sequential(counter).check(history, nodeBudget(1_000_000)).valid, true);
  });

  it('is refuted all the same', () => {
    const history = correctHistory(3);
    const read = history.findIndex(({ f, type }) => f === 'read' && type === 'ok');
    const wrong = history.map((op, index) => (index === read ? { ...op, value: 1_000 } : op));
    assert.equal(sequential(counter).check(History.of(wrong), nodeBudget(10_000_000)).valid, false);
  });
});
