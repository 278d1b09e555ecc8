/**
 * What became of every element of one set: who added it, from when on it was known, and the last reads that showed and
 * that missed it.
 *
 * Reads are looked at from the last one backwards, those with the same answer at once. The first one to show an element
 * is then the last read that shows it; and an element that all reads so far have shown is last missed by the first read
 * that lacks it. Which elements those are shrinks with every read, so that finding who is missed costs no more than
 * listing who is shown.
 */
import type { History } from '../../columns/history.ts';
import { falseId, nullId, trueId } from '../../columns/interner.ts';
import { failOutcome, never, okOutcome } from '../../columns/operations.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import type { Budget } from '../checker.ts';
import { answersOf, listAnswered, notAList } from './answers.ts';
import { Elements } from './elements.ts';
import { budgetReason } from './findings.ts';
import { noRow } from './rows.ts';
import { Sightings } from './sightings.ts';
import { lastPerNode, quiescenceOf } from './quiescence.ts';

/**
 * Columns by the number of the element, for all that an operation was asked to add, remove or look up. Rows are of
 * `history.operations`, or `noRow`; times are indices of events.
 */
export interface Fates {
  readonly elements: Elements;
  readonly length: number;
  /** The first add that did not fail. */
  readonly addRow: Int32Array;
  /** How many adds did not fail; the initial state counts as one. */
  readonly adds: Int32Array;
  /** When the first of them was invoked: −1 for initial elements, `never` when there is none. */
  readonly addedFrom: Int32Array;
  /** The first add that failed. */
  readonly failedRow: Int32Array;
  /** When an add was first acknowledged, or `never`. */
  readonly ackedAt: Int32Array;
  /** The add that was acknowledged then. */
  readonly ackedRow: Int32Array;
  /** A remove that did not fail. */
  readonly removeRow: Int32Array;
  /** Of the acknowledged removes that surely found the element, the first one to end. */
  readonly removedRow: Int32Array;
  /** Of the reads that show it, the first one to end. */
  readonly firstShownRow: Int32Array;
  /** Of the reads that show it, the last one to begin. */
  readonly lastShownRow: Int32Array;
  /** Of the reads that miss it, the last one to begin. */
  readonly lastMissedRow: Int32Array;
  /** The last final read at each node: of those that began after the last add or remove had ended. */
  readonly lastFinalRows: readonly number[];
  /** How many of those show it. */
  readonly shownFinally: Int32Array;
  /** By the number of an element, less `length`: a read that shows what no operation ever named. */
  readonly strangers: number[];
  /** A read that lists it more than once. */
  readonly listedTwiceRow: Int32Array;
}

/** The fates of the elements of the set with these rows; or in words why they cannot be told. O(elements listed). */
export function elementFates(
  history: History,
  rows: Int32Array,
  spec: SequentialSpec,
  budget: Budget,
  initial: Json,
): Fates | string {
  if (!budget.spend(rows.length)) return budgetReason;
  const elements = new Elements();
  const named = numbersNamed(history, rows, elements, initial);
  const { finalReads } = quiescenceOf(history, rows, spec);
  const read = history.events.fNames.find('read');
  const wholeReads = finalReads.filter((row) => history.operations.f[row] === read);
  const fates = emptyFates(elements, [...lastPerNode(history, wholeReads).values()]);
  for (let id = 0; id < named.initial; id++) {
    fates.addedFrom[id] = fates.ackedAt[id] = -1;
    fates.adds[id] = 1;
  }
  const sightings = new Sightings(history, fates);
  takeUpdates(history, rows, named.ids, fates, sightings);
  const trouble =
    takeAnswers(history, rows, budget, fates, sightings) ??
    takeFinalReads(history, budget, fates) ??
    takeLookups(history, rows, named.ids, fates, sightings);
  if (trouble !== undefined) return trouble;
  takeRemoves(history, rows, named.ids, fates, sightings);
  return fates;
}

/** The number of the element of each row (0 of reads), and how many initial ones there are: the first numbers. */
function numbersNamed(
  { operations, events }: History,
  rows: Int32Array,
  elements: Elements,
  initial: Json,
): { readonly ids: Int32Array; readonly initial: number } {
  for (const element of listAnswered(initial) ?? []) elements.idOf(element);
  const count = elements.size;
  const read = events.fNames.find('read');
  const ids = new Int32Array(rows.length);
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] ?? 0;
    if (operations.f[row] !== read) ids[at] = elements.idOf(events.values.get(operations.input[row] ?? 0));
  }
  return { ids, initial: count };
}

function emptyFates(elements: Elements, lastFinalRows: readonly number[]): Fates {
  const length = elements.size;
  const column = (value: number): Int32Array => new Int32Array(length).fill(value);
  return {
    elements,
    length,
    addRow: column(noRow),
    adds: column(0),
    addedFrom: column(never),
    failedRow: column(noRow),
    ackedAt: column(never),
    ackedRow: column(noRow),
    removeRow: column(noRow),
    removedRow: column(noRow),
    firstShownRow: column(noRow),
    lastShownRow: column(noRow),
    lastMissedRow: column(noRow),
    lastFinalRows,
    shownFinally: column(0),
    strangers: [],
    listedTwiceRow: column(noRow),
  };
}

