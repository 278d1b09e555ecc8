/**
 * A lock with a time to live. It may be handed on while its last holder believes to hold it still, so holding says
 * nothing; what protects is the fencing token: every acquisition gets a larger one, and storage refuses smaller ones
 * (Kleppmann 2016, "How to do distributed locking").
 */
import type { Json } from '../../nodes/kernel/wire.ts';
import { describeOperation } from './describe.ts';
import type { Input, Output, SequentialSpec } from './spec.ts';

/** The largest token that was seen; −Infinity before the first. */
export type FencedLockState = number;

/** The token in the answer of an acquisition, a number or the field `token`; undefined when there is none. */
export function tokenOf(answer: Json): number | undefined {
  if (typeof answer === 'number') return answer;
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return undefined;
  const { token } = answer as Readonly<Record<string, Json>>;
  return typeof token === 'number' ? token : undefined;
}

function step(state: FencedLockState, { f }: Input, output: Output): FencedLockState | 'inconsistent' {
  switch (f) {
    case 'acquire': {
      const token = output === 'unknown' ? undefined : tokenOf(output.value);
      if (token === undefined) return state;
      return token > state ? token : 'inconsistent';
    }
    case 'release':
      return state;
    default:
      throw new TypeError(`a lock has no operation '${f}'`);
  }
}

export const fencedLock: SequentialSpec<FencedLockState> = {
  name: 'fenced-lock',
  meaning: 'a lock with a time to live, whose fencing tokens only grow',
  operations: [
    {
      f: 'acquire',
      invoked: 'anything',
      answered: 'the token, a number, or {token}; false when it was held',
    },
    { f: 'release', invoked: 'anything', answered: 'anything' },
  ],
  init: () => -Infinity,
  startsEmpty: true,
  step,
  nameOf: (state) => (state === -Infinity ? 'no token' : `token ${state}`),
  byKey: true,
  observers: [],
  describe: describeOperation,
};
