/**
 * Transactions over a store of keys: a list of micro-operations that take effect together. `list-append` keeps a list a
 * key, `rw-register` one value. A key that was never written reads as null (a list also as []).
 */
import type { Json } from '../../nodes/kernel/wire.ts';
import { describeMicros, nameOfValue, sameValue, wholeValue, withoutMiddle } from './describe.ts';
import type { Input, Output, SequentialSpec } from './spec.ts';

/** What keys hold, by the names of the keys; those that hold nothing are not there. */
export type Store = ReadonlyMap<string, Json>;

export type MicroOperation = readonly [f: string, key: Json, value?: Json];

/** The micro-operations of a transaction. Throws TypeError for values that are none. */
export function microOperationsOf(value: Json): readonly MicroOperation[] {
  if (!Array.isArray(value)) throw new TypeError(`a transaction is a list, not ${JSON.stringify(value)}`);
  for (const micro of value as readonly Json[])
    if (!Array.isArray(micro) || micro.length < 2 || typeof micro[0] !== 'string')
      throw new TypeError(`a micro-operation is [f, key, value], not ${JSON.stringify(micro)}`);
  return value as readonly MicroOperation[];
}

/** What a key holds after a micro-operation on it; undefined when it cannot have answered that. */
type MicroStep = (held: Json, f: string, value: Json, isAnswered: boolean) => Json | undefined;

function stepBy(microStep: MicroStep): SequentialSpec<Store>['step'] {
  return (state: Store, { f, value }: Input, output: Output): Store | 'inconsistent' => {
    if (f !== 'txn') throw new TypeError(`a store of transactions has no operation '${f}'`);
    const isAnswered = output !== 'unknown';
    const next = new Map(state);
    for (const [micro, key, argument = null] of microOperationsOf(isAnswered ? output.value : value)) {
      const name = nameOfValue(key);
      const left = microStep(next.get(name) ?? null, micro, argument, isAnswered);
      if (left === undefined) return 'inconsistent';
      if (left === null) next.delete(name);
      else next.set(name, left);
    }
    return next;
  };
}

/** An empty list is the same as none. */
const present = (list: Json): Json => (Array.isArray(list) && list.length === 0 ? null : list);

function appendStep(held: Json, f: string, value: Json, isAnswered: boolean): Json | undefined {
  switch (f) {
    case 'append':
      return [...((held ?? []) as readonly Json[]), value];
    case 'r':
      if (value !== null && !Array.isArray(value))
        throw new TypeError(`a list is read as a list, not ${JSON.stringify(value)}`);
      return !isAnswered || sameValue(held, present(value)) ? held : undefined;
    default:
      throw new TypeError(`a list has no micro-operation '${f}'`);
  }
}

function registerStep(held: Json, f: string, value: Json, isAnswered: boolean): Json | undefined {
  switch (f) {
    case 'w':
      return value;
    case 'r':
      return !isAnswered || sameValue(held, value) ? held : undefined;
    default:
      throw new TypeError(`a register has no micro-operation '${f}'`);
  }
}

function nameOfStore(state: Store): string {
  const entries = [...state].map(([name, value]) => `${name}: ${nameOfValue(value)}`);
  return `{${entries.sort().join(', ')}}`;
}

/** `txn(append x 1, r y → [2])`. What a read saw is left out when nobody knows it. */
export function describeTransaction({ value }: Input, output: Output): string {
  const isAnswered = output !== 'unknown';
  const known = isAnswered ? output.value : value;
  return `txn(${withoutMiddle(describeMicros(known, isAnswered) ?? wholeValue(known))})${isAnswered ? '' : ' → ?'}`;
}

const read = '["r", key, null]';

function store(
  name: string,
  meaning: string,
  write: string,
  held: string,
  step: MicroStep,
): SequentialSpec<Store> {
  return {
    name,
    meaning,
    operations: [
      {
        f: 'txn',
        invoked: `a list of ${write} and ${read}`,
        answered: `the same list; each read has ${held} in the place of null`,
      },
    ],
    init: (initial = null) =>
      new Map(
        Object.entries((initial ?? {}) as Readonly<Record<string, Json>>).map(([key, value]) => [
          nameOfValue(key),
          value,
        ]),
      ),
    step: stepBy(step),
    nameOf: nameOfStore,
    byKey: false,
    observers: [],
    describe: describeTransaction,
  };
}

export const listAppend = store(
  'list-append',
  'transactions on keys that hold lists: elements are appended, whole lists are read',
  '["append", key, element]',
  'the list, in order; null or [] when nothing was appended,',
  appendStep,
);

export const rwRegister = store(
  'rw-register',
  'transactions on keys that hold one value each',
  '["w", key, value]',
  'the value; null when there is none,',
  registerStep,
);

/** The same store as `rw-register`; the name says that its histories are made to show long forks. */
export const longForkStore: SequentialSpec<Store> = {
  ...rwRegister,
  name: 'long-fork',
  meaning: 'transactions that write one key, each key once, or read a group of keys',
};
