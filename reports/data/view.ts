/**
 * What all panels draw from: the run, and what is derived from its history once. A history that cannot be paired (it
 * was recorded elsewhere, or cut) still gets a page: the verdict stands, and the page says what is wrong.
 */
import type { RunConfig } from '../../harness/config.ts';
import { MalformedHistory, operationsOf, type Op, type Operation } from '../../harness/history.ts';
import type { Results } from '../../harness/results.ts';
import { bandsOf, type Band } from './bands.ts';
import { outcomeOf, type Outcome } from './describe.ts';

/** Facts about the machine and the versions, by the name under which they are shown, in order. */
export type Environment = Readonly<Record<string, string | number>>;

export interface ReportInput {
  readonly config: RunConfig;
  readonly history: readonly Op[];
  readonly results: Results;
  readonly environment: Environment;
  /** What each checker decides, in a sentence, by its name. */
  readonly meanings?: Readonly<Record<string, string>>;
}

/** An operation with its times. */
export interface TimedOperation {
  readonly operation: Operation;
  /** Index of its invocation. */
  readonly index: number;
  readonly startNs: number;
  /** When it was completed; the end of the history for an open one. */
  readonly endNs: number;
  readonly outcome: Outcome;
}

export interface ReportView extends ReportInput {
  readonly operations: readonly TimedOperation[];
  readonly bands: readonly Band[];
  readonly endNs: number;
  /** Why the operations could not be paired. */
  readonly malformed: string | null;
}

export function viewOf(input: ReportInput): ReportView {
  const { history } = input;
  let endNs = 0;
  for (const op of history) endNs = Math.max(endNs, op.timeNs);
  const { operations, malformed } = paired(history);
  return {
    ...input,
    operations: operations.map((operation) => timed(operation, endNs)),
    bands: bandsOf(history, endNs),
    endNs,
    malformed,
  };
}

function paired(history: readonly Op[]): { operations: Operation[]; malformed: string | null } {
  try {
    return { operations: operationsOf(history), malformed: null };
  } catch (error) {
    if (!(error instanceof MalformedHistory)) throw error;
    return { operations: [], malformed: `event ${error.index}: ${error.message}` };
  }
}

function timed(operation: Operation, historyEndNs: number): TimedOperation {
  const { invocation, completion } = operation;
  return {
    operation,
    index: invocation.index,
    startNs: invocation.timeNs,
    endNs: Math.max(completion?.timeNs ?? historyEndNs, invocation.timeNs),
    outcome: outcomeOf(operation),
  };
}
