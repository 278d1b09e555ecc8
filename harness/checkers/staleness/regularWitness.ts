/** Why a regular register cannot have given a value, in words. */
import type { History } from '../../columns/history.ts';
import { noValue, type Accesses } from '../accesses.ts';
import type { Anomaly } from '../checker.ts';
import { indicesOf } from '../phrases.ts';
import {
  headline,
  known,
  neverWritten,
  notAgain,
  operationOf,
  told,
  valueIn,
  type Fact,
} from '../polynomial/facts.ts';
import { noWriter } from '../writers.ts';
import type { IrregularRead } from './regular.ts';

export function factAt(history: History, { row, seen, left, start, end }: Accesses, at: number): Fact {
  return {
    history,
    row: row[at] ?? 0,
    seen: seen[at] ?? noValue,
    left: left[at] ?? noValue,
    start: start[at] ?? 0,
    end: end[at] ?? 0,
  };
}

/** `stale-read`, `future-read` or `garbage-read` (nobody wrote it), with the operations that prove it. */
export function anomalyOf(
  history: History,
  accesses: Accesses,
  { read, source, replaced }: IrregularRead,
): Anomaly {
  const fact = factAt(history, accesses, read);
  const sources = source === noWriter ? [] : [factAt(history, accesses, source)];
  if (replaced !== noWriter) {
    const newer = factAt(history, accesses, replaced);
    const why = `${known(newer)} and ${notAgain(history, fact.seen)}`;
    return anomaly('stale-read', [fact, newer, ...sources], why);
  }
  const [later] = sources;
  if (later) {
    const why = `${valueIn(history, fact.seen)} was first written after that: ${told(later)}`;
    return anomaly('future-read', [fact, later], why);
  }
  const nothing = neverWritten(history, fact.row, fact.seen);
  return anomaly('garbage-read', [fact], nothing.words, nothing.rows);
}

export function anomaly(
  kind: string,
  [read, ...others]: readonly [Fact, ...Fact[]],
  why: string,
  moreRows: readonly number[] = [],
): Anomaly {
  const operation = operationOf(read);
  const rows = [read, ...others].map(({ row }) => row).concat(moreRows);
  const ops = [...new Set(rows.flatMap((row) => indicesOf(read.history.operation(row))))];
  const { key } = operation.invocation;
  return {
    kind,
    ops: ops.sort((a, b) => a - b),
    explanation: `${headline(operation)}, but ${why}.`,
    ...(key === undefined ? {} : { key }),
  };
}
