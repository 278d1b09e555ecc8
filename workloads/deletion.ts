/**
 * Keys that are written, read and deleted. What was deleted must not come back: from a replica that has not heard of it,
 * a journal, or a snapshot. Every written value is used once for its key, so that a read tells which write it saw.
 */
import { checkerOf } from '../harness/checkers/levels.ts';
import { onlyConcurrent, onlyWritten } from '../harness/checkers/objects/index.ts';
import { fromState, type Generator } from '../harness/generator/index.ts';
import { kv } from '../harness/specs/kv.ts';
import type { Workload } from '../harness/workload.ts';
import { assert } from '../nodes/kernel/assert.ts';
import type { Guarantee } from '../nodes/kernel/model.ts';
import type { Prng } from '../nodes/kernel/prng.ts';
import { drawKey, firstSlots, type KeySlots } from './keySlots.ts';
import { finalReads } from './singleKey.ts';

/**
 * So many keys at a time that each is in use for a second or so: then replicas have exchanged a value before it is
 * deleted, and have something that could come back.
 */
const keysAtATime = 20;
const operationsMax = 100;

/** Deletions leave nothing that could be told apart, so levels that follow a value to its writer decide nothing. */
const levels: ReadonlySet<Guarantee> = new Set([
  'strict-serializable',
  'linearizable',
  'convergence',
  'no-lost-writes',
]);

export const deletion: Workload = {
  name: 'deletion',
  meaning: 'keys are written, read and deleted, and stay deleted',
  idempotent: ['get'],
  needs: [['read', 'write', 'delete']],
  spec: kv.name,
  generator: () => onKeys(),
  finalGenerator: (options, keys) => finalReads(keys, options, { f: 'get', value: () => null }),
  action: ({ f, key, value }) => {
    assert(key !== undefined, 'an operation of this workload has a key');
    if (f === 'get') return { kind: 'read', key };
    return f === 'put' ? { kind: 'write', key, value } : { kind: 'delete', key };
  },
  completed: ({ f, value }, result) => (f === 'get' ? result : value),
  checker: (level) => (levels.has(level) ? checkerOf(level, { spec: kv }) : null),
  always: [onlyWritten(kv)],
  entails: { siblings: [onlyConcurrent(kv)] },
};

interface State {
  readonly slots: KeySlots;
  /** The values 1 … written were used, each for one key. */
  readonly written: number;
}

function onKeys(): Generator {
  return fromState<State>(
    { slots: firstSlots(keysAtATime), written: 0 },
    {
      next: (state, { prng, free }) => {
        const { key, rest } = drawKey(state.slots, prng, operationsMax);
        const f = drawKind(prng);
        const written = f === 'put' ? state.written + 1 : state.written;
        const op = { f, key: `k${key}`, value: f === 'put' ? written : null, thread: prng.pick(free) };
        return { op, state: { slots: rest, written } };
      },
    },
  );
}

/** Somewhat more writes than deletions, lest most reads find nothing. */
function drawKind(prng: Prng): 'get' | 'put' | 'delete' {
  const fraction = prng.next();
  if (fraction < 0.4) return 'get';
  return fraction < 0.75 ? 'put' : 'delete';
}
