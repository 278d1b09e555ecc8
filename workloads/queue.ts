/**
 * Queues: unique elements are enqueued and dequeued, and every queue is emptied in the end. Elements that are lost, come
 * out twice, or overtake each other.
 */
import { checkerOf } from '../harness/checkers/levels.ts';
import { totalQueue } from '../harness/checkers/objects/index.ts';
import { fromState, perKeyGroups, type Generator } from '../harness/generator/index.ts';
import { queue as queueSpec } from '../harness/specs/queue.ts';
import type { UsedKey, Workload, WorkloadOptions } from '../harness/workload.ts';
import { assert } from '../nodes/kernel/assert.ts';
import { crashesMax, finalKeys, groupsOf } from './singleKey.ts';

/** After so many operations a queue is only emptied, and then retires. */
const mixedOperations = 90;
/** A queue that never turns out empty retires all the same. */
const operationsMax = 150;

export const queue: Workload = {
  name: 'queue',
  meaning: 'unique elements are enqueued and dequeued, and queues are emptied in the end',
  idempotent: [],
  needs: [['enqueue', 'dequeue']],
  spec: queueSpec.name,
  generator: (options) =>
    perKeyGroups({
      groups: groupsOf(options),
      key: (index) => `q${index}`,
      generator: () => oneQueue(),
      operationsMax,
    }),
  finalGenerator: drained,
  action: ({ f, key, value }) => {
    assert(key !== undefined, 'an operation of this workload has a key');
    return f === 'dequeue' ? { kind: 'dequeue', key } : { kind: 'enqueue', key, value };
  },
  completed: ({ f, value }, result) => (f === 'dequeue' ? result : value),
  // An order of everything is not sought: open dequeues make that exponential. total-queue knows who overtook whom.
  checker: (level) => (level === 'no-lost-writes' ? checkerOf(level, { spec: queueSpec }) : null),
  always: [],
  entails: { linearizable: [totalQueue(queueSpec)] },
};

interface Progress {
  readonly enqueued: number;
  readonly operations: number;
  readonly crashes: number;
  /** Enqueues in flight: a queue that is found empty meanwhile may not stay so. */
  readonly enqueueing: number;
  readonly isEmpty: boolean;
}

const beginning: Progress = { enqueued: 0, operations: 0, crashes: 0, enqueueing: 0, isEmpty: false };

function oneQueue(): Generator {
  return fromState(beginning, {
    next: (state, { prng, free }) => {
      if (state.isEmpty) return 'exhausted';
      const thread = prng.pick(free);
      const isMixed = state.operations < mixedOperations && state.crashes < crashesMax;
      const operations = state.operations + 1;
      if (!isMixed || prng.chance(0.45))
        return { op: { f: 'dequeue', value: null, thread }, state: { ...state, operations } };
      const enqueued = state.enqueued + 1;
      return { op: { f: 'enqueue', value: enqueued, thread }, state: { ...state, operations, enqueued } };
    },
    update: (state, { type, f, value }) => {
      const change = type === 'invoke' ? 1 : -1;
      const enqueueing = state.enqueueing + (f === 'enqueue' ? change : 0);
      const crashes = state.crashes + (type === 'info' ? 1 : 0);
      const isOver = state.operations >= mixedOperations || crashes >= crashesMax;
      const isEmpty = isOver && enqueueing === 0 && type === 'ok' && f === 'dequeue' && value === null;
      return { ...state, enqueueing, crashes, isEmpty: state.isEmpty || isEmpty };
    },
  });
}

/** Takes out of each queue until it says that it is empty: what never came out then is lost. The last ones first. */
function drained({ concurrency }: WorkloadOptions, keys: readonly UsedKey[]): Generator {
  const chosen = finalKeys(keys).toReversed();
  return perKeyGroups({
    groups: concurrency,
    key: (index) => chosen[index]?.key ?? null,
    generator: () =>
      fromState(false, {
        next: (isEmpty) => (isEmpty ? 'exhausted' : { op: { f: 'dequeue', value: null }, state: false }),
        update: (isEmpty, { type, value }) => isEmpty || (type === 'ok' && value === null),
      }),
    operationsMax,
  });
}
