/** A lock: held by at most one at a time. Owners are named by the value; null is a lock without names. */
import type { Json } from '../../nodes/kernel/wire.ts';
import { describeOperation, nameOfValue, sameValue } from './describe.ts';
import type { Footprint, Input, Output, SequentialSpec } from './spec.ts';

/** `by` is the owner's name; absent when the lock is free. */
export interface LockState {
  readonly by?: Json;
}

const free: LockState = {};

const refused = (output: Output): boolean => output !== 'unknown' && output.value === false;

function step(state: LockState, { f, value }: Input, output: Output): LockState | 'inconsistent' {
  const holds = state.by !== undefined && sameValue(state.by, value);
  switch (f) {
    case 'acquire':
      if (refused(output)) return state.by === undefined ? 'inconsistent' : state;
      return state.by === undefined ? { by: value } : 'inconsistent';
    case 'release':
      if (refused(output)) return holds ? 'inconsistent' : state;
      return holds ? free : 'inconsistent';
    default:
      throw new TypeError(`a lock has no operation '${f}'`);
  }
}

function footprint({ f, value }: Input, output: Output): Footprint<LockState> {
  const held: LockState = { by: value };
  switch (f) {
    case 'acquire':
      return refused(output) ? { avoids: free } : { needs: free, leaves: held };
    case 'release':
      return refused(output) ? { avoids: held } : { needs: held, leaves: free };
    default:
      throw new TypeError(`a lock has no operation '${f}'`);
  }
}

export const lock: SequentialSpec<LockState> = {
  name: 'lock',
  meaning: 'a lock that at most one holds at a time',
  operations: [
    { f: 'acquire', invoked: 'the name of the owner, or null', answered: 'the same; false when it was held' },
    { f: 'release', invoked: 'the same name', answered: 'the same; false when that owner did not hold it' },
  ],
  init: (initial = null) => (initial === null ? free : { by: initial }),
  step,
  nameOf: (state) => (state.by === undefined ? 'free' : `held by ${nameOfValue(state.by)}`),
  byKey: true,
  observers: [],
  describe: describeOperation,
  footprint,
};
