/**
 * Lists that are appended to and read. A read shows the whole past of its key: what was lost, what came in another
 * order, and what was applied twice.
 */
import { checkerOf } from '../harness/checkers/levels.ts';
import { fromState, perKeyGroups, type Generator } from '../harness/generator/index.ts';
import { append as appendSpec } from '../harness/specs/kv.ts';
import type { Workload } from '../harness/workload.ts';
import { assert } from '../nodes/kernel/assert.ts';
import { appliedOnce, onlyWritten } from '../harness/checkers/objects/index.ts';
import { crashesMax, finalReads, groupsOf, onlyReads } from './singleKey.ts';

/** A key retires after about so many operations; about half of them are appends, so lists stay short. */
const operationsMax = 120;

export const append: Workload = {
  name: 'append',
  meaning: 'unique elements are appended to lists, and whole lists are read',
  idempotent: ['read'],
  needs: [['read', 'txn']],
  spec: appendSpec.name,
  generator: (options) =>
    perKeyGroups({
      groups: groupsOf(options),
      key: (index) => `l${index}`,
      generator: (_key, index) => oneList(index),
      operationsMax,
      crashesMax,
    }),
  finalGenerator: (options, keys) => finalReads(keys, options),
  action: ({ f, key, value }) => {
    assert(key !== undefined, 'an operation of this workload has a key');
    return f === 'read' ? { kind: 'read', key } : { kind: 'txn', txn: [['append', key, value]] };
  },
  completed: ({ f, value }, result) => (f === 'read' ? result : value),
  checker: (level) => checkerOf(level, { spec: appendSpec }),
  always: [onlyWritten(appendSpec), appliedOnce(appendSpec)],
};

/** The operations on key number `index`: appends of 1, 2, 3 …, and reads. */
function oneList(index: number): Generator {
  return fromState(1, {
    next: (element, context) => {
      const thread = context.prng.pick(context.free);
      const isRead = onlyReads(thread, index, context) || context.prng.chance(0.25);
      return isRead
        ? { op: { f: 'read', value: null, thread }, state: element }
        : { op: { f: 'append', value: element, thread }, state: element + 1 };
    },
  });
}
