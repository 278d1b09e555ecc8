/** Every workload on a store that is right, and those about objects on stores with one mistake each: what they exist for is found. */
import assert from 'node:assert/strict';
import { stats } from '../../harness/checkers/stats.ts';
import { operationsOf, type Op } from '../../harness/history.ts';
import { serviceOf } from '../../harness/profile.ts';
import { profiles } from '../../harness/profiles/index.ts';
import { specNamed } from '../../harness/specs/index.ts';
import type { Service } from '../../harness/workload.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import { workloads } from '../../workloads/index.ts';
import { applied, runWorkload, wholeHistory, type Mistake } from './atomicStore.ts';
import { finders, judges, named, only, verdicts } from './finders.ts';

for (const workload of workloads)
  describe(`workload ${workload.name}`, () => {
    it('follows a spec, and knows what it needs', () => {
      assert(specNamed(workload.spec));
      assert(workload.needs.length > 0);
      const keyValue = serviceOf(profiles['key-value']);
      assert(workload.needs.some((kinds) => kinds.every((kind) => keyValue.knows(kind))));
    });

    it('finds nothing wrong with a store that is right, crashes or not', () => {
      for (const crashRatio of [0, 0.02]) {
        const history = wholeHistory(runWorkload(workload, { crashRatio, durationMs: 1000 }));
        assert(history.length > 1000, `${history.length} events`);
        for (const [name, valid] of verdicts([...judges(workload), stats], history))
          assert.deepEqual([name, valid], [name, true], `crashes ${crashRatio}`);
      }
    });

    it('does the same for the same seed, and something else for another', () => {
      const historyOf = (seed: number): string =>
        JSON.stringify(runWorkload(workload, { seed, durationMs: 200 }).history);
      assert.equal(historyOf(1), historyOf(1));
      assert.notEqual(historyOf(1), historyOf(2));
    });

    it('judges something of what a linearizable store claims', () => {
      assert(judges(workload).length > 0);
    });
  });

describe('workload set', () => {
  const set = named('set');

  it('finds elements that were lost', () => {
    const lost: Mistake = ({ kind }, _data, prng) =>
      kind === 'add' && prng.chance(0.02) ? { result: null } : null;
    assert.deepEqual(finders(set, lost, ['no-lost-writes']), ['no-lost-writes', 'set-full']);
    assert(finders(set, lost).includes('linearizable'));
  });

  it('finds elements that nobody added, and such that come back', () => {
    const invented: Mistake = (action, data, prng) =>
      action.kind === 'elements' && prng.chance(0.02)
        ? { result: [...((data.get(action.key) ?? []) as Json[]), 'nobody'] }
        : null;
    assert(finders(set, invented, ['no-lost-writes']).includes('set-full'));
    const stubborn: Mistake = ({ kind }, _data, prng) =>
      kind === 'remove' && prng.chance(0.3) ? { result: null } : null;
    assert(finders(set, stubborn).includes('linearizable'));
  });

  it('removes nothing where the service cannot, and no element twice', () => {
    const fs = (service?: Service): Op[] =>
      runWorkload(set, { ...(service && { service }), durationMs: 300 }).history.filter(
        ({ type }) => type === 'invoke',
      );
    assert(!fs(only('add', 'elements')).some(({ f }) => f === 'remove'));
    const removed = fs().flatMap(({ f, key, value }) =>
      f === 'remove' ? [`${key} ${JSON.stringify(value)}`] : [],
    );
    assert(removed.length > 20);
    assert.equal(new Set(removed).size, removed.length);
  });
});

describe('workload counter', () => {
  const counter = named('counter');

  it('finds increments that were lost, or counted twice', () => {
    const lost: Mistake = ({ kind }, _data, prng) =>
      kind === 'increment' && prng.chance(0.05) ? { result: null } : null;
    const twice: Mistake = (action, data, prng) => {
      if (action.kind !== 'increment' || prng.chance(0.95)) return null;
      applied(action, data);
      return applied(action, data);
    };
    for (const mistake of [lost, twice]) assert(finders(counter, mistake).includes('linearizable'));
    assert(finders(counter, twice).includes('counter-bounds'));
  });

  it('counts one counter where the service has one', () => {
    const { history } = runWorkload(counter, {
      service: { knows: () => true, hasKeys: () => false },
      durationMs: 300,
    });
    assert.deepEqual([...new Set(history.map(({ key }) => key))], ['counter']);
  });
});

describe('workload queue', () => {
  const queue = named('queue');

  it('finds elements that were lost, or come out twice', () => {
    const lost: Mistake = ({ kind }, _data, prng) =>
      kind === 'enqueue' && prng.chance(0.02) ? { result: null } : null;
    const twice: Mistake = (action, data, prng) =>
      action.kind === 'dequeue' && prng.chance(0.02)
        ? { result: ((data.get(action.key) ?? []) as Json[])[0] ?? null }
        : null;
    assert.deepEqual(finders(queue, lost, ['no-lost-writes']), ['no-lost-writes']);
    assert.deepEqual(finders(queue, lost), ['no-lost-writes', 'total-queue']);
    assert.deepEqual(finders(queue, twice), ['total-queue']);
  });

  it('finds elements that overtake each other', () => {
    const last: Mistake = (action, data, prng) => {
      if (action.kind !== 'dequeue' || prng.chance(0.9)) return null;
      const list = (data.get(action.key) ?? []) as Json[];
      data.set(action.key, list.slice(0, -1));
      return { result: list.at(-1) ?? null };
    };
    assert.deepEqual(finders(queue, last), ['total-queue']);
  });

  it('empties every queue in the end', () => {
    const { data } = runWorkload(queue, { durationMs: 1000 });
    const left = [...data.values()].filter((list) => (list as Json[]).length > 0);
    assert(data.size > 5 && left.length === 0, `${left.length} of ${data.size} queues hold something`);
  });
});

