/** The options of a quorum node (`--set name=value`), their typed form, and what they are in a cluster of some size. */
import type { OptionSpec, OptionValues } from '../kernel/model.ts';
import { OptionsError } from '../kernel/options.ts';
import type { Level } from './messages.ts';

/** When a read brings replicas that lag up to date: before it answers, afterwards, or not at all. */
export type ReadRepair = 'sync' | 'async' | 'off';

export interface QuorumOptions {
  readonly n: number;
  readonly r: number;
  readonly w: number;
  readonly level: Level;
  readonly sloppy: boolean;
  readonly handoff: boolean;
  readonly readRepair: ReadRepair;
  readonly timestamps: 'logical' | 'wall';
  /** 0: never. */
  readonly antiEntropyInterval: number;
  readonly handoffInterval: number;
  readonly requestTimeoutMs: number;
}

/** More than any cluster has nodes. */
const nodesMax = 1000;

const quorumSizes: readonly OptionSpec[] = [
  {
    name: 'n',
    type: 'number',
    min: 0,
    max: nodesMax,
    default: 0,
    meaning: 'replicas of a key, chosen by consistent hashing; 0 for all nodes',
  },
  {
    name: 'r',
    type: 'number',
    min: 0,
    max: nodesMax,
    default: 0,
    meaning: 'how many replicas a read asks; 0 for a majority of n',
  },
  {
    name: 'w',
    type: 'number',
    min: 0,
    max: nodesMax,
    default: 0,
    meaning: 'how many replicas hold a write before it is acknowledged; 0 for a majority of n',
  },
  {
    name: 'level',
    type: 'choice',
    choices: ['ONE', 'QUORUM', 'ALL'],
    default: 'QUORUM',
    meaning: 'the level of requests that give none: one replica, r or w of them, or all n',
  },
];

export const optionSpecs: readonly OptionSpec[] = [
  ...quorumSizes,
  {
    name: 'sloppy',
    type: 'choice',
    choices: ['on', 'off'],
    default: 'off',
    meaning: 'nodes that are no replicas of a key stand in for those that do not answer',
  },
  {
    name: 'handoff',
    type: 'choice',
    choices: ['on', 'off'],
    default: 'on',
    meaning: 'what a replica has missed is kept as a hint, and handed over later',
  },
  {
    name: 'readRepair',
    type: 'choice',
    choices: ['sync', 'async', 'off'],
    default: 'sync',
    meaning: 'a read writes what it returns back to replicas that lag: before it answers, afterwards, never',
  },
  {
    name: 'timestamps',
    type: 'choice',
    choices: ['logical', 'wall'],
    default: 'logical',
    meaning: 'a counter above all that r replicas know, or the time of day of the coordinator',
  },
  {
    name: 'antiEntropyInterval',
    type: 'number',
    unit: 'ms',
    min: 0,
    max: 3_600_000,
    default: 1000,
    vary: [100, 300],
    meaning: 'time between two comparisons of Merkle trees with a peer; 0 for never',
  },
  {
    name: 'handoffInterval',
    type: 'number',
    unit: 'ms',
    min: 1,
    max: 3_600_000,
    default: 250,
    vary: [50, 1000],
    meaning: 'time between two attempts to hand hints over',
  },
  {
    name: 'requestTimeoutMs',
    type: 'number',
    unit: 'ms',
    min: 1,
    max: 600_000,
    default: 500,
    vary: [200, 350],
    meaning: 'how long a coordinator waits for a quorum',
  },
];

/** Types the values, and fills in the defaults. Sizes may still be 0. */
function typed(values: OptionValues): QuorumOptions {
  const valueOf = (name: keyof QuorumOptions): string | number => {
    const spec = optionSpecs.find((candidate) => candidate.name === name);
    return values[name] ?? spec?.default ?? '';
  };
  return {
    n: Number(valueOf('n')),
    r: Number(valueOf('r')),
    w: Number(valueOf('w')),
    level: valueOf('level') as Level,
    sloppy: valueOf('sloppy') === 'on',
    handoff: valueOf('handoff') === 'on',
    readRepair: valueOf('readRepair') as ReadRepair,
    timestamps: valueOf('timestamps') as QuorumOptions['timestamps'],
    antiEntropyInterval: Number(valueOf('antiEntropyInterval')),
    handoffInterval: Number(valueOf('handoffInterval')),
    requestTimeoutMs: Number(valueOf('requestTimeoutMs')),
  };
}

/** The smallest number that is more than half. */
export function majority(count: number): number {
  return Math.floor(count / 2) + 1;
}

/** The options in a cluster of so many nodes: n, r and w are what they stand for. */
export function parseOptions(values: OptionValues, nodes: number): QuorumOptions {
  const options = typed(values);
  const n = options.n === 0 ? nodes : options.n;
  const r = options.r === 0 ? majority(n) : options.r;
  const w = options.w === 0 ? majority(n) : options.w;
  return { ...options, n, r, w };
}

/** The same as plain values; throws `OptionsError` for quorums that such a cluster cannot have. */
export function sizedOptions(values: OptionValues, nodes: number): OptionValues {
  const { n, r, w } = parseOptions(values, nodes);
  const problems = Object.entries({ n, r, w })
    .filter(([, size]) => !Number.isInteger(size))
    .map(([name, size]) => `option "${name}" must be a whole number, not ${size}`);
  if (n > nodes) problems.push(`n is ${n}, but the cluster has ${nodes} nodes: a key has no more replicas`);
  if (r > n) problems.push(`r is ${r}, but a key has ${n} replicas: no read would ever be answered`);
  if (w > n) problems.push(`w is ${w}, but a key has ${n} replicas: no write would ever be acknowledged`);
  if (problems.length > 0) throw new OptionsError(problems);
  return { ...values, n, r, w };
}

/** How many replicas a read asks, and a write needs, at a level. */
export function quorumsOf(
  { n, r, w }: QuorumOptions,
  level: Level,
): { readonly r: number; readonly w: number } {
  switch (level) {
    case 'ONE':
      return { r: 1, w: 1 };
    case 'QUORUM':
      return { r, w };
    case 'ALL':
      return { r: n, w: n };
  }
}
