/** Routing of client requests, the same for real hosts and the simulator. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { routeOf, type Route } from '../../../nodes/kernel/model.ts';
import type { Protocol } from '../../../nodes/kernel/protocol.ts';

const route = (method: 'GET' | 'POST', path: string): Route<Protocol> => ({
  method,
  path,
  meaning: '',
  example: { path },
  toRequest: ({ params }) => params,
});

const routes = [
  route('GET', '/get/:key'),
  route('POST', '/put'),
  route('GET', '/counter/:key'),
  route('POST', '/counter/:key'),
  route('GET', '/:shelf/book/:name'),
];

const routed = (method: 'GET' | 'POST', path: string): unknown => {
  const found = routeOf(routes, { method, path });
  return typeof found === 'string' ? found : { path: found.route.path, params: { ...found.params } };
};

describe('routeOf', () => {
  it('finds the route by method and literal segments', () => {
    assert.deepEqual(routed('POST', '/put'), { path: '/put', params: {} });
    assert.deepEqual(routed('GET', '/s1/book/b1'), {
      path: '/:shelf/book/:name',
      params: { shelf: 's1', name: 'b1' },
    });
  });

  it('gives back any key that was percent-encoded into a path', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (key) => {
        assert.deepEqual(routed('GET', `/get/${encodeURIComponent(key)}`), {
          path: '/get/:key',
          params: { key },
        });
      }),
      { seed: 5 },
    );
  });

  it('adds query parameters, which never overrule the path', () => {
    assert.deepEqual(routed('GET', '/get/k?level=ALL&key=other'), {
      path: '/get/:key',
      params: { level: 'ALL', key: 'k' },
    });
  });

  it('tells apart no such path, not this method, and bad encoding', () => {
    assert.equal(routed('GET', '/nothing'), 'not-found');
    assert.equal(routed('GET', '/get/'), 'not-found');
    assert.equal(routed('GET', '/get/a/b'), 'not-found');
    assert.equal(routed('GET', '/get/k/'), 'not-found');
    assert.equal(routed('GET', '/put'), 'wrong-method');
    assert.equal(routed('POST', '/get/k'), 'wrong-method');
    assert.equal(routed('GET', '/get/%zz'), 'malformed');
  });

  it('goes on looking when a path exists with another method', () => {
    assert.deepEqual(routed('POST', '/counter/c'), { path: '/counter/:key', params: { key: 'c' } });
  });
});
