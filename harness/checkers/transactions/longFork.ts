/**
 * Long forks: two transactions see two writes in opposite orders. Parallel snapshot isolation allows them, snapshot
 * isolation does not (Sovran et al., SOSP 2011). Histories are made for it: every key is written once, and transactions
 * read groups of keys; then the reads of a group must be a chain, each seeing all that the one before saw.
 */
import type { History } from '../../columns/history.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import type { Anomaly, Budget, Checker, Verdict } from '../checker.ts';
import { undecided } from '../run.ts';
import { analysisOf, type Analysis } from './inference.ts';
import { eventsOf } from './anomalies.ts';
import { readMicro } from './microScanner.ts';
import { aborted, NotApplicable, nothing, type Transactions } from './transactions.ts';

/** More are only counted. */
const forksMax = 8;

/** O(n log n) in the reads. */
export function longFork(spec: SequentialSpec): Checker {
  return {
    name: 'long-fork',
    meaning: 'no two transactions see two writes in opposite orders',
    check: (history, budget) =>
      spec.name === 'long-fork' || spec.name === 'rw-register'
        ? judge(history, budget)
        : undecided(`histories of ${spec.name} have no transactions of reads and writes`),
  };
}

function judge(history: History, budget: Budget): Verdict {
  if (!budget.spend(1)) return undecided('the budget was used up before the check began');
  try {
    return verdictOf(analysisOf(history, 'registers', budget));
  } catch (error) {
    if (error instanceof NotApplicable) return undecided(error.message);
    throw error;
  }
}

function verdictOf(analysis: Analysis): Verdict {
  const twice = keyWrittenTwice(analysis.txns);
  if (twice !== undefined)
    return undecided(`${twice} was written twice: forks show only where every key is written once`);
  const groups = groupsOf(analysis.txns);
  if (groups.size === 0) return undecided('no transaction read two keys');
  const anomalies: Anomaly[] = [];
  let forks = 0;
  let reads = 0;
  for (const group of groups.values()) {
    reads += group.length;
    group.sort((a, b) => a.count - b.count || a.txn - b.txn);
    for (let at = 1; at < group.length; at++) {
      const [smaller, larger] = [group[at - 1], group[at]];
      if (!smaller || !larger || isSubset(smaller, larger)) continue;
      if (++forks <= forksMax) anomalies.push(forkOf(analysis, smaller, larger));
    }
  }
  return { valid: forks === 0, anomalies, stats: { groups: groups.size, reads, forks } };
}

/** The reads of one transaction. */
interface GroupRead {
  readonly txn: number;
  /** One a key, by key. */
  readonly micros: readonly number[];
  /** Whether each saw the write. */
  readonly seen: readonly boolean[];
  readonly count: number;
}

/** By the keys that they read, the transactions that read the same two or more. */
function groupsOf(txns: Transactions): Map<string, GroupRead[]> {
  const groups = new Map<string, GroupRead[]>();
  for (let txn = 0; txn < txns.length; txn++) {
    const micros: number[] = [];
    for (let micro = txns.firstMicro[txn] ?? 0; micro < (txns.firstMicro[txn + 1] ?? 0); micro++)
      if (txns.kind[micro] === readMicro && (txns.earlier[micro] ?? -1) < 0) micros.push(micro);
    if (micros.length < 2) continue;
    const key = (micro: number): number => txns.key[micro] ?? 0;
    micros.sort((a, b) => key(a) - key(b));
    const seen = micros.map((micro) => txns.token[micro] !== nothing);
    const name = micros.map(key).join();
    const group = groups.get(name) ?? [];
    group.push({ txn, micros, seen, count: seen.filter((is) => is).length });
    groups.set(name, group);
  }
  return groups;
}

function isSubset(smaller: GroupRead, larger: GroupRead): boolean {
  return smaller.seen.every((is, at) => !is || larger.seen[at]);
}

function forkOf(analysis: Analysis, a: GroupRead, b: GroupRead): Anomaly {
  const { narrator } = analysis;
  const onlyA = a.seen.findIndex((is, at) => is && b.seen[at] !== true);
  const onlyB = b.seen.findIndex((is, at) => is && a.seen[at] !== true);
  const read = ({ micros }: GroupRead, at: number): string =>
    `${narrator.key(micros[at] ?? 0)} as ${narrator.read(micros[at] ?? 0)}`;
  const saw = (by: GroupRead, at: number, not: number): string =>
    `${narrator.who(by.txn)} read ${read(by, at)}, but ${read(by, not)}`;
  return {
    kind: 'long-fork',
    ops: eventsOf(analysis, [a.txn, b.txn]),
    explanation: `${saw(a, onlyA, onlyB)}; ${saw(b, onlyB, onlyA)}: they saw the two writes in opposite orders.`,
  };
}

/** A key that two transactions wrote which may have happened, as text. */
function keyWrittenTwice(txns: Transactions): string | undefined {
  const written = new Uint8Array(txns.keyCount);
  for (let micro = 0; micro < txns.kind.length; micro++) {
    if (txns.kind[micro] === readMicro || txns.status[txns.owner[micro] ?? 0] === aborted) continue;
    const key = txns.key[micro] ?? 0;
    if (written[key] === 1) return txns.keyText(key);
    written[key] = 1;
  }
  return undefined;
}
