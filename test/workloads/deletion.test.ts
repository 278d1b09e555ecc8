import assert from 'node:assert/strict';
import { operationsOf } from '../../harness/history.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import { runWorkload, type Mistake } from './atomicStore.ts';
import { finders, judges, named, verdicts } from './finders.ts';

const deletion = named('deletion');

/** Now and then a deletion is forgotten: later, what was there is there again. */
const resurrecting: Mistake = (action, data, prng) => {
  if (action.kind !== 'delete' && action.kind !== 'read') return null;
  const grave = `${action.key} deleted`;
  const buried: Json = data.get(grave) ?? null;
  if (action.kind === 'delete') {
    data.set(grave, data.get(action.key) ?? null);
    return null;
  }
  if (buried !== null && !data.has(action.key) && prng.chance(0.5)) data.set(action.key, buried);
  return null;
};

describe('workload deletion', () => {
  it('passes a store that does what it is asked, crashes or not', () => {
    for (const crashRatio of [0, 0.01]) {
      const { history } = runWorkload(deletion, { durationMs: 500, crashRatio });
      for (const [name, valid] of verdicts(judges(deletion), history)) assert.equal(valid, true, name);
    }
  });

  it('finds what comes back after it was deleted', () => {
    assert.deepEqual(finders(deletion, resurrecting), ['linearizable', 'strict-serializable']);
    assert.deepEqual(finders(deletion, resurrecting, ['no-lost-writes']), ['no-lost-writes']);
  });

  it('finds values that nobody wrote', () => {
    const invented: Mistake = ({ kind }, _data, prng) =>
      kind === 'read' && prng.chance(0.01) ? { result: -1 } : null;
    assert(finders(deletion, invented, ['no-lost-writes']).includes('only-written'));
  });

  it('writes every value once, deletes about as often, and finds a value in every other read', () => {
    const operations = operationsOf(runWorkload(deletion, { durationMs: 500, crashRatio: 0 }).history);
    const of = (f: string): typeof operations => operations.filter(({ invocation }) => invocation.f === f);
    const written = of('put').map(({ invocation }) => invocation.value);
    assert.equal(new Set(written).size, written.length);
    const found = of('get').filter(({ completion }) => completion?.value !== null);
    assert(of('delete').length > written.length / 2);
    assert(found.length > 0.4 * of('get').length, `${found.length} of ${of('get').length}`);
  });

  it('is for services that can delete', () => {
    assert.deepEqual(deletion.needs, [['read', 'write', 'delete']]);
    assert.deepEqual(deletion.action({ f: 'delete', key: 'k1', value: null }), { kind: 'delete', key: 'k1' });
    assert.deepEqual(deletion.action({ f: 'put', key: 'k1', value: 3 }), {
      kind: 'write',
      key: 'k1',
      value: 3,
    });
  });
});
