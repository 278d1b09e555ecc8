/**
 * Locks without a time to live: acquired and released, each acquisition with a fencing token. Two holders at a time, and
 * tokens that do not grow.
 */
import { checkerOf } from '../harness/checkers/levels.ts';
import type { Checker } from '../harness/checkers/checker.ts';
import { mutualExclusion } from '../harness/checkers/objects/index.ts';
import { exhausted, fromState, perKeyGroups, type Generator } from '../harness/generator/index.ts';
import { fencedLock } from '../harness/specs/fencedLock.ts';
import { lock as lockSpec } from '../harness/specs/lock.ts';
import type { Workload } from '../harness/workload.ts';
import { assert } from '../nodes/kernel/assert.ts';
import type { Guarantee } from '../nodes/kernel/model.ts';
import { groupsOf } from './singleKey.ts';

/** A lock retires after about so many operations. */
const operationsMax = 100;
/** A lock whose holder crashed stays locked: it is of no more use. */
const crashesMax = 1;

export const lock: Workload = {
  name: 'lock',
  meaning: 'locks are acquired, with fencing tokens, and released',
  idempotent: [],
  needs: [['acquire', 'release']],
  spec: lockSpec.name,
  generator: (options) =>
    perKeyGroups({
      groups: groupsOf(options),
      key: (index) => `m${index}`,
      generator: () => oneLock(),
      operationsMax,
      crashesMax,
    }),
  finalGenerator: () => exhausted,
  action: ({ f, key, value }) => {
    assert(key !== undefined, 'an operation of this workload has a key');
    return { kind: f === 'acquire' ? 'acquire' : 'release', key, owner: value };
  },
  completed: ({ f, value }, token) => (f === 'acquire' && token !== null ? { owner: value, token } : value),
  // Nobody reads a lock: that nodes agree on it, or lost it, is never seen.
  checker: (level) => (unseen.includes(level) ? null : checkerOf(level, { spec: lockSpec })),
  always: [],
  entails: { 'mutual-exclusion': [fencingTokens()] },
};

const unseen: readonly Guarantee[] = ['convergence', 'no-lost-writes'];

/** Judges the tokens, of a service that gives any. */
function fencingTokens(): Checker {
  const tokens = mutualExclusion(fencedLock);
  return {
    name: 'fencing-tokens',
    meaning: 'every acquisition gets a larger token than those before it',
    check: (history, budget) => {
      const verdict = tokens.check(history, budget);
      return verdict.stats['tokens'] === 0 ? { valid: true, anomalies: [], stats: verdict.stats } : verdict;
    },
  };
}

/** Who holds the lock, as far as its clients know: processes by name. A process acquires, then releases. */
function oneLock(): Generator {
  return fromState<readonly string[]>([], {
    next: (holders, context) => {
      const thread = context.prng.pick(context.free);
      const owner = `c${context.processOf(thread)}`;
      return {
        op: { f: holders.includes(owner) ? 'release' : 'acquire', value: owner, thread },
        state: holders,
      };
    },
    update: (holders, { type, f, process }) => {
      if (type !== 'ok') return holders;
      const owner = `c${process}`;
      return f === 'acquire' ? [...holders, owner] : holders.filter((other) => other !== owner);
    },
  });
}
