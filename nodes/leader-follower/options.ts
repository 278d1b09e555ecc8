/** The options of a node (`--set name=value`), and their typed form. */
import type { OptionSpec, OptionValues } from '../kernel/model.ts';
import { machineOption, type MachineName } from '../machines/index.ts';

/** How many followers confirm a write before its client hears of it. */
export type Ack = 'none' | 'majority' | 'all' | number;

export interface LeaderFollowerOptions {
  readonly machine: MachineName;
  readonly ack: Ack;
  readonly failover: 'none' | 'highest-log';
  readonly reads: 'leader' | 'any';
  readonly proxy: boolean;
  /** Where proxies take reads to: see followerReads.ts. */
  readonly proxyReads: 'follower' | 'leader' | 'quorum';
  readonly heartbeatInterval: number;
  readonly heartbeatTimeout: number;
  readonly snapshotEntries: number;
  readonly sessionLimit: number;
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
    meaning:
      'where proxies take reads to: a follower, which asks the leader up to where it has to see (unless reads=any), the leader, or any node, which asks a majority how far its logs reach',
  },
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
  {
    name: 'snapshotEntries',
    type: 'number',
    min: 2,
    max: 10_000_000,
    default: 1000,
    vary: [4, 20, 100],
    meaning: 'a snapshot is taken every so many entries; half as many are kept for followers that lag',
  },
  {
    name: 'sessionLimit',
    type: 'number',
    // With fewer, the clients that come between a request and its repetition could evict its session, and it would take
    // effect twice: no claim would hold.
    min: 1000,
    max: 1_000_000,
    default: 4096,
    meaning: 'how many clients are remembered for deduplication; the longest unused is forgotten first',
  },
];

/** Types the values, and fills in the defaults. */
export function parseOptions(values: OptionValues): LeaderFollowerOptions {
  const valueOf = (name: keyof LeaderFollowerOptions): string | number => {
    const spec = optionSpecs.find((candidate) => candidate.name === name);
    return values[name] ?? spec?.default ?? '';
  };
  const ack = valueOf('ack');
  return {
    machine: valueOf('machine') as MachineName,
    ack: ack === 'none' || ack === 'majority' || ack === 'all' ? ack : Number(ack),
    failover: valueOf('failover') as LeaderFollowerOptions['failover'],
    reads: valueOf('reads') as LeaderFollowerOptions['reads'],
    proxy: valueOf('proxy') === 'on',
    proxyReads: valueOf('proxyReads') as LeaderFollowerOptions['proxyReads'],
    heartbeatInterval: Number(valueOf('heartbeatInterval')),
    heartbeatTimeout: Number(valueOf('heartbeatTimeout')),
    snapshotEntries: Number(valueOf('snapshotEntries')),
    sessionLimit: Number(valueOf('sessionLimit')),
  };
}
