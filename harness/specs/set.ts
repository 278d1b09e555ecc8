/** A set of values: elements are added and removed, one is looked up or all are read. */
import type { Json } from '../../nodes/kernel/wire.ts';
import { describeOperation, nameOfValue } from './describe.ts';
import type { Input, Output, SequentialSpec } from './spec.ts';

/** The names of the elements, ascending and distinct. */
export type SetState = readonly string[];

const added = (state: SetState, name: string): SetState =>
  state.includes(name) ? state : [...state, name].sort();

function namesOf(answered: Json): SetState {
  if (answered === null) return [];
  if (!Array.isArray(answered))
    throw new TypeError(`a set is read as a list, not ${JSON.stringify(answered)}`);
  return (answered as readonly Json[]).map(nameOfValue).sort();
}

/** An element that is listed twice is not in any state, so such a read is always inconsistent. */
const same = (a: SetState, b: SetState): boolean =>
  a.length === b.length && a.every((name, at) => name === b[at]);

function step(state: SetState, { f, value }: Input, output: Output): SetState | 'inconsistent' {
  const name = nameOfValue(value);
  switch (f) {
    case 'add':
      return added(state, name);
    case 'remove':
      return state.includes(name) ? state.filter((other) => other !== name) : state;
    case 'contains':
      return output === 'unknown' || output.value === state.includes(name) ? state : 'inconsistent';
    case 'read':
      return output === 'unknown' || same(state, namesOf(output.value)) ? state : 'inconsistent';
    default:
      throw new TypeError(`a set has no operation '${f}'`);
  }
}

export const set: SequentialSpec<SetState> = {
  name: 'set',
  meaning: 'a set of values',
  operations: [
    { f: 'add', invoked: 'the element', answered: 'anything' },
    { f: 'remove', invoked: 'the element', answered: 'anything' },
    { f: 'contains', invoked: 'the element', answered: 'true or false' },
    { f: 'read', invoked: 'null', answered: 'all elements, in any order' },
  ],
  init: (initial = null) => namesOf(initial),
  step,
  nameOf: (state) => `{${state.join(',')}}`,
  byKey: true,
  observers: ['contains', 'read'],
  describe: describeOperation,
};
