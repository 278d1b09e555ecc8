import { History } from '../../../../harness/columns/history.ts';
import assert from 'node:assert/strict';
import { nodeBudget, unlimited } from '../../../../harness/checkers/budget.ts';
import { linearizable } from '../../../../harness/checkers/linearizable/linearizable.ts';
import type { Op, OpType } from '../../../../harness/history.ts';
import { kv } from '../../../../harness/specs/kv.ts';
import { register } from '../../../../harness/specs/register.ts';
import type { Json } from '../../../../nodes/kernel/wire.ts';
import { behaviours, correctHistory, type Draw } from '../randomHistory.ts';

/** Appends operations one after the other, each of a process of its own. */
class Recorder {
  readonly history: Op[] = [];

  event(process: number, type: OpType, f: string, key: string, value: Json): void {
    const index = this.history.length;
    this.history.push({ index, timeNs: index, process, type, f, key, value });
  }

  write(process: number, key: string, value: Json): void {
    this.event(process, 'invoke', 'write', key, value);
    this.event(process, 'ok', 'write', key, value);
  }

  read(process: number, key: string, value: Json): void {
    this.event(process, 'invoke', 'read', key, null);
    this.event(process, 'ok', 'read', key, value);
  }

  /**
   * Writes all at once, of values that are written twice each, so that no special case fits; then two values are read
   * that cannot both be the last one. Every set of writes must be tried before it is known to be wrong.
   */
  hardKey(key: string, clients: number): void {
    for (let client = 0; client < clients; client++) this.event(client, 'invoke', 'write', key, client >> 1);
    for (let client = 0; client < clients; client++) this.event(client, 'ok', 'write', key, client >> 1);
    for (let client = 0; client < clients; client++) this.event(client, 'invoke', 'read', key, null);
    for (let client = 0; client < clients; client++) this.event(client, 'ok', 'read', key, client % 2);
  }
}

function draws(seed: number): Draw {
  let state = seed;
  return (below) => ((state = (state * 48_271) % 2_147_483_647) >>> 8) % below;
}

