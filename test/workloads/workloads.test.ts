import { History } from '../../harness/columns/history.ts';
import assert from 'node:assert/strict';
import { unlimited } from '../../harness/checkers/budget.ts';
import type { Checker, Verdict } from '../../harness/checkers/checker.ts';
import { operationsOf, type Op } from '../../harness/history.ts';
import { specNamed } from '../../harness/specs/index.ts';
import type { Workload } from '../../harness/workload.ts';
import { append } from '../../workloads/append.ts';
import { workloadNamed, workloads } from '../../workloads/index.ts';
import { register } from '../../workloads/register.ts';
import { crashesMax, finalKeys, groupsOf } from '../../workloads/singleKey.ts';
import { runWorkload, type Mistake } from './atomicStore.ts';

function checkerOf(workload: Workload): Checker {
  const checker = workload.checker('linearizable');
  assert.ok(checker);
  return checker;
}

function verdictOf(checker: Checker, history: readonly Op[]): Verdict {
  return checker.check(History.of(history), unlimited);
}

const alwaysNamed = (workload: Workload, name: string): Checker => {
  const checker = workload.always.find((other) => other.name === name);
  assert.ok(checker);
  return checker;
};

/** Whether some of a few seeds shows the mistake. */
function isFound(workload: Workload, mistake: Mistake, checker: Checker): boolean {
  return [1, 2, 3].some(
    (seed) =>
      verdictOf(checker, runWorkload(workload, { seed, durationMs: 500, mistake }).history).valid === false,
  );
}

describe('the registry of workloads', () => {
  it('knows every workload by its name', () => {
    for (const workload of workloads) assert.equal(workloadNamed(workload.name), workload);
    assert.equal(workloadNamed('nothing'), undefined);
  });

  for (const workload of [register, append]) {
    it(`${workload.name} follows a spec, and judges linearizability and strict serializability`, () => {
      assert.ok(specNamed(workload.spec));
      assert.equal(workload.checker('linearizable')?.name, 'linearizable');
      assert.equal(workload.checker('strict-serializable')?.name, 'strict-serializable');
      assert.equal(workload.checker('mutual-exclusion'), null);
    });

    it(`${workload.name}: an atomic store passes, crashes or not`, () => {
      for (const crashRatio of [0, 0.02]) {
        const { history } = runWorkload(workload, { crashRatio });
        assert.ok(history.length > 5000);
        for (const checker of [checkerOf(workload), ...workload.always])
          assert.deepEqual([checker.name, verdictOf(checker, history).valid], [checker.name, true]);
      }
    });

    it(`${workload.name}: keys retire, by operations and by crashes`, () => {
      const { history, interpreter } = runWorkload(workload, { crashRatio: 0.1 });
      const operations = new Map<string, number>();
      const crashes = new Map<string, number>();
      for (const { key = '', type } of history) {
        if (type === 'invoke') operations.set(key, (operations.get(key) ?? 0) + 1);
        if (type === 'info') crashes.set(key, (crashes.get(key) ?? 0) + 1);
      }
      assert.ok(interpreter.keys.length > 20);
      assert.ok(Math.max(...operations.values()) <= 150);
      assert.ok(Math.max(...crashes.values()) < crashesMax + 5, 'a group has five threads');
    });

    it(`${workload.name}: every key is asked for by every thread of its group, some of which only read`, () => {
      const { dispatches } = runWorkload(workload, { crashRatio: 0 });
      const ofKey = dispatches.filter(({ op }) => op.key === dispatches[0]?.op.key);
      const threads = new Set(ofKey.map(({ thread }) => thread));
      const writers = new Set(ofKey.filter(({ op }) => op.f !== 'read').map(({ thread }) => thread));
      assert.deepEqual([threads.size, writers.size], [5, 4]);
      const readers = new Map(
        dispatches.flatMap(({ op, thread }) => (op.f === 'read' ? [] : [[op.key, thread] as const])),
      );
      assert.ok(new Set(readers.values()).size > 2, 'others write for other keys');
    });

    it(`${workload.name}: a lost write shows in the final reads`, () => {
      const { history, finalReads, interpreter, data } = runWorkload(workload, { durationMs: 300 });
      const reads = finalReads.history.filter(({ type }) => type === 'ok');
      assert.deepEqual(
        new Map(reads.map(({ key, value }) => [key, value])),
        new Map(interpreter.keys.map((key) => [key, data.get(key) ?? null])),
      );
      const lost = interpreter.keys[0];
      const withLoss = [...history, ...finalReads.history].map((op, index) => ({
        ...op,
        index,
        process: index < history.length ? op.process : Number(op.process) + 100_000,
        value: index >= history.length && op.key === lost && op.type === 'ok' ? null : op.value,
      }));
      assert.equal(verdictOf(checkerOf(workload), withLoss).valid, false);
    });
  }
});

