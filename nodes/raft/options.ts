/** The options of a Raft node (`--set name=value`), and their typed form. */
import type { OptionSpec, OptionValues } from '../kernel/model.ts';
import { defaultOptions } from '../kernel/options.ts';
import {
  logOptionsOf,
  proxyOptions,
  sessionLimitOption,
  snapshotEntriesOption,
  type LogOptions,
} from '../log/options.ts';
import { machineOption } from '../machines/index.ts';

/** How a read is made current: see README.md. */
export type ReadMode = 'read-index' | 'lease' | 'leader' | 'follower';

export interface RaftOptions extends LogOptions {
  readonly reads: ReadMode;
  readonly checkQuorum: boolean;
  readonly heartbeatMs: number;
  /** Timeouts are drawn from [electionTimeoutMs, 2 · electionTimeoutMs). */
  readonly electionTimeoutMs: number;
  readonly snapshotChunkBytes: number;
}

/** ρ: how much faster or slower than another a monotonic clock may run. Leases rest on it (§6.4.1). */
export const clockDriftRatio = 0.1;

export const optionSpecs: readonly OptionSpec[] = [
  machineOption,
  {
    name: 'reads',
    type: 'choice',
    choices: ['read-index', 'lease', 'leader', 'follower'],
    default: 'read-index',
    meaning:
      'how a read is made current: a heartbeat round (read-index), a lease, the leader as it is, or any node as it is',
  },
  {
    name: 'checkQuorum',
    type: 'choice',
    choices: ['on', 'off'],
    default: 'on',
    meaning: 'a leader that hears no majority for two election timeouts steps down',
  },
  ...proxyOptions('follower'),
  {
    name: 'heartbeatMs',
    type: 'number',
    min: 1,
    max: 60_000,
    default: 50,
    vary: [20, 100],
    meaning: 'time between two heartbeats of a leader',
  },
  {
    name: 'electionTimeoutMs',
    type: 'number',
    min: 2,
    max: 600_000,
    default: 300,
    vary: [150, 600],
    meaning: 'shortest election timeout; each is drawn between this and twice this',
  },
  snapshotEntriesOption,
  {
    name: 'snapshotChunkBytes',
    type: 'number',
    min: 1,
    max: 16_000_000,
    default: 65_536,
    vary: [100, 1000],
    meaning: 'a snapshot travels in chunks of this size',
  },
  sessionLimitOption,
];

/** Types the values, and fills in the defaults. */
export function parseOptions(given: OptionValues): RaftOptions {
  const values = { ...defaultOptions({ options: optionSpecs }), ...given };
  return {
    ...logOptionsOf(values),
    reads: values['reads'] as ReadMode,
    checkQuorum: values['checkQuorum'] === 'on',
    heartbeatMs: Number(values['heartbeatMs']),
    electionTimeoutMs: Number(values['electionTimeoutMs']),
    snapshotChunkBytes: Number(values['snapshotChunkBytes']),
  };
}
