/** Counters: amounts are added and taken away, sums are read. Additions that are lost, or counted twice. */
import { checkerOf } from '../harness/checkers/levels.ts';
import { counterBounds } from '../harness/checkers/objects/index.ts';
import { fromFunction, perKeyGroups, type Generator } from '../harness/generator/index.ts';
import { counter as counterSpec } from '../harness/specs/counter.ts';
import type { Workload, WorkloadOptions } from '../harness/workload.ts';
import { assert } from '../nodes/kernel/assert.ts';
import { crashesMax, finalReads, groupsOf, onlyReads } from './singleKey.ts';

/** A key retires after about so many operations. */
const operationsMax = 120;

export const counter: Workload = {
  name: 'counter',
  meaning: 'amounts are added to counters and taken from them, and sums are read',
  idempotent: ['read'],
  needs: [['increment', 'count']],
  spec: counterSpec.name,
  generator: (options) =>
    options.service?.hasKeys('increment') === false ? oneForAll(options) : many(options),
  finalGenerator: (options, keys) => finalReads(keys, options),
  action: ({ f, key, value }) => {
    assert(key !== undefined, 'an operation of this workload has a key');
    return f === 'read' ? { kind: 'count', key } : { kind: 'increment', key, amount: value as number };
  },
  completed: ({ f, value }, result) => (f === 'read' ? (result ?? 0) : value),
  checker: (level) => checkerOf(level, { spec: counterSpec }),
  always: [],
  entails: {
    // A replica counts what was acknowledged there, and nothing that nobody asked for.
    own: [counterBounds(counterSpec)],
    linearizable: [counterBounds(counterSpec, { scope: 'global' })],
  },
};

function many(options: WorkloadOptions): Generator {
  return perKeyGroups({
    groups: groupsOf(options),
    key: (index) => `c${index}`,
    generator: (_key, index) => oneCounter(index, options),
    operationsMax,
    crashesMax,
  });
}

/** A service with one counter that has no name. It never retires. */
function oneForAll(options: WorkloadOptions): Generator {
  return perKeyGroups({
    groups: 1,
    key: (index) => (index === 0 ? 'counter' : null),
    generator: (_key, index) => oneCounter(index, options),
  });
}

function oneCounter(index: number, { service }: WorkloadOptions): Generator {
  return fromFunction((context) => {
    const { prng, free } = context;
    const thread = prng.pick(free);
    if (onlyReads(thread, index, context) || prng.chance(0.25)) return { f: 'read', value: null, thread };
    const amount = prng.int(1, 6);
    const isTaken = prng.chance(0.3) && service?.onlyGrows !== true;
    return { f: 'add', value: isTaken ? -amount : amount, thread };
  });
}
