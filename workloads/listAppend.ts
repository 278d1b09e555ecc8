/**
 * Transactions over several keys that hold lists: elements are appended, whole lists are read. Lists show the order of
 * all appends, so that cycles between transactions can be found (Kingsbury & Alvaro 2020, "Elle").
 */
import { checkerOf } from '../harness/checkers/levels.ts';
import { fromState, type Generator } from '../harness/generator/index.ts';
import type { Op } from '../harness/history.ts';
import { listAppend as listAppendSpec } from '../harness/specs/txn.ts';
import type { UsedKey, Workload, WorkloadOptions } from '../harness/workload.ts';
import type { Prng } from '../nodes/kernel/prng.ts';
import type { Json } from '../nodes/kernel/wire.ts';
import { finalKeys } from './singleKey.ts';

/** How many keys there are at a time, and after how many appends the next one takes the place of one. */
const keysAtATime = 5;
const appendsMax = 40;
const microOperationsMax = 4;
const keysInFinalRead = 8;
const finalAttempts = 20;

export const listAppend: Workload = {
  name: 'list-append',
  meaning: 'transactions append unique elements to several lists, and read several lists',
  idempotent: [],
  needs: [['txn']],
  spec: listAppendSpec.name,
  generator: () => transactions,
  finalGenerator: readsOfAll,
  keysOf: ({ value }) => [...new Set((value as readonly Micro[]).map(([, key]) => key))],
  action: ({ value }) => ({ kind: 'txn', txn: value as readonly Json[] }),
  completed: (_invocation, result) => result,
  checker: (level) => checkerOf(level, { spec: listAppendSpec }),
  always: [],
};

type Micro = readonly [f: 'r' | 'append', key: string, value: Json];

/** A key in use, and how many elements were appended to it. */
interface Slot {
  readonly key: number;
  readonly appended: number;
}

interface State {
  readonly slots: readonly Slot[];
  readonly keys: number;
}

const beginning: State = {
  slots: Array.from({ length: keysAtATime }, (_, key) => ({ key, appended: 0 })),
  keys: keysAtATime,
};

const transactions: Generator = fromState(beginning, {
  next: (state, { prng }) => {
    const txn: Micro[] = [];
    let after = state;
    for (let left = prng.int(1, microOperationsMax + 1); left > 0; left--) {
      const drawn = microOperation(after, prng);
      txn.push(drawn.micro);
      after = drawn.state;
    }
    return { op: { f: 'txn', value: txn }, state: after };
  },
});

function microOperation(state: State, prng: Prng): { readonly micro: Micro; readonly state: State } {
  const at = prng.int(0, keysAtATime);
  const { key, appended } = state.slots[at] ?? { key: 0, appended: 0 };
  if (prng.chance(0.5)) return { micro: ['r', `t${key}`, null], state };
  const isSpent = appended + 1 >= appendsMax;
  const slot = isSpent ? { key: state.keys, appended: 0 } : { key, appended: appended + 1 };
  const keys = isSpent ? state.keys + 1 : state.keys;
  return {
    micro: ['append', `t${key}`, appended + 1],
    state: { slots: state.slots.with(at, slot), keys },
  };
}

/** What is left to read: groups of keys by number, and which of them each process is reading. */
interface Left {
  readonly groups: readonly number[];
  readonly open: ReadonlyMap<Op['process'], number>;
  readonly attempts: number;
}

/** Transactions that read all keys, some at a time, each until it succeeds. */
function readsOfAll(_options: WorkloadOptions, keys: readonly UsedKey[]): Generator {
  const chosen = finalKeys(keys);
  const count = Math.ceil(chosen.length / keysInFinalRead);
  const txnOf = (group: number): readonly Json[] =>
    chosen.slice(group * keysInFinalRead, (group + 1) * keysInFinalRead).map(({ key }) => ['r', key, null]);
  const groups = Array.from({ length: count }, (_, group) => group);
  return fromState<Left>(
    { groups, open: new Map(), attempts: finalAttempts * count },
    {
      next: ({ groups: [group, ...others], open, attempts }, context) => {
        if (group === undefined || attempts === 0) return open.size > 0 ? 'pending' : 'exhausted';
        const thread = context.prng.pick(context.free);
        return {
          op: { f: 'txn', value: txnOf(group), thread },
          state: {
            groups: others,
            open: new Map(open).set(context.processOf(thread), group),
            attempts: attempts - 1,
          },
        };
      },
      update: (state, { type, process }) => {
        const group = state.open.get(process);
        if (type === 'invoke' || group === undefined) return state;
        const open = new Map(state.open);
        open.delete(process);
        return { ...state, open, groups: type === 'ok' ? state.groups : [...state.groups, group] };
      },
    },
  );
}
