/** A source of unique ids. Which id comes next is the source's choice; it never repeats one. */
import { describeOperation, nameOfValue } from './describe.ts';
import type { Input, Output, SequentialSpec } from './spec.ts';

/** The names of the ids that were given out. */
export type IdsState = ReadonlySet<string>;

function step(state: IdsState, { f }: Input, output: Output): IdsState | 'inconsistent' {
  if (f !== 'generate') throw new TypeError(`a source of ids has no operation '${f}'`);
  if (output === 'unknown') return state;
  const name = nameOfValue(output.value);
  return state.has(name) ? 'inconsistent' : new Set([...state, name]);
}

export const uniqueIds: SequentialSpec<IdsState> = {
  name: 'unique-ids',
  meaning: 'a source of ids, no two of them the same',
  operations: [{ f: 'generate', invoked: 'null', answered: 'the id' }],
  init: () => new Set(),
  startsEmpty: true,
  step,
  nameOf: (state) => `{${[...state].sort().join(',')}}`,
  byKey: false,
  observers: [],
  describe: describeOperation,
};
