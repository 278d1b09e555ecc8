/** The cases of `npm run bench:checkers`: what is checked, and how fast it should be. */
import type { History } from '../../columns/history.ts';
import type { BenchCase } from './benchCase.ts';
import { causalHistory } from './causalHistory.ts';
import { withCorruptedRead } from './corruptRead.ts';
import { judged } from './judged.ts';
import { listAppendHistory } from './listAppendHistory.ts';
import { plantedCycles } from './plantedCycles.ts';
import { readLines, writeLines } from './reading.ts';
import { recordedLogs } from './recordedLogs.ts';
import { registerHistory } from './registerHistory.ts';

const seed = 1;
const million = 1_000_000;

const casRegister = (operations: number, clients: number): History =>
  registerHistory({ operations, clients, keys: 1, values: 5, seed });

const recorded: BenchCase = {
  name: 'etcd-logs',
  meaning: 'all recorded logs of etcd',
  aimMs: 25,
  needsHistories: true,
  prepare: recordedLogs,
};

const casRegisters: readonly BenchCase[] = [
  {
    name: 'cas-10k',
    meaning: 'cas register, 10,000 operations of 10 clients',
    aimMs: 100,
    prepare: () => judged('linearizable', 'cas-register', casRegister(10_000, 10), 'valid'),
  },
  {
    name: 'cas-10k-corrupt',
    meaning: 'the same with one corrupted read',
    aimMs: 100,
    prepare: () => {
      const history = withCorruptedRead(casRegister(10_000, 10));
      return judged('linearizable', 'cas-register', history, 'invalid: non-linearizable');
    },
  },
  {
    name: 'cas-100k',
    meaning: 'cas register, 100,000 operations of 10 clients',
    aimMs: 500,
    prepare: () => judged('linearizable', 'cas-register', casRegister(100_000, 10), 'valid'),
  },
  ...[30, 50, 100].map((clients) => ({
    name: `cas-${clients}-clients`,
    meaning: `cas register, 1000 operations of ${clients} clients`,
    aimMs: 200,
    prepare: () => judged('linearizable', 'cas-register', casRegister(1000, clients), 'valid'),
  })),
];

const uniqueWrites: readonly BenchCase[] = [
  { name: 'unique-1m', operations: million, aimMs: 500, aimMib: 1024 },
  { name: 'unique-10m', operations: 10 * million, aimMs: 4000 },
].map(({ operations, ...rest }) => ({
  ...rest,
  meaning: `registers with unique writes, ${operations / million},000,000 operations`,
  prepare: () => {
    const history = registerHistory({ operations, clients: 10, keys: 100, seed });
    return judged('linearizable', 'register', history, 'valid');
  },
}));

const causal: readonly BenchCase[] = (['cc', 'ccv'] as const).map((level) => ({
  name: `${level}-1m`,
  meaning: `${level.toUpperCase().replace('V', 'v')}, 1,000,000 operations of 10 sessions`,
  aimMs: 4000,
  prepare: () => {
    const history = causalHistory({ operations: million, sessions: 10, keys: 1000, seed });
    return judged(level, 'register', history, 'valid');
  },
}));

const listAppend: readonly BenchCase[] = [
  {
    name: 'append-200k',
    meaning: 'list-append, 200,000 transactions',
    aimMs: 2000,
    prepare: () => {
      const history = listAppendHistory({ transactions: 200_000, clients: 10, seed });
      return judged('strict-serializable', 'list-append', history, 'valid');
    },
  },
  ...plantedCycles.map((planted) => ({
    name: `append-200k-${planted.kind}`,
    meaning: `the same with one ${planted.kind}`,
    aimMs: 2000,
    prepare: () => {
      const history = listAppendHistory({ transactions: 200_000, clients: 10, seed, planted });
      return judged('strict-serializable', 'list-append', history, `invalid: ${planted.kind}`);
    },
  })),
  {
    name: 'append-1m',
    meaning: 'list-append, 1,000,000 transactions',
    aimMs: 10_000,
    prepare: () => {
      const history = listAppendHistory({ transactions: million, clients: 10, seed });
      return judged('strict-serializable', 'list-append', history, 'valid');
    },
  },
];

const reading: BenchCase = {
  name: 'reading-1m',
  meaning: 'history.jsonl, 1,000,000 lines read',
  aimMs: 2000,
  makeFiles: writeLines,
  prepare: readLines,
};

export const benchCases: readonly BenchCase[] = [
  recorded,
  ...casRegisters,
  ...uniqueWrites,
  ...causal,
  ...listAppend,
  reading,
];

/** Pairs of cases that differ in their size alone: their times should grow as their sizes do. */
export const growths: readonly { readonly small: string; readonly large: string }[] = [
  { small: 'cas-10k', large: 'cas-100k' },
  { small: 'unique-1m', large: 'unique-10m' },
  { small: 'append-200k', large: 'append-1m' },
];
