/** The options of a node (`--set name=value`), and their typed form. */
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

/** How many followers confirm a write before its client hears of it. */
export type Ack = 'none' | 'majority' | 'all' | number;

export interface LeaderFollowerOptions extends LogOptions {
  readonly ack: Ack;
  readonly failover: 'none' | 'highest-log';
  readonly reads: 'leader' | 'any';
  readonly heartbeatInterval: number;
  readonly heartbeatTimeout: number;
}

/** More than any cluster that is tried by hand; who wants all of a larger one says so. */
const confirmations = ['1', '2', '3', '4', '5', '6'] as const;

export const optionSpecs: readonly OptionSpec[] = [
  machineOption,
  {
    name: 'ack',
    type: 'choice',
    choices: ['none', ...confirmations, 'majority', 'all'],
    default: 'majority',
    meaning:
      'how many followers confirm a write before it is answered: so many, as make a majority with the leader, or all',
  },
  {
    name: 'failover',
    type: 'choice',
    choices: ['none', 'highest-log'],
    default: 'none',
    meaning: 'what follows a dead leader: nobody, or the node with the most advanced log among a majority',
  },
  {
    name: 'reads',
    type: 'choice',
    choices: ['leader', 'any'],
    default: 'leader',
    meaning: 'who answers reads: the leader, or any node as it is',
  },
  ...proxyOptions('any'),
  {
    name: 'heartbeatInterval',
    type: 'number',
    min: 1,
    max: 60_000,
    default: 50,
    vary: [20, 100],
    meaning: 'milliseconds between two heartbeats of the leader',
  },
  {
    name: 'heartbeatTimeout',
    type: 'number',
    min: 2,
    max: 600_000,
    default: 300,
    vary: [150, 600],
    meaning: 'milliseconds of silence after which a node counts as dead',
  },
  snapshotEntriesOption,
  sessionLimitOption,
];

/** Types the values, and fills in the defaults. */
export function parseOptions(given: OptionValues): LeaderFollowerOptions {
  const values = { ...defaultOptions({ options: optionSpecs }), ...given };
  const ack = String(values['ack']);
  return {
    ...logOptionsOf(values),
    ack: ack === 'none' || ack === 'majority' || ack === 'all' ? ack : Number(ack),
    failover: values['failover'] as LeaderFollowerOptions['failover'],
    reads: values['reads'] as LeaderFollowerOptions['reads'],
    heartbeatInterval: Number(values['heartbeatInterval']),
    heartbeatTimeout: Number(values['heartbeatTimeout']),
  };
}
