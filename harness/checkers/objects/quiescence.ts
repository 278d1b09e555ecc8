/**
 * The end of a history, key by key: what was read after the last operation that may have changed the key had ended, and
 * after the last act of the nemesis, if there was one: while a network is cut, replicas that are cut off owe nobody what
 * the others know. Nothing changes any more then, but for operations without an answer: they may take effect at any time.
 */
import type { History } from '../../columns/history.ts';
import { failOutcome, noEvent, okOutcome, openOutcome } from '../../columns/operations.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import { nodeOf } from './rows.ts';

/** The final phase of a key. */
export interface Quiescence {
  /** The completed observers that began in it; rows of `history.operations`, by start. */
  readonly finalReads: readonly number[];
  /** How many operations without an answer may change the key. */
  readonly openUpdates: number;
}

/** The final phase of the key with these rows. O(rows). */
export function quiescenceOf(history: History, rows: Int32Array, spec: SequentialSpec): Quiescence {
  const { operations, events } = history;
  const { f, outcome, start, completion } = operations;
  const isObserver = Array.from({ length: events.fNames.size }, (_, id) =>
    spec.observers.includes(events.fNames.get(id)),
  );
  let lastChange = history.lastNemesisEvent;
  let openUpdates = 0;
  for (const row of rows) {
    if (isObserver[f[row] ?? 0] === true || outcome[row] === failOutcome) continue;
    if (outcome[row] === openOutcome) openUpdates++;
    lastChange = Math.max(lastChange, completion[row] ?? noEvent, start[row] ?? 0);
  }
  const finalReads = [...rows].filter(
    (row) => isObserver[f[row] ?? 0] === true && outcome[row] === okOutcome && (start[row] ?? 0) > lastChange,
  );
  return { finalReads, openUpdates };
}

/** Of these reads, the last one to begin at each node; those without a node are taken as one node's. */
export function lastPerNode(history: History, reads: readonly number[]): Map<number, number> {
  return new Map(reads.map((row) => [nodeOf(history, row), row]));
}
