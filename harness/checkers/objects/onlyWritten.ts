/**
 * Nothing is read that nobody wrote. This holds in every consistency model: a value comes from an operation that was
 * invoked before the read ended, and not from one that certainly never took effect (Adya's G1a, aborted read). Of lists
 * every element is looked at, of registers the value, or all values that nobody decided between (`{values}`).
 */
import type { History } from '../../columns/history.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import { failOutcome, never } from '../../columns/operations.ts';
import { append } from '../../specs/kv.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import { accessesOf, initialId, mismatchAccess, noValue, updateAccess, type Accesses } from '../accesses.ts';
import type { Budget, Checker, Verdict } from '../checker.ts';
import { phrase } from '../phrases.ts';
import { siblingsIn } from './answerNames.ts';
import { answersOf, described } from './answers.ts';
import { Elements } from './elements.ts';
import { FailedWrites } from './failedWrites.ts';
import { budgetReason, Findings, given, undecidable } from './findings.ts';
import { elementsRead } from './listReads.ts';
import { rowsByKey, strangeOperation } from './rows.ts';

export interface OnlyWrittenOptions {
  /** What every key holds before the first operation. */
  readonly initial?: Json;
}

/** Judges registers, and lists that are appended to. O(values read and written). */
export function onlyWritten(spec: SequentialSpec, options: OnlyWrittenOptions = {}): Checker {
  return {
    name: 'only-written',
    meaning: 'what is read was written by somebody',
    check: (history, budget) =>
      spec.name === append.name
        ? checkLists(history, budget, spec, options.initial ?? null)
        : checkValues(history, budget, spec, options.initial),
  };
}

function verdictOf(findings: Findings): Verdict {
  return findings.verdict({
    invented: findings.count('invented-value'),
    abortedReads: findings.count('aborted-read'),
  });
}

function checkValues(history: History, budget: Budget, spec: SequentialSpec, initial?: Json): Verdict {
  if (!budget.spend(history.operations.length)) return undecidable(budgetReason);
  const accesses = accessesOf(history, spec);
  if (!accesses) return undecidable('the history has operations that do not read or write whole values');
  const findings = new Findings(history);
  const failed = new FailedWrites(history);
  const { length, kind, seen, end, row } = accesses;
  const start = initialId(history, spec, initial);
  const writtenFrom = firstWrites(accesses);
  const reported = new Set<number>();
  for (let at = 0; at < length; at++) {
    const value = seen[at] ?? noValue;
    // An update without an answer saw nothing for sure.
    const isUnsure = kind[at] === mismatchAccess || (kind[at] === updateAccess && end[at] === never);
    if (value === noValue || value === start || isUnsure) continue;
    const isWritten = (id: number): boolean =>
      (writtenFrom.get(nameOf(accesses, at, id)) ?? never) < (end[at] ?? never);
    if (isWritten(value)) continue;
    for (const one of shownBy(history, value)) {
      const name = nameOf(accesses, at, one);
      if (isWritten(one) || reported.has(name)) continue;
      reported.add(name);
      report(findings, failed, row[at] ?? 0, history.events.values.get(one));
    }
  }
  return verdictOf(findings);
}

/** The values in an answer: of siblings, all of them. */
function shownBy({ events }: History, value: number): readonly number[] {
  return siblingsIn(events.values.get(value))?.map((sibling) => events.values.idOf(sibling)) ?? [value];
}

/** One number for a value of the key of an access, also for values that are met for the first time. */
function nameOf({ key, keyCount }: Accesses, at: number, value: number): number {
  return value * keyCount + (key[at] ?? 0);
}

/** When a write of each value of each key was first invoked. */
function firstWrites(accesses: Accesses): Map<number, number> {
  const { length, left, start } = accesses;
  const first = new Map<number, number>();
  for (let at = 0; at < length; at++) {
    if (left[at] === noValue) continue;
    const name = nameOf(accesses, at, left[at] ?? 0);
    if (!first.has(name)) first.set(name, start[at] ?? 0);
  }
  return first;
}

function checkLists(history: History, budget: Budget, spec: SequentialSpec, initial: Json): Verdict {
  const strange = strangeOperation(history, spec);
  if (strange !== undefined) return undecidable(`a list has no operation ${strange}`);
  const findings = new Findings(history);
  const failed = new FailedWrites(history);
  for (const rows of rowsByKey(history, spec))
    if (!checkList(history, rows, budget, initial, findings, failed)) findings.leaveOpen(budgetReason);
  return verdictOf(findings);
}

/** Whether the budget was enough. */
function checkList(
  history: History,
  rows: Int32Array,
  budget: Budget,
  initial: Json,
  findings: Findings,
  failed: FailedWrites,
): boolean {
  const { operations, events } = history;
  const { f, outcome, input, start, end } = operations;
  const append = events.fNames.find('append');
  const elements = new Elements();
  /** By element: when an append of it was first invoked. */
  const appendedFrom: number[] = [];
  for (const element of elementsRead(initial)) appendedFrom[elements.idOf(element)] = -1;
  for (const row of rows) {
    if (f[row] !== append || outcome[row] === failOutcome) continue;
    const id = elements.idOf(events.values.get(input[row] ?? 0));
    appendedFrom[id] ??= start[row] ?? 0;
  }
  if (!budget.spend(rows.length)) return false;
  const reported = new Set<number>();
  for (const { id: answer, firstRow } of answersOf(history, rows, false).reverse()) {
    const list = elementsRead(events.values.get(answer));
    if (!budget.spend(list.length + 1)) return false;
    for (const element of list) {
      const id = elements.idOf(element);
      if ((appendedFrom[id] ?? never) < (end[firstRow] ?? 0) || reported.has(id)) continue;
      reported.add(id);
      report(findings, failed, firstRow, element);
    }
  }
  return true;
}

function report(findings: Findings, failedWrites: FailedWrites, read: number, value: Json): void {
  const failed = failedWrites.before(read, value);
  const kind = failed.length > 0 ? 'aborted-read' : 'invented-value';
  const shown = described(value);
  findings.add(kind, [read, ...failed], (reader, writer) =>
    writer
      ? `${phrase(given(reader))} saw ${shown}, but ${phrase(writer)} failed: it was certain never to take effect`
      : `${phrase(given(reader))} saw ${shown}, but until then nobody had tried to write that`,
  );
}
