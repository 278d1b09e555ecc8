/**
 * Sessions: processes that read and write a few registers, and go from node to node while they do, unless the claim is
 * made for processes that stay. What a process saw or wrote is missing where it comes next.
 */
import { checkerOf } from '../harness/checkers/levels.ts';
import { onlyConcurrent, onlyWritten } from '../harness/checkers/objects/index.ts';
import { fromState, type Generator } from '../harness/generator/index.ts';
import { register as registerSpec } from '../harness/specs/register.ts';
import type { Workload, WorkloadOptions } from '../harness/workload.ts';
import { assert } from '../nodes/kernel/assert.ts';
import { nodeId } from '../nodes/kernel/ids.ts';
import type { Guarantee } from '../nodes/kernel/model.ts';
import { drawKey, firstSlots, type KeySlots } from './keySlots.ts';
import { finalReads } from './singleKey.ts';

/** How many keys there are at a time, and after how many operations the next one takes the place of one. */
const keysAtATime = 4;
const operationsMax = 300;

/** What a process that goes from node to node is owed. */
const ofSessions: readonly Guarantee[] = [
  'read-your-writes',
  'monotonic-reads',
  'monotonic-writes',
  'writes-follow-reads',
];
const ofTheEnd: readonly Guarantee[] = ['convergence', 'no-lost-writes'];
const levels: ReadonlySet<Guarantee> = new Set(['ccv', 'cc', ...ofSessions, ...ofTheEnd]);

export const session: Workload = {
  name: 'session',
  meaning: 'processes read and write a few registers, and go from node to node meanwhile',
  idempotent: ['read'],
  needs: [['read', 'write']],
  spec: registerSpec.name,
  generator: roaming,
  finalGenerator: (options, keys) => finalReads(keys, options),
  action: ({ f, key, value }) => {
    assert(key !== undefined, 'an operation of this workload has a key');
    return f === 'read' ? { kind: 'read', key } : { kind: 'write', key, value };
  },
  completed: ({ f, value }, result) => (f === 'read' ? result : value),
  checker: (level) => (levels.has(level) ? checkerOf(level, { spec: registerSpec }) : null),
  standIns: [...ofSessions, ...ofTheEnd],
  always: [onlyWritten(registerSpec)],
  entails: { siblings: [onlyConcurrent(registerSpec)] },
};

interface State {
  readonly slots: KeySlots;
  /** The values 1 … written were used, each for one key. */
  readonly written: number;
}

function roaming({ nodes, sessions = 'roaming' }: WorkloadOptions): Generator {
  return fromState<State>(
    { slots: firstSlots(keysAtATime), written: 0 },
    {
      next: (state, { prng, free }) => {
        const { key, rest } = drawKey(state.slots, prng, operationsMax);
        const isRead = prng.chance(0.6);
        const written = isRead ? state.written : state.written + 1;
        const op = {
          f: isRead ? 'read' : 'write',
          key: `x${key}`,
          value: isRead ? null : written,
          thread: prng.pick(free),
          // A system with a leader may send the client on: that is where it goes in this session, then.
          ...(sessions === 'roaming' && { entry: nodeId(1 + prng.int(0, nodes)) }),
        };
        return { op, state: { slots: rest, written } };
      },
    },
  );
}