describe('the linearizability checker', () => {
  it('finds the violation of an easy key while a hard one is undecided', () => {
    const recorder = new Recorder();
    recorder.hardKey('hard', 24);
    recorder.write(0, 'easy', 1);
    recorder.read(0, 'easy', null);
    const verdict = linearizable(register).check(History.of(recorder.history), nodeBudget(50_000));
    assert.equal(verdict.valid, false);
    assert.deepEqual(
      verdict.anomalies.map(({ key }) => key),
      ['easy'],
    );
    assert.equal(verdict.stats['undecidedKeys'], 1);
    assert.equal(verdict.reason, 'the budget was used up before 1 key was decided: hard');
  });

  it('says unknown, and why, when the budget is used up', () => {
    const recorder = new Recorder();
    recorder.hardKey('hard', 24);
    const verdict = linearizable(register).check(History.of(recorder.history), nodeBudget(10_000));
    assert.equal(verdict.valid, 'unknown');
    assert.match(verdict.reason ?? '', /budget/);
    assert.deepEqual(verdict.anomalies, []);
    const searched = verdict.stats['searchNodes'] ?? 0;
    assert(searched >= 10_000 && searched < 15_000, `${searched} nodes of 10000`);
  });

  it('says unknown, and why, when the memory is used up', () => {
    const recorder = new Recorder();
    recorder.hardKey('hard', 24);
    const checker = linearizable(register, { memoryWordsMax: 10_000 });
    const verdict = checker.check(History.of(recorder.history), unlimited);
    assert.equal(verdict.valid, 'unknown');
    assert.match(verdict.reason ?? '', /memory/);
  });

  it('counts every key as undecided that the budget did not reach, and those that ran out of memory before', () => {
    const easy = new Recorder();
    for (const key of ['a', 'b', 'c']) {
      easy.write(0, key, 1);
      easy.write(0, key, 1);
      easy.read(0, key, 1);
    }
    const verdict = linearizable(register).check(History.of(easy.history), { spend: () => false });
    assert.equal(verdict.valid, 'unknown');
    assert.equal(verdict.stats['undecidedKeys'], 2);
    const recorder = new Recorder();
    recorder.hardKey('hard', 24);
    recorder.write(0, 'easy', 1);
    let calls = 0;
    const checker = linearizable(register, { memoryWordsMax: 100 });
    const small = checker.check(History.of(recorder.history), { spend: () => ++calls < 2 });
    assert.equal(small.valid, 'unknown');
    assert.match(small.reason ?? '', /1 key was decided: hard/);
  });

  it('counts very many violated keys, but looks for the operations of the first ones only', () => {
    const recorder = new Recorder();
    const keys = Array.from({ length: 100 }, (_, at) => `k${at}`);
    for (const key of keys) {
      recorder.write(0, key, 1);
      recorder.write(0, key, 1);
      recorder.write(0, key, 2);
      recorder.read(0, key, 1);
    }
    const { valid, anomalies, stats } = linearizable(register).check(History.of(recorder.history), unlimited);
    assert.equal(valid, false);
    assert.equal(stats['violatedKeys'], 100);
    assert.deepEqual(
      anomalies.map(({ key }) => key),
      keys,
    );
    assert.match(
      anomalies[0]?.explanation ?? '',
      /answered 1, but 2 was written and acknowledged before it began/,
    );
    assert.match(anomalies[63]?.explanation ?? '', /answered 1, but wherever .* the state was 2/);
    assert.deepEqual(anomalies[64]?.ops, [8 * 64 + 7]);
  });

  it('decides a hard key although the searches of others fill the memory', () => {
    const recorder = new Recorder();
    for (let key = 0; key < 40; key++) recorder.hardKey(`hard${key}`, 8);
    const checker = linearizable(register, { memoryWordsMax: 60_000 });
    const verdict = checker.check(History.of(recorder.history), unlimited);
    assert.equal(verdict.stats['violatedKeys'], 40, verdict.reason);
    assert.equal(verdict.stats['undecidedKeys'], 0);
  });

  it('says which procedure decided how many keys', () => {
    const recorder = new Recorder();
    for (const key of ['a', 'b']) recorder.write(0, key, 1);
    recorder.hardKey('c', 4);
    const { stats } = linearizable(register).check(History.of(recorder.history), unlimited);
    assert.equal(stats['keys decided by registers with unique writes'], 2);
    assert.equal(stats['keys decided by search'], 1);
  });

  it('finds a violation although the spec fails at another key', () => {
    const recorder = new Recorder();
    recorder.event(0, 'invoke', 'append', 'strange', 5);
    recorder.event(0, 'ok', 'append', 'strange', 5);
    recorder.event(0, 'invoke', 'get', 'strange', null);
    recorder.event(0, 'ok', 'get', 'strange', '5');
    recorder.event(0, 'invoke', 'put', 'easy', 'a');
    recorder.event(0, 'ok', 'put', 'easy', 'a');
    recorder.event(0, 'invoke', 'get', 'easy', null);
    recorder.event(0, 'ok', 'get', 'easy', 'b');
    const { valid, reason = '', anomalies } = linearizable(kv).check(History.of(recorder.history), unlimited);
    assert.equal(valid, false);
    assert.match(
      reason,
      /the spec kv failed at 'append': kv appends strings, not 5 before 1 key was decided: strange/,
    );
    assert.deepEqual(
      anomalies.map(({ key }) => key),
      ['easy'],
    );
  });

  it('starts from the initial value that it is told', () => {
    const recorder = new Recorder();
    recorder.read(0, 'x', 0);
    assert.equal(linearizable(register).check(History.of(recorder.history), unlimited).valid, false);
    assert.equal(
      linearizable(register, { initial: 0 }).check(History.of(recorder.history), unlimited).valid,
      true,
    );
  });

  it('accepts an empty history, and one in which nothing succeeded', () => {
    assert.equal(linearizable(register).check(History.of([]), unlimited).valid, true);
    const recorder = new Recorder();
    recorder.event(0, 'invoke', 'write', 'x', 1);
    recorder.event(0, 'fail', 'write', 'x', 1);
    recorder.event(1, 'invoke', 'read', 'x', null);
    recorder.event(1, 'info', 'read', 'x', null);
    assert.equal(linearizable(register).check(History.of(recorder.history), unlimited).valid, true);
  });

  it('gives the same verdict again, to the last word', () => {
    for (const behaviour of behaviours) {
      const history = correctHistory(behaviour, draws(7), {
        operations: 60,
        processes: 5,
        keys: 2,
        crashOneIn: 10,
        failOneIn: 10,
      });
      const spoiled = history.map((op) => (op.type === 'ok' && op.value === null ? { ...op, value: 1 } : op));
      const checker = linearizable(behaviour.spec);
      const isList = ['set', 'append'].includes(behaviour.spec.name);
      const judged = isList ? history : spoiled;
      assert.deepEqual(
        checker.check(History.of(judged), unlimited),
        checker.check(History.of(judged), unlimited),
      );
    }
  });

  it('checks a key with thousands of operations', () => {
    const behaviour = behaviours[0];
    assert(behaviour);
    const shape = { operations: 10_000, processes: 5, keys: 1, crashOneIn: 2_000, failOneIn: 50 };
    const verdict = linearizable(behaviour.spec).check(
      History.of(correctHistory(behaviour, draws(3), shape)),
      nodeBudget(5_000_000),
    );
    assert.equal(verdict.valid, true, verdict.reason);
  });

  it('checks fifteen thousand operations over many keys within a few search nodes each', () => {
    for (const name of ['register', 'append']) {
      const behaviour = behaviours.filter(({ spec }) => spec.name === name).at(-1);
      assert(behaviour);
      const history: Op[] = [];
      for (let key = 0; key < 75; key++) {
        const shape = { operations: 200, processes: 5, keys: 1, crashOneIn: 15, failOneIn: 20 };
        for (const op of correctHistory(behaviour, draws(key + 1), shape))
          history.push({
            ...op,
            index: history.length,
            key: `k${key}`,
            process: Number(op.process) + 1_000 * key,
          });
      }
      const verdict = linearizable(behaviour.spec).check(History.of(history), nodeBudget(2_000_000));
      assert.equal(verdict.valid, true, verdict.reason);
    }
  });
});