describe('register', () => {
  it('writes every value once, and many of its cas succeed', () => {
    const operations = operationsOf(runWorkload(register).history);
    const written = operations.flatMap(({ invocation: { f, key, value } }) => {
      if (f === 'write') return [`${key} ${JSON.stringify(value)}`];
      return f === 'cas' ? [`${key} ${JSON.stringify((value as number[])[1])}`] : [];
    });
    assert.equal(new Set(written).size, written.length);
    const cas = operations.filter(({ invocation }) => invocation.f === 'cas');
    const succeeded = cas.filter(({ completion }) => completion?.type === 'ok');
    assert.ok(succeeded.length > 0.4 * cas.length, `${succeeded.length} of ${cas.length}`);
    for (const f of ['read', 'write', 'cas']) {
      const share = operations.filter(({ invocation }) => invocation.f === f).length / operations.length;
      assert.ok(share > 0.12, `${f}: ${share}`);
    }
  });

  it('spells its operations as actions', () => {
    const action = (f: string, value: null | number | (null | number)[]): unknown =>
      register.action({ f, key: 'k1', value });
    assert.deepEqual(action('read', null), { kind: 'read', key: 'k1' });
    assert.deepEqual(action('write', 3), { kind: 'write', key: 'k1', value: 3 });
    assert.deepEqual(action('cas', [null, 3]), { kind: 'cas', key: 'k1', from: null, to: 3 });
    assert.equal(register.completed({ f: 'read', value: null }, 7), 7);
    assert.deepEqual(register.completed({ f: 'cas', value: [1, 2] }, null), [1, 2]);
  });

  it('shows stale reads, lost writes and a cas that does not compare', () => {
    const stale: Mistake = (action, data, prng) => {
      if (action.kind !== 'read' && action.kind !== 'write') return null;
      const before = `before ${action.key}`;
      if (action.kind === 'write') data.set(before, data.get(action.key) ?? null);
      return action.kind === 'read' && prng.chance(0.02) ? { result: data.get(before) ?? null } : null;
    };
    const lost: Mistake = (action, _data, prng) =>
      action.kind === 'write' && prng.chance(0.01) ? { result: null } : null;
    const careless: Mistake = (action, data, prng) => {
      if (action.kind !== 'cas' || prng.chance(0.99)) return null;
      data.set(action.key, action.to);
      return { result: null };
    };
    for (const [name, mistake] of Object.entries({ stale, lost, careless }))
      assert.ok(isFound(register, mistake, checkerOf(register)), name);
  });

  it('shows values that nobody wrote, and values of operations that failed', () => {
    const checker = alwaysNamed(register, 'only-written');
    const invented: Mistake = ({ kind }, _data, prng) =>
      kind === 'read' && prng.chance(0.01) ? { result: 'garbage' } : null;
    assert.ok(isFound(register, invented, checker));
    // As if a cas that was refused had been done all the same.
    const history = [...runWorkload(register, { crashRatio: 0, durationMs: 200 }).history];
    const refused = operationsOf(history).find(({ completion }) => completion?.type === 'fail');
    const read = operationsOf(history).findLast(
      ({ invocation, completion }) => invocation.f === 'read' && completion?.type === 'ok',
    );
    assert.ok(refused?.invocation.key !== undefined && read?.completion);
    const { key } = refused.invocation;
    const value = (refused.invocation.value as number[])[1] ?? null;
    history[read.invocation.index] = { ...read.invocation, key };
    history[read.completion.index] = { ...read.completion, key, value };
    const { valid, anomalies } = verdictOf(checker, history);
    assert.deepEqual([valid, anomalies.map(({ kind }) => kind)], [false, ['aborted-read']]);
  });
});

