/**
 * What a search is asked to order: operations in columns, as codes of an automaton with the intervals in which they
 * take effect. The whole of a key is a problem, and so is whatever of it an explanation looks at.
 */
import type { Operations } from '../../columns/operations.ts';
import { never, okOutcome } from '../../columns/operations.ts';
import { zeros } from './arrays.ts';
import { unknownOutput, type Automaton } from './automaton.ts';

/** Columns, by start. */
export interface Problem {
  readonly length: number;
  /** The row in `history.operations`. */
  readonly row: Int32Array;
  readonly code: Int32Array;
  /** Index of the invocation. */
  readonly start: Int32Array;
  /** Index of the completion; `never` when the operation is open: then it may take effect or not. */
  readonly end: Int32Array;
}

/** The operations in these rows, by start. O(rows). */
export function problemOf(operations: Operations, rows: Int32Array, automaton: Automaton): Problem {
  const { length } = rows;
  const code = zeros(length);
  const start = zeros(length);
  const end = zeros(length);
  const { f, input, output, outcome } = operations;
  for (let at = 0; at < length; at++) {
    const row = rows[at] as number;
    const isOk = outcome[row] === okOutcome;
    code[at] = automaton.codeOf(
      f[row] as number,
      input[row] as number,
      isOk ? (output[row] as number) : unknownOutput,
    );
    start[at] = operations.start[row] as number;
    end[at] = isOk ? (operations.end[row] as number) : never;
  }
  return { length, row: rows, code, start, end };
}

/**
 * The problem as it was when the event `end` had happened: what had completed, and what was in flight, which then may
 * have happened or not, but had it, then with the answer that it got later.
 */
export function cutAfter(problem: Problem, end: number): Problem {
  let length = 0;
  while (length < problem.length && (problem.start[length] as number) < end) length++;
  const { row, code, start } = problem;
  return {
    length,
    row: row.subarray(0, length),
    code: code.subarray(0, length),
    start: start.subarray(0, length),
    end: problem.end.subarray(0, length).map((at) => (at <= end ? at : never)),
  };
}

/**
 * The operations that began before the event `until` and may take effect after the event `since`. O(operations).
 */
export function between({ length, row, code, start, end }: Problem, since: number, until: number): Problem {
  const places: number[] = [];
  for (let at = 0; at < length && (start[at] as number) < until; at++)
    if ((end[at] as number) > since) places.push(at);
  const picked = (column: Int32Array): Int32Array => Int32Array.from(places, (at) => column[at] as number);
  return {
    length: places.length,
    row: picked(row),
    code: picked(code),
    start: picked(start),
    end: picked(end),
  };
}
