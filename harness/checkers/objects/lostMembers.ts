/** Elements that a list or a set lost: they were acknowledged, nobody removes them, and no final read shows them. */
import type { History } from '../../columns/history.ts';
import { failOutcome, okOutcome } from '../../columns/operations.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import type { Budget } from '../checker.ts';
import { phrase } from '../phrases.ts';
import { described, listAnswered, notAList } from './answers.ts';
import { Elements } from './elements.ts';
import { budgetReason, given, type Findings } from './findings.ts';
import type { Judged } from './noLostWrites.ts';
import { lastPerNode, quiescenceOf } from './quiescence.ts';
import { rowsByKey, strangeOperation } from './rows.ts';

/** Judges every key by the last reads of all nodes. O(operations + elements in final reads). */
export function findLostMembers(
  history: History,
  budget: Budget,
  spec: SequentialSpec,
  findings: Findings,
): Judged {
  const strange = strangeOperation(history, spec);
  if (strange !== undefined) return `${spec.name} has no operation ${strange}`;
  let judged = 0;
  for (const rows of rowsByKey(history, spec)) {
    const outcome = judgeKey(history, rows, budget, spec, findings);
    if (typeof outcome === 'string') return outcome;
    if (outcome) judged++;
  }
  return judged;
}

/** Whether there was a final read; or in words why the key cannot be judged. */
function judgeKey(
  history: History,
  rows: Int32Array,
  budget: Budget,
  spec: SequentialSpec,
  findings: Findings,
): boolean | string {
  const { operations, events } = history;
  const read = events.fNames.find('read');
  const { finalReads } = quiescenceOf(history, rows, spec);
  const wholeReads = finalReads.filter((row) => operations.f[row] === read);
  const last = [...lastPerNode(history, wholeReads).values()];
  if (last.length === 0) return false;
  const elements = new Elements();
  /** By element: how often the read shows it that shows it most often. */
  const shown: number[] = [];
  for (const row of last) {
    const list = listAnswered(events.values.get(operations.output[row] ?? 0));
    if (!list) return notAList(history, row);
    if (!budget.spend(list.length)) return budgetReason;
    const counts = new Map<number, number>();
    for (const element of list) {
      const id = elements.idOf(element);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    for (const [id, count] of counts) shown[id] = Math.max(shown[id] ?? 0, count);
  }
  for (const row of unshown(history, rows, spec, elements, shown))
    findings.add('lost-write', [row, ...last], (added, final, ...others) => {
      const all = others.length === 0 ? '' : `, and no last read of another node shows it either`;
      const name = described(given(added).invocation.value);
      return `${phrase(given(added))} was acknowledged, but after the last change ${phrase(given(final))} misses ${name}${all}`;
    });
  return true;
}

/** The acknowledged additions that are not shown: in a list, each takes an occurrence of its own. */
function unshown(
  { operations, events }: History,
  rows: Int32Array,
  spec: SequentialSpec,
  elements: Elements,
  shown: readonly number[],
): number[] {
  const { f, outcome, input } = operations;
  const remove = events.fNames.find('remove');
  const addition = events.fNames.find(spec.name === 'set' ? 'add' : 'append');
  const removed = new Set<number>();
  for (const row of rows) if (f[row] === remove && outcome[row] !== failOutcome) removed.add(input[row] ?? 0);
  const left = [...shown];
  return [...rows].filter((row) => {
    if (f[row] !== addition || outcome[row] !== okOutcome || removed.has(input[row] ?? 0)) return false;
    const id = elements.idOf(events.values.get(input[row] ?? 0));
    const count = left[id] ?? 0;
    if (spec.name !== 'set') left[id] = count - 1;
    return count <= 0;
  });
}
