/**
 * No element stands in a list more often than it was appended: where it does, an operation was applied twice. (Elements
 * are usually appended once each.)
 */
import type { History } from '../../columns/history.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import { failOutcome } from '../../columns/operations.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import type { Budget, Checker, Verdict } from '../checker.ts';
import { phrase } from '../phrases.ts';
import { answersOf, described } from './answers.ts';
import { Elements } from './elements.ts';
import { budgetReason, Findings, given, undecidable } from './findings.ts';
import { elementsRead } from './listReads.ts';
import { rowsByKey, strangeOperation } from './rows.ts';

/** Judges lists that are appended to. O(elements read). */
export function appliedOnce(spec: SequentialSpec, options: { readonly initial?: Json } = {}): Checker {
  return {
    name: 'applied-once',
    meaning: 'no operation was applied twice',
    check: (history, budget) => check(history, budget, spec, options.initial ?? null),
  };
}

function check(history: History, budget: Budget, spec: SequentialSpec, initial: Json): Verdict {
  const strange = strangeOperation(history, spec);
  if (strange !== undefined) return undecidable(`a list has no operation ${strange}`);
  const findings = new Findings(history);
  for (const rows of rowsByKey(history, spec))
    if (!checkList(history, rows, budget, initial, findings)) findings.leaveOpen(budgetReason);
  return findings.verdict({ appliedTwice: findings.count('applied-twice') });
}

/** Whether the budget was enough. Of each element only the first read that shows it too often is told. */
function checkList(
  history: History,
  rows: Int32Array,
  budget: Budget,
  initial: Json,
  findings: Findings,
): boolean {
  const { operations, events } = history;
  const append = events.fNames.find('append');
  const elements = new Elements();
  /** By element: how often it can have been appended, at most. */
  const allowed: number[] = [];
  const allow = (element: Json): void => {
    const id = elements.idOf(element);
    allowed[id] = (allowed[id] ?? 0) + 1;
  };
  for (const element of elementsRead(initial)) allow(element);
  for (const row of rows)
    if (operations.f[row] === append && operations.outcome[row] !== failOutcome)
      allow(events.values.get(operations.input[row] ?? 0));
  if (!budget.spend(rows.length)) return false;
  const reported = new Set<number>();
  for (const { id: answer, firstRow } of answersOf(history, rows, false).reverse()) {
    const list = elementsRead(events.values.get(answer));
    if (!budget.spend(list.length + 1)) return false;
    const fresh = tooOften(list, elements, allowed).filter((id) => !reported.has(id));
    for (const id of fresh) reported.add(id);
    if (fresh.length > 0) report(findings, firstRow, fresh, elements, allowed);
  }
  return true;
}

/** The elements that stand more often than allowed; what was never appended is no repetition the first time. */
function tooOften(list: readonly Json[], elements: Elements, allowed: readonly number[]): number[] {
  const counts = new Map<number, number>();
  for (const element of list) {
    const id = elements.idOf(element);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return [...counts].flatMap(([id, count]) => (count > Math.max(1, allowed[id] ?? 0) ? [id] : []));
}

function report(
  findings: Findings,
  row: number,
  repeated: readonly number[],
  elements: Elements,
  allowed: readonly number[],
): void {
  const [first = 0] = repeated;
  const times = Math.max(1, allowed[first] ?? 0);
  const more =
    repeated.length > 1
      ? `, as ${repeated.length === 2 ? 'another one does' : `${repeated.length - 1} others do`}`
      : '';
  findings.add(
    'applied-twice',
    [row],
    (read) =>
      `${phrase(given(read))} shows ${described(elements.get(first))} more than ${times === 1 ? 'once' : `${times} times`}${more}, ` +
      `but only ${times === 1 ? 'one operation' : `${times} operations`} appended it`,
  );
}
