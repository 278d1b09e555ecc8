/**
 * More about the order of a register's values, for levels that promise something of sessions, or of real time: then
 * each key by itself is sequentially consistent, or linearizable, and what one transaction left in a key came no later
 * than what the next one found there: next in its session, or in real time (Elle §4.4).
 */
import { never } from '../../columns/operations.ts';
import { readMicro } from './microScanner.ts';
import { committed, type Transactions } from './transactions.ts';

/** What is assumed of every key by itself. */
export type KeyAssumption = 'sequential' | 'linearizable';

/** The version `from` came before the version `to`, as transactions `before` and `after` show. */
export interface VersionPair {
  readonly from: number;
  readonly to: number;
  readonly before: number;
  readonly after: number;
}

/** One transaction at one key. */
interface Access {
  readonly txn: number;
  readonly process: number;
  readonly start: number;
  readonly end: number;
  /** The versions that it found and left; −1 when it is not known. */
  readonly found: number;
  readonly left: number;
}

/**
 * The pairs of versions, of every key, that follow from an assumption. `versionOf` numbers the version of a read or of a
 * write. O(accesses · processes).
 */
export function versionPairs(
  txns: Transactions,
  versionOf: (micro: number) => number,
  assumption: KeyAssumption,
): VersionPair[] {
  const pairs: VersionPair[] = [];
  const follow = (before: Access, after: Access): void => {
    if (before.left < 0 || after.found < 0 || before.left === after.found) return;
    pairs.push({ from: before.left, to: after.found, before: before.txn, after: after.txn });
  };
  for (const accesses of accessesByKey(txns, versionOf).values())
    if (assumption === 'sequential') followSessions(accesses, follow);
    else followTime(accesses, follow);
  return pairs;
}

function followSessions(accesses: readonly Access[], follow: (before: Access, after: Access) => void): void {
  const last = new Map<number, Access>();
  for (const access of accesses) {
    const before = last.get(access.process);
    if (before) follow(before, access);
    // An open one may take effect after all that its process does next.
    if (access.end !== never) last.set(access.process, access);
  }
}

/** Of more accesses to a key at a time the oldest are forgotten: then less of the order is known, and none of it wrong. */
const recentMax = 128;

/** Those that were over before an access began, but not before another one that was over by then. */
function followTime(accesses: readonly Access[], follow: (before: Access, after: Access) => void): void {
  const recent: Access[] = [];
  for (const access of accesses) {
    let latestStart = -1;
    for (const { start, end } of recent) if (end < access.start && start > latestStart) latestStart = start;
    let kept = 0;
    for (const before of recent) {
      if (before.end < latestStart) continue;
      recent[kept++] = before;
      if (before.end < access.start) follow(before, access);
    }
    recent.length = kept;
    if (kept === recentMax) recent.shift();
    recent.push(access);
  }
}

/** By key, the accesses of committed transactions, in the order of invocations. */
function accessesByKey(txns: Transactions, versionOf: (micro: number) => number): Map<number, Access[]> {
  const { kind, key, owner, earlier, nextWrite, status, history } = txns;
  const { start, end, process } = history.operations;
  const byKey = new Map<number, Access[]>();
  for (let micro = 0; micro < kind.length; micro++) {
    const txn = owner[micro] ?? 0;
    if ((earlier[micro] ?? -1) >= 0 || status[txn] !== committed) continue;
    let last = micro;
    for (let next = nextWrite[micro] ?? -1; next >= 0; next = nextWrite[next] ?? -1) last = next;
    const access = {
      txn,
      process: process[txn] ?? 0,
      start: start[txn] ?? 0,
      end: end[txn] ?? never,
      found: versionOf(kind[micro] === readMicro ? micro : last),
      left: versionOf(last),
    };
    const known = byKey.get(key[micro] ?? 0);
    if (known) known.push(access);
    else byKey.set(key[micro] ?? 0, [access]);
  }
  return byKey;
}
