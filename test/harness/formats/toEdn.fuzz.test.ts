import fc from 'fast-check';
import assert from 'node:assert/strict';
import { History } from '../../../harness/columns/history.ts';
import { readEdn } from '../../../harness/formats/edn.ts';
import { toEdn } from '../../../harness/formats/toEdn.ts';
import type { Op } from '../../../harness/history.ts';
import type { NodeId } from '../../../nodes/kernel/ids.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import { agreesOn } from '../checkers/fuzz.ts';
import { sourceOf } from './source.ts';

const textOf = (ops: readonly Op[]): string => [...toEdn(History.of(ops))].join('');

/** Any JSON, and what histories are full of. */
const value: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    null,
    0,
    1,
    2,
    '',
    'a',
    '9007199254740993N',
    [],
    [1, 2],
    [['append', 1, 2]],
    [['r', 'x', null]],
  ),
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>,
);
const name = fc.constantFrom('read', 'write', 'cas', 'txn', 'add', 'odd name', 'x/y', ':', '1', 'é');

/** A history whose processes retire after an info, with or without keys in all operations. */
const history: fc.Arbitrary<Op[]> = fc
  .tuple(
    fc.boolean(),
    fc.array(
      fc.record({
        thread: fc.nat(3),
        type: fc.constantFrom('ok', 'fail', 'info', 'nemesis' as const),
        f: name,
        key: fc.constantFrom('x', 'y', '1', ' odd "key"\n'),
        asked: value,
        answered: value,
        timeNs: fc.oneof(fc.nat(), fc.double({ min: 0, max: 1e18, noNaN: true })),
        error: fc.option(fc.string(), { nil: undefined }),
        node: fc.option(fc.constantFrom('n1', 'n 2'), { nil: undefined }),
      }),
      { maxLength: 8 },
    ),
  )
  .map(([isKeyed, steps]) => {
    const ops: Op[] = [];
    const process = [0, 1, 2, 3];
    for (const { thread, type, f, key, asked, answered, timeNs, error, node } of steps) {
      const common = { timeNs, f, ...(node === undefined ? {} : { node: node as NodeId }) };
      if (type === 'nemesis') {
        ops.push({ index: ops.length, process: 'nemesis', type: 'info', ...common, value: asked });
        continue;
      }
      const own = { process: process[thread] ?? 0, ...(isKeyed ? { key } : {}), ...common };
      ops.push({ index: ops.length, ...own, type: 'invoke', value: asked });
      ops.push({
        index: ops.length,
        ...own,
        type,
        value: answered,
        ...(error === undefined ? {} : { error }),
      });
      if (type === 'info') process[thread] = (process[thread] ?? 0) + 4;
    }
    return ops;
  });

/** What an EDN history cannot tell apart from something else: see the README of the formats. */
function isAmbiguous(ops: readonly Op[]): boolean {
  const isTuple = (each: Json): boolean => Array.isArray(each) && each.length === 2;
  const invoked = ops.filter((op) => op.type === 'invoke');
  const looksKeyed = invoked.length > 0 && invoked.every((op) => op.key === undefined && isTuple(op.value));
  const looksTransactional = ops.some(
    (op) => op.f !== 'txn' && /^\[\["(append|r|read|w|write)"/.test(JSON.stringify(op.value)),
  );
  return looksKeyed || looksTransactional;
}

describe('a history that is written as EDN', () => {
  agreesOn(
    'is read back as it was',
    history.filter((ops) => !isAmbiguous(ops)),
    (ops) => {
      const read = [...readEdn('h.edn', sourceOf(textOf(ops), 50)).history.ops()];
      assert.deepEqual(read, [...History.of(ops).ops()]);
    },
    500,
  );

  it('looks as Jepsen writes it', () => {
    const text = textOf([
      { index: 0, timeNs: 12, process: 3, type: 'invoke', f: 'cas', key: 'x', value: [1, null] },
      { index: 1, timeNs: 13.5, process: 'nemesis', type: 'info', f: 'start', value: { n1: ['n2'] } },
      {
        index: 2,
        timeNs: 14,
        process: 3,
        type: 'info',
        f: 'cas',
        key: 'x',
        value: [1, null],
        error: 'timeout',
      },
      {
        index: 3,
        timeNs: 15,
        process: 4,
        type: 'invoke',
        f: 'txn',
        value: [
          ['append', 'k', 1],
          ['r', 2, null],
        ],
      },
    ]);
    assert.equal(
      text,
      '{:index 0, :time 12, :type :invoke, :process 3, :f :cas, :key "x", :value ["x" [1 nil]]}\n' +
        '{:index 1, :time 13.5, :type :info, :process :nemesis, :f :start, :value {"n1" ["n2"]}}\n' +
        '{:index 2, :time 14, :type :info, :process 3, :f :cas, :key "x", :value ["x" [1 nil]], :error "timeout"}\n' +
        '{:index 3, :time 15, :type :invoke, :process 4, :f :txn, :value [[:append "k" 1] [:r 2 nil]]}\n',
    );
  });
});