function takeUpdates(
  { operations, events }: History,
  rows: Int32Array,
  ids: Int32Array,
  fates: Fates,
  sightings: Sightings,
): void {
  const add = events.fNames.find('add');
  const remove = events.fNames.find('remove');
  const { addRow, adds, addedFrom, failedRow, ackedAt, ackedRow, removeRow } = fates;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] ?? 0;
    const id = ids[at] ?? 0;
    const failed = operations.outcome[row] === failOutcome;
    if (operations.f[row] === remove && !failed) removeRow[id] = row;
    if (operations.f[row] !== add) continue;
    if (failed) {
      if (failedRow[id] === noRow) failedRow[id] = row;
      continue;
    }
    adds[id] = (adds[id] ?? 0) + 1;
    if (addRow[id] === noRow) addRow[id] = row;
    addedFrom[id] = Math.min(addedFrom[id] ?? never, operations.start[row] ?? 0);
    if (operations.outcome[row] !== okOutcome) continue;
    const end = operations.end[row] ?? never;
    if (end < (ackedAt[id] ?? never)) {
      ackedAt[id] = end;
      ackedRow[id] = row;
    }
    sightings.note(id, row);
  }
}

/** What the reads show and miss; in words what is wrong with them, if something is. */
function takeAnswers(
  history: History,
  rows: Int32Array,
  budget: Budget,
  fates: Fates,
  sightings: Sightings,
): string | undefined {
  const { elements, length, lastShownRow, lastMissedRow, strangers, listedTwiceRow } = fates;
  /** The elements that all reads so far have shown. */
  const shownByAll = Int32Array.from({ length }, (_, id) => id);
  let shownCount = length;
  const stamp = new Int32Array(length);
  let turn = 0;
  for (const answer of answersOf(history, rows, sightings.matter)) {
    const list = listAnswered(history.events.values.get(answer.id));
    if (list === undefined) return notAList(history, answer.lastRow);
    if (!budget.spend(list.length + 1)) return budgetReason;
    turn++;
    for (const element of list) {
      const id = elements.idOf(element);
      if (id >= length) strangers[id - length] = answer.firstRow;
      else if (stamp[id] === turn) listedTwiceRow[id] = answer.firstRow;
      else {
        stamp[id] = turn;
        if (lastShownRow[id] === noRow) lastShownRow[id] = answer.lastRow;
        sightings.show(id, answer);
      }
    }
    let kept = 0;
    for (let at = 0; at < shownCount; at++) {
      const id = shownByAll[at] ?? 0;
      if (stamp[id] === turn) shownByAll[kept++] = id;
      else lastMissedRow[id] = answer.lastRow;
    }
    shownCount = kept;
  }
  return undefined;
}

/** Which elements the last final reads show. */
function takeFinalReads(history: History, budget: Budget, fates: Fates): string | undefined {
  const { elements, length, lastFinalRows, shownFinally } = fates;
  for (const row of lastFinalRows) {
    const list = listAnswered(history.events.values.get(history.operations.output[row] ?? 0)) ?? [];
    if (!budget.spend(list.length)) return budgetReason;
    for (const id of new Set(list.map((element) => elements.idOf(element))))
      if (id < length) shownFinally[id] = (shownFinally[id] ?? 0) + 1;
  }
  return undefined;
}

/** What `contains` answered. */
function takeLookups(
  { operations, events }: History,
  rows: Int32Array,
  ids: Int32Array,
  { lastShownRow, lastMissedRow }: Fates,
  sightings: Sightings,
): string | undefined {
  const contains = events.fNames.find('contains');
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] ?? 0;
    const id = ids[at] ?? 0;
    if (operations.f[row] !== contains || operations.outcome[row] !== okOutcome) continue;
    const output = operations.output[row] ?? nullId;
    if (output === trueId) {
      lastShownRow[id] = Math.max(lastShownRow[id] ?? noRow, row);
      sightings.show(id, { id: output, firstRow: row, lastRow: row });
    } else if (output === falseId) lastMissedRow[id] = Math.max(lastMissedRow[id] ?? noRow, row);
    else return 'a lookup answered neither true nor false';
  }
  return undefined;
}

/**
 * The removes that surely found their element: the node that was asked had shown it, or acknowledged its add, before.
 * (Elsewhere it may not have arrived yet, and a remove of what is not there does nothing.)
 */
function takeRemoves(
  history: History,
  rows: Int32Array,
  ids: Int32Array,
  { removedRow, addedFrom }: Fates,
  sightings: Sightings,
): void {
  const { operations, events } = history;
  const remove = events.fNames.find('remove');
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] ?? 0;
    const id = ids[at] ?? 0;
    if (operations.f[row] !== remove || operations.outcome[row] !== okOutcome) continue;
    const isInitial = addedFrom[id] === -1;
    if (!isInitial && sightings.firstAt(id, row) >= (operations.start[row] ?? 0)) continue;
    const known = removedRow[id] ?? noRow;
    if (known === noRow || (operations.end[row] ?? never) < (operations.end[known] ?? never))
      removedRow[id] = row;
  }
}
