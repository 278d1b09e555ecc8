/** What reads of collections answered: lists, each looked at once however many reads answered the same. */
import type { History } from '../../columns/history.ts';
import { okOutcome } from '../../columns/operations.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import { describeValue } from '../../specs/describe.ts';
import { phrase } from '../phrases.ts';
import { nodeOf } from './rows.ts';

/** The reads with one answer. */
export interface Answer {
  /** The id of the value. */
  readonly id: number;
  /** Of these reads, the one that was the first to end. */
  readonly firstRow: number;
  /** The last one to begin. */
  readonly lastRow: number;
}

/** The answers of the completed reads among these rows, the last ones first; by node as well, if `perNode`. */
export function answersOf(history: History, rows: Int32Array, perNode: boolean): Answer[] {
  const { operations, events } = history;
  const read = events.fNames.find('read');
  const found = new Map<number, { id: number; firstRow: number; lastRow: number }>();
  const nodes = perNode ? events.nodeNames.size + 1 : 1;
  for (const row of rows) {
    if (operations.f[row] !== read || operations.outcome[row] !== okOutcome) continue;
    const id = operations.output[row] ?? 0;
    const name = perNode ? id * nodes + nodeOf(history, row) + 1 : id;
    const known = found.get(name);
    if (!known) found.set(name, { id, firstRow: row, lastRow: row });
    else {
      known.lastRow = row;
      if ((operations.end[row] ?? 0) < (operations.end[known.firstRow] ?? 0)) known.firstRow = row;
    }
  }
  return [...found.values()].sort((a, b) => b.lastRow - a.lastRow);
}

/** The elements of an answer, null being an empty list; undefined when it is no list. */
export function listAnswered(answer: Json): readonly Json[] | undefined {
  if (answer === null) return [];
  return Array.isArray(answer) ? (answer as readonly Json[]) : undefined;
}

/** That an operation answered no list, in words. */
export function notAList(history: History, row: number): string {
  const operation = history.operation(row);
  return `${phrase(operation)} answered ${described(operation.completion?.value ?? null)}, which is no list`;
}

const lengthMax = 80;

/** A value in words, however long it is. */
export function described(value: Json): string {
  const text = describeValue(value);
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax)}…`;
}