describe('workload bank', () => {
  const bank = named('bank');

  it('finds transfers that are done by half, and balances of different moments', () => {
    const half: Mistake = (action, data, prng) => {
      if (action.kind !== 'transfer' || prng.chance(0.98)) return null;
      return applied({ kind: 'increment', key: action.from, amount: -action.amount }, data);
    };
    const torn: Mistake = (action, data, prng) => {
      if (action.kind === 'transfer') data.set('before', Object.fromEntries(data));
      if (action.kind !== 'balances' || prng.chance(0.98)) return null;
      const before = (data.get('before') ?? {}) as Readonly<Record<string, Json>>;
      const [first = '', ...others] = action.accounts;
      const rest = others.map((account) => [account, data.get(account) ?? null]);
      return { result: Object.fromEntries([[first, before[first] ?? 0], ...rest]) as Json };
    };
    for (const mistake of [half, torn])
      assert.deepEqual(finders(bank, mistake), ['bank', 'snapshot-isolation']);
  });

  it('finds accounts that are overdrawn', () => {
    const generous: Mistake = (action, data) => {
      if (action.kind !== 'transfer') return null;
      applied({ kind: 'increment', key: action.from, amount: -action.amount }, data);
      return applied({ kind: 'increment', key: action.to, amount: action.amount }, data);
    };
    assert.deepEqual(finders(bank, generous), ['bank', 'snapshot-isolation']);
  });
});

describe('workload lock', () => {
  const lock = named('lock');

  it('finds two holders, and tokens that do not grow', () => {
    const careless: Mistake = (action, data, prng) => {
      if (action.kind !== 'acquire' || prng.chance(0.95)) return null;
      data.delete(action.key);
      return applied(action, data);
    };
    assert(finders(lock, careless, ['mutual-exclusion']).includes('mutual-exclusion'));
    assert(finders(lock, careless).includes('linearizable'));
    const repeating: Mistake = (action, data, prng) => {
      const answer = action.kind === 'acquire' ? applied(action, data) : null;
      if (answer === null || answer === 'refused' || prng.chance(0.9)) return answer;
      return { result: Number(answer.result) - 1 };
    };
    assert(finders(lock, repeating).includes('fencing-tokens'));
  });

  it('judges no tokens where there are none', () => {
    const plain: Mistake = (action, data) => {
      const answer = action.kind === 'acquire' ? applied(action, data) : null;
      return answer === null || answer === 'refused' ? answer : { result: null };
    };
    const history = wholeHistory(runWorkload(lock, { mistake: plain }));
    for (const [name, valid] of verdicts(judges(lock), history))
      assert.deepEqual([name, valid], [name, true]);
  });
});

describe('workload inventory', () => {
  const inventory = named('inventory');
  const oblivious: Mistake = ({ kind }, _data, prng) =>
    kind === 'sell' && prng.chance(0.2) ? { result: true } : null;

  it('finds more sold than there was', () => {
    assert.deepEqual(finders(inventory, oblivious), ['never-oversold']);
    assert.deepEqual(finders(inventory, oblivious, ['never-oversold']), ['never-oversold']);
  });

  it('sells by reading the stock and writing less where the service cannot sell, and finds what that costs', () => {
    const service = only('read', 'write', 'stock');
    const right = wholeHistory(runWorkload(inventory, { service }));
    for (const [name, valid] of verdicts([...judges(inventory), stats], right))
      assert.deepEqual([name, valid], [name, true]);
    const stale: Mistake = (action, data, prng) => {
      if (action.kind === 'write') data.set(`${action.key} before`, data.get(action.key) ?? null);
      if (action.kind !== 'stock' || prng.chance(0.5)) return null;
      return { result: data.get(`${action.key} before`) ?? data.get(action.key) ?? null };
    };
    const oversold = wholeHistory(runWorkload(inventory, { service, mistake: stale }));
    assert.deepEqual(verdicts(judges(inventory), oversold), [['never-oversold', false]]);
  });

  it('says product, quantity and region of every sale, and sells in several regions', () => {
    const { history } = runWorkload(inventory);
    const sales = operationsOf(history).filter(({ invocation: { f } }) => f === 'sell');
    const regions = new Set<Json>();
    for (const { invocation } of sales) {
      const { producto_id, cantidad, region } = invocation.value as Readonly<Record<string, Json>>;
      assert(producto_id === invocation.key && Number(cantidad) > 0);
      regions.add(region ?? null);
    }
    assert(regions.size > 2 && sales.some(({ completion }) => completion?.value === false));
  });
});
