/**
 * Sets: every element is added once, some are removed, whole sets are read. What was lost, what comes back after it was
 * removed, and what nobody added.
 */
import { checkerOf } from '../harness/checkers/levels.ts';
import { setFull } from '../harness/checkers/objects/index.ts';
import { fromState, perKeyGroups, type Generator } from '../harness/generator/index.ts';
import { set as setSpec } from '../harness/specs/set.ts';
import type { Service, Workload } from '../harness/workload.ts';
import { assert } from '../nodes/kernel/assert.ts';
import { crashesMax, finalReads, groupsOf, onlyReads } from './singleKey.ts';

/** A key retires after about so many operations; about half of them are adds, so sets stay small. */
const operationsMax = 120;

export const set: Workload = {
  name: 'set',
  meaning: 'unique elements are added to sets, some are removed, and whole sets are read',
  idempotent: ['read'],
  needs: [['add', 'elements']],
  spec: setSpec.name,
  generator: (options) =>
    perKeyGroups({
      groups: groupsOf(options),
      key: (index) => `s${index}`,
      generator: (_key, index) => oneSet(index, options.service),
      operationsMax,
      crashesMax,
    }),
  finalGenerator: (options, keys) =>
    finalReads(keys, options, { f: 'read', value: () => null, isUnordered: true }),
  action: ({ f, key, value }) => {
    assert(key !== undefined, 'an operation of this workload has a key');
    if (f === 'read') return { kind: 'elements', key };
    return { kind: f === 'remove' ? 'remove' : 'add', key, element: value };
  },
  completed: ({ f, value }, result) => (f === 'read' ? (result ?? []) : value),
  checker: (level) => checkerOf(level, { spec: setSpec }),
  always: [],
  entails: { 'no-lost-writes': [setFull(setSpec)] },
};

/** What a generator knows of its set. */
interface Knowledge {
  /** The elements 1 … added were used. */
  readonly added: number;
  /** Whose add was acknowledged, and nobody has tried to remove. Nothing is removed twice. */
  readonly present: readonly number[];
}

function oneSet(index: number, service?: Service): Generator {
  const removes = service?.knows('remove') ?? true;
  return fromState<Knowledge>(
    { added: 0, present: [] },
    {
      next: (state, context) => {
        const { prng, free } = context;
        const thread = prng.pick(free);
        const draw = prng.next();
        if (onlyReads(thread, index, context) || draw < 0.25)
          return { op: { f: 'read', value: null, thread }, state };
        if (removes && draw < 0.45 && state.present.length > 0) {
          const element = prng.pick(state.present);
          const present = state.present.filter((other) => other !== element);
          return { op: { f: 'remove', value: element, thread }, state: { ...state, present } };
        }
        const added = state.added + 1;
        return { op: { f: 'add', value: added, thread }, state: { ...state, added } };
      },
      update: (state, { type, f, value }) =>
        type === 'ok' && f === 'add' && typeof value === 'number'
          ? { ...state, present: [...state.present, value] }
          : state,
    },
  );
}
