/** Which operations prove that a register is not linearizable, and why. */
import type { Cells } from './cells.ts';
import { initialCluster, type UnexplainedRead } from './clusters.ts';
import {
  factOf,
  foundBy,
  headline,
  inversionOf,
  isRead,
  known,
  leftBy,
  neverWritten,
  notAgain,
  operationOf,
  told,
  toldWithAnswer,
  valueIn,
  type Fact,
} from './facts.ts';
import { Refusal, type Proof } from './refusal.ts';
import { none } from './scratch.ts';
import type { Conflict } from './zones.ts';

/** A read of what nothing had written. */
export function unexplained(cells: Cells, { cell, writer }: UnexplainedRead): Refusal {
  const read = factOf(cells, cell);
  const later = writer === none ? undefined : factOf(cells, writer);
  return new Refusal(() => {
    const head = headline(operationOf(read));
    if (later) {
      const value = valueIn(read.history, read.seen);
      const sentence = `${head}, but ${value} was first written after that: ${told(later)}.`;
      return { rows: [read.row, later.row], sentence };
    }
    const nothing = neverWritten(read.history, read.row, read.seen);
    return { rows: [read.row, ...nothing.rows], sentence: `${head}, but ${nothing.words}.` };
  });
}

/**
 * What two conflicting zones come to: of each, an operation ended before one of the other began. Where a single
 * operation of one zone lies between two of the other, three operations do; a value that was there from the beginning
 * needs no first one.
 *
 * `zoneOf` tells the zone (cluster or chain) of each cell; the zone of the initial value is `initialCluster`.
 */
export function contradiction(cells: Cells, zoneOf: Int32Array, conflict: Conflict): Refusal {
  // The initial value cannot be what replaced the other one.
  const isSwapped = conflict.inner === initialCluster;
  const { outer, inner } = isSwapped ? { outer: conflict.inner, inner: conflict.outer } : conflict;
  const firstEnded = (zone: number, after: number): Fact => firstEndedOf(cells, zoneOf, zone, after);
  const lastStarted = (zone: number): Fact => lastStartedOf(cells, zoneOf, zone);
  const first = outer === initialCluster ? undefined : firstEnded(outer, -1);
  const lastStart = lastStarted(outer).start;
  const single = endedAfter(cells, zoneOf, inner, first?.end ?? -1);
  if (single && single.end < lastStart) {
    const last = firstEnded(outer, single.end);
    return new Refusal(() => between(first ?? cells.initial, single, last));
  }
  const replacing = firstEnded(inner, -1);
  const last = firstEnded(outer, replacing.end);
  const later = lastStarted(inner);
  if (!first) throw new Error('what comes after the initial value lies between its operations');
  return new Refusal(() => crossed(first, later, replacing, last));
}

/** The operation of a zone that ended first of those that began after `after`. */
function endedAfter(cells: Cells, zoneOf: Int32Array, zone: number, after: number): Fact | undefined {
  const { length, start, end } = cells;
  let found: number = none;
  for (let cell = 0; cell < length; cell++) {
    if (zoneOf[cell] !== zone || (start[cell] ?? 0) < after) continue;
    if (found === none || (end[cell] ?? 0) < (end[found] ?? 0)) found = cell;
  }
  return found === none ? undefined : factOf(cells, found);
}

function firstEndedOf(cells: Cells, zoneOf: Int32Array, zone: number, after: number): Fact {
  const found = endedAfter(cells, zoneOf, zone, after);
  if (!found) throw new Error(`zone ${zone} has no operation that began after event ${after}`);
  return found;
}

function lastStartedOf(cells: Cells, zoneOf: Int32Array, zone: number): Fact {
  for (let cell = cells.length - 1; cell >= 0; cell--) if (zoneOf[cell] === zone) return factOf(cells, cell);
  throw new Error(`zone ${zone} has no operation`);
}

/**
 * `single` lies entirely between `first` and `last`, which need what is between them to be their own; instead of a first
 * operation, the id of the value that was there from the beginning.
 */
function between(first: Fact | number, single: Fact, last: Fact): Proof {
  const { history } = last;
  const value = foundBy(last);
  const [head, replaced] = [headline(operationOf(last)), known(single)];
  const rows = [...(typeof first === 'number' ? [] : [first.row]), single.row, last.row];
  if ((typeof first === 'number' ? first : leftBy(first)) !== value)
    return { rows, sentence: `${head}, but ${replaced}, and ${madeOf(first, value, last)}.` };
  const seenFirst = typeof first === 'number' || !isRead(first) ? '' : `, after ${toldWithAnswer(first)},`;
  const again = `${notAgain(history, value)}${inversionOf(single, last)}`;
  return { rows, sentence: `${head}, but ${replaced}${seenFirst} and ${again}.` };
}

/** That a value came of another one by cas operations, with nothing else in between. */
function madeOf(first: Fact | number, value: number, { history }: Fact): string {
  const made = valueIn(history, value);
  const chain = `only cas operations, one after the other, make ${made} of`;
  if (typeof first === 'number') return `${chain} the initial ${valueIn(history, first)}`;
  return `${chain} ${valueIn(history, leftBy(first))}, which was there before that: ${toldWithAnswer(first)}`;
}

/** Of two zones each was there before the other: `first` ended before `later` began, `replacing` before `last` did. */
function crossed(first: Fact, later: Fact, replacing: Fact, last: Fact): Proof {
  const order = `${toldWithAnswer(later)} and began only after the end of ${toldWithAnswer(first)}`;
  return {
    rows: [first.row, later.row, replacing.row, last.row],
    sentence: `${headline(operationOf(last))}, but ${known(replacing)}, while ${order}: neither value can have come first.`,
  };
}
