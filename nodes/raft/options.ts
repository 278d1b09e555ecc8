/** The options of a Raft node (`--set name=value`), and their typed form. */
import type { OptionSpec, OptionValues } from '../kernel/model.ts';
import { machineOption, type MachineName } from '../machines/index.ts';

/** How a read is made current: see README.md. */
export type ReadMode = 'read-index' | 'lease' | 'leader' | 'follower';

/** Where proxies take reads to: see followerReads.ts. */
export type ProxyReads = 'follower' | 'leader' | 'quorum';

export interface RaftOptions {
  readonly machine: MachineName;
  readonly reads: ReadMode;
  readonly checkQuorum: boolean;
  readonly proxy: boolean;
  readonly proxyReads: ProxyReads;
  readonly heartbeatMs: number;
  /** Timeouts are drawn from [electionTimeoutMs, 2 · electionTimeoutMs). */
  readonly electionTimeoutMs: number;
  readonly snapshotEntries: number;
  readonly snapshotChunkBytes: number;
  readonly sessionLimit: number;
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
    meaning: 'a leader that hears no majority for an election timeout steps down',
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
      'where proxies take reads to: a follower, which asks the leader up to where it has to see (unless reads=follower), the leader, or any node, which asks a majority how far its logs reach',
  },
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
  {
    name: 'snapshotEntries',
    type: 'number',
    min: 2,
    max: 10_000_000,
    default: 1000,
    vary: [4, 20, 100],
    meaning:
      'a snapshot is taken every so many applied entries; half as many are kept for followers that lag',
  },
  {
    name: 'snapshotChunkBytes',
    type: 'number',
    min: 1,
    max: 16_000_000,
    default: 65_536,
    vary: [100, 1000],
    meaning: 'a snapshot travels in chunks of this size',
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
export function parseOptions(values: OptionValues): RaftOptions {
  const valueOf = (name: keyof RaftOptions): string | number => {
    const spec = optionSpecs.find((candidate) => candidate.name === name);
    return values[name] ?? spec?.default ?? '';
  };
  return {
    machine: valueOf('machine') as MachineName,
    reads: valueOf('reads') as ReadMode,
    checkQuorum: valueOf('checkQuorum') === 'on',
    proxy: valueOf('proxy') === 'on',
    proxyReads: valueOf('proxyReads') as ProxyReads,
    heartbeatMs: Number(valueOf('heartbeatMs')),
    electionTimeoutMs: Number(valueOf('electionTimeoutMs')),
    snapshotEntries: Number(valueOf('snapshotEntries')),
    snapshotChunkBytes: Number(valueOf('snapshotChunkBytes')),
    sessionLimit: Number(valueOf('sessionLimit')),
  };
}
