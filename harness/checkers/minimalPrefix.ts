/**
 * How far a history was right: the prefix for which a check still held, found by bisection. It works for every checker
 * alike, and says less than a legal order with its states; for checks that know no such order it is what there is.
 */
import { History } from '../columns/history.ts';
import type { Anomaly, Budget, Checker } from './checker.ts';

/** So many events are checked, in all prefixes together. */
const eventsCheckedMax = 2_000_000;

/**
 * The index of an event such that the check does not refute the history up to it, and does once the next is added; -1
 * when it fails from the first event. Undefined when that could not be found out. O(log events) checks, or two where the
 * violation shows at once when the last operation of its first anomaly completes.
 */
export function lastHeld(
  history: History,
  checker: Checker,
  anomalies: readonly Anomaly[],
  budget: Budget,
): number | undefined {
  let eventsLeft = eventsCheckedMax;
  const holds = (length: number): boolean | undefined => {
    eventsLeft -= length;
    if (eventsLeft < 0 || !budget.spend(length)) return undefined;
    try {
      const { valid } = checker.check(prefixOf(history, length), budget);
      // A prefix in which there is nothing to judge yet is not refuted; one that the budget cut short may be.
      return budget.spend(0) ? valid !== false : undefined;
    } catch {
      return undefined;
    }
  };
  /** Lengths of prefixes: the longest known to hold, the shortest known to fail. */
  let [held, failed] = [0, history.length];
  const first = firstProven(anomalies, history.length);
  const guesses = [first, first - 1];
  while (held + 1 < failed) {
    const guess = guesses.shift() ?? held + Math.floor((failed - held) / 2);
    if (guess <= held || guess >= failed) continue;
    const answer = holds(guess);
    if (answer === undefined) return undefined;
    if (answer) held = guess;
    else failed = guess;
  }
  return held - 1;
}

/** The length of the shortest prefix that holds all operations of an anomaly. */
function firstProven(anomalies: readonly Anomaly[], length: number): number {
  return anomalies.reduce((least, { ops }) => Math.min(least, (ops.at(-1) ?? length - 1) + 1), length);
}

/** The first events of a history; what completes later is open. */
function prefixOf({ events, reading }: History, length: number): History {
  const cut = <C extends Uint8Array | Int32Array | Float64Array>(column: C): C =>
    column.subarray(0, length) as C;
  const { type, process, f, key, value, node, timeNs } = events;
  const columns = {
    type: cut(type),
    process: cut(process),
    f: cut(f),
    key: cut(key),
    value: cut(value),
    node: cut(node),
    timeNs: cut(timeNs),
  };
  return new History({ ...events, ...columns, length }, reading);
}