describe('only-written', () => {
  it('does not take a value from an operation that was invoked only later', () => {
    const op = (index: number, type: Op['type'], f: string, value: number | null): Op => ({
      index,
      timeNs: index,
      process: 0,
      type,
      f,
      key: 'k',
      value,
    });
    const read = (at: number): Op[] => [op(at, 'invoke', 'read', null), op(at + 1, 'ok', 'read', 7)];
    const write = (at: number): Op[] => [op(at, 'invoke', 'write', 7), op(at + 1, 'ok', 'write', 7)];
    const checker = alwaysNamed(register, 'only-written');
    assert.equal(verdictOf(checker, [...write(0), ...read(2)]).valid, true);
    const { valid, anomalies } = verdictOf(checker, [...read(0), ...write(2)]);
    assert.deepEqual([valid, anomalies.map(({ kind }) => kind)], [false, ['invented-value']]);
  });
});

describe('append', () => {
  it('spells its operations as actions', () => {
    assert.deepEqual(append.action({ f: 'read', key: 'l1', value: null }), { kind: 'read', key: 'l1' });
    assert.deepEqual(append.action({ f: 'append', key: 'l1', value: 3 }), {
      kind: 'txn',
      txn: [['append', 'l1', 3]],
    });
    assert.equal(append.completed({ f: 'append', value: 3 }, [['append', 'l1', 3]]), 3);
    assert.deepEqual(append.completed({ f: 'read', value: null }, [1, 2]), [1, 2]);
  });

  it('keeps lists short', () => {
    const { data } = runWorkload(append, { durationMs: 3000 });
    const lengths = [...data.values()].map((list) => (list as unknown[]).length);
    assert.ok(Math.max(...lengths) <= 100, `${Math.max(...lengths)}`);
    assert.ok(Math.max(...lengths) >= 30);
  });

  it('shows what was applied twice, lost, or put in another order', () => {
    const twice: Mistake = (action, data, prng) => {
      if (action.kind !== 'txn' || prng.chance(0.99)) return null;
      const [[, key, value]] = action.txn as unknown as [[string, string, number]];
      data.set(key, [...((data.get(key) ?? []) as number[]), value, value]);
      return { result: action.txn };
    };
    const lost: Mistake = (action, _data, prng) =>
      action.kind === 'txn' && prng.chance(0.01) ? { result: action.txn } : null;
    const reversed: Mistake = (action, data, prng) =>
      action.kind === 'read' && prng.chance(0.02)
        ? { result: [...((data.get(action.key) ?? []) as number[])].reverse() }
        : null;
    for (const [name, mistake] of Object.entries({ twice, lost, reversed }))
      assert.ok(isFound(append, mistake, checkerOf(append)), name);
    assert.ok(isFound(append, twice, alwaysNamed(append, 'applied-once')));
  });

  it('takes an answer that is no list for what nobody wrote', () => {
    const noList: Mistake = ({ kind }, _data, prng) =>
      kind === 'read' && prng.chance(0.01) ? { result: { hostile: true } } : null;
    assert.ok(isFound(append, noList, alwaysNamed(append, 'only-written')));
  });
});

describe('single-key workloads', () => {
  it('deal threads out so that a group spans all nodes, and there are several keys where possible', () => {
    const groups = (nodes: number, concurrency: number): number => groupsOf({ nodes, concurrency });
    assert.deepEqual(
      [groups(5, 10), groups(3, 64), groups(5, 5), groups(5, 3), groups(1, 9), groups(1, 1)],
      [2, 21, 2, 1, 3, 1],
    );
  });

  it('read few keys at the end, the last ones and a sample of the others', () => {
    const keys = Array.from({ length: 5000 }, (_, index) => `k${index}`);
    const chosen = finalKeys(keys);
    assert.equal(chosen.length, 400);
    assert.equal(new Set(chosen).size, 400);
    assert.deepEqual(chosen.slice(-100), keys.slice(-100));
    const sample = chosen.slice(0, 300).map((key) => Number(key.slice(1)));
    for (const [at, index] of sample.entries()) assert.equal(index, Math.floor((at * 4900) / 300));
    assert.deepEqual(finalKeys(keys.slice(0, 7)), keys.slice(0, 7));
  });

  it('try a final read again until it succeeds', () => {
    const { finalReads } = runWorkload(register, { durationMs: 500, crashRatio: 0.5 });
    const succeeded = finalReads.history.filter(({ type }) => type === 'ok').map(({ key }) => key);
    assert.ok(finalReads.history.some(({ type }) => type === 'fail'));
    assert.equal(succeeded.length, new Set(succeeded).size, 'each once');
    assert.ok(succeeded.length > 1);
  });
});
