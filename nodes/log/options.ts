/** Options that every model with a log has (`--set name=value`), and their typed form. */
import type { OptionSpec, OptionValues } from '../kernel/model.ts';
import { machineOf, type MachineName } from '../machines/index.ts';

export interface LogOptions {
  readonly machine: MachineName;
  readonly proxy: boolean;
  /** Where proxies take reads to. */
  readonly proxyReads: 'follower' | 'leader' | 'quorum';
  readonly snapshotEntries: number;
  readonly sessionLimit: number;
}

/** Whether proxies stand in front, and where they take reads; `asTheyAre` is the `reads` of nodes that ask nobody. */
export function proxyOptions(asTheyAre: string): readonly OptionSpec[] {
  return [
    {
      name: 'proxy',
      type: 'choice',
      choices: ['off', 'on'],
      default: 'off',
      meaning: 'two proxies stand in front of the nodes, and clients talk to these alone',
    },
    {
      name: 'proxyReads',
      type: 'choice',
      choices: ['follower', 'leader', 'quorum'],
      default: 'follower',
      meaning: `where proxies take reads to: a follower, which asks the leader up to where it has to see (unless reads=${asTheyAre}), the leader, or any node, which asks a majority how far its logs reach`,
    },
  ];
}

export const snapshotEntriesOption: OptionSpec = {
  name: 'snapshotEntries',
  type: 'number',
  min: 2,
  max: 10_000_000,
  default: 1000,
  vary: [4, 20, 100],
  meaning: 'a snapshot is taken every so many entries; half as many are kept for followers that lag',
};

export const sessionLimitOption: OptionSpec = {
  name: 'sessionLimit',
  type: 'number',
  // With fewer, the clients that come between a request and its repetition could evict its session, and it would take
  // effect twice: no claim would hold.
  min: 1000,
  max: 1_000_000,
  default: 4096,
  meaning: 'how many clients are remembered for deduplication; the longest unused is forgotten first',
};

/** Types the values; all must be there. */
export function logOptionsOf(values: OptionValues): LogOptions {
  return {
    machine: machineOf(values),
    proxy: values['proxy'] === 'on',
    proxyReads: values['proxyReads'] as LogOptions['proxyReads'],
    snapshotEntries: Number(values['snapshotEntries']),
    sessionLimit: Number(values['sessionLimit']),
  };
}
