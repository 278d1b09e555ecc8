import assert from 'node:assert/strict';
import type { MachineResult } from '../../../nodes/machines/machine.ts';
import { parseSerial, Sessions } from '../../../nodes/machines/sessions.ts';

const written = (value: number): MachineResult => ({ type: 'written', key: 'x', value });

describe('sessions (Ongaro §6.3)', () => {
  it('remember the result of the latest request of a client', () => {
    const sessions = new Sessions(10);
    assert.equal(sessions.resultOf({ client: 'c', number: 1 }), null);
    sessions.record({ client: 'c', number: 1 }, written(1));
    assert.deepEqual(sessions.resultOf({ client: 'c', number: 1 }), written(1));
    assert.equal(sessions.resultOf({ client: 'c', number: 2 }), null);
    assert.equal(sessions.resultOf({ client: 'd', number: 1 }), null);
  });

  it('neither apply nor vouch for a request that its client has left behind', () => {
    const sessions = new Sessions(10);
    sessions.record({ client: 'c', number: 5 }, written(5));
    const result = sessions.resultOf({ client: 'c', number: 4 });
    assert.equal(result?.type === 'refused' && result.error, 'timeout');
  });

  it('evict the session that was unused for longest', () => {
    const sessions = new Sessions(2);
    sessions.record({ client: 'a', number: 1 }, written(1));
    sessions.record({ client: 'b', number: 1 }, written(2));
    sessions.record({ client: 'a', number: 2 }, written(3));
    sessions.record({ client: 'c', number: 1 }, written(4));
    assert.deepEqual(
      sessions.snapshot().map(([client]) => client),
      ['a', 'c'],
    );
  });

  it('evict the same session after a snapshot', () => {
    const sessions = new Sessions(2);
    sessions.record({ client: 'a', number: 1 }, written(1));
    sessions.record({ client: 'b', number: 1 }, written(2));
    sessions.record({ client: 'a', number: 2 }, written(3));
    const restored = new Sessions(2, sessions.snapshot());
    for (const table of [sessions, restored]) table.record({ client: 'c', number: 1 }, written(4));
    assert.deepEqual(restored.snapshot(), sessions.snapshot());
  });

  for (const [text, expected] of [
    ['c1/7', { client: 'c1', number: 7 }],
    ['a/b/0', { client: 'a/b', number: 0 }],
    ['c1', null],
    ['/1', null],
    ['c1/', null],
    ['c1/x', null],
    ['c1/-1', null],
    ['c1/1.5', null],
  ] as const) {
    it(`read the Request-Id ${JSON.stringify(text)}`, () => {
      assert.deepEqual(parseSerial(text), expected);
    });
  }
});
