/**
 * What a checker of this folder found: anomalies in words, so many of a kind, and counts of all. A history with a
 * million lost elements needs a few explained ones and their number, not a million sentences.
 */
import type { History } from '../../columns/history.ts';
import type { Operation } from '../../history.ts';
import type { Anomaly, Verdict } from '../checker.ts';
import { indicesOf } from '../phrases.ts';

/** So many anomalies of a kind are explained; the others are only counted. */
const explainedMax = 16;
/** So many operations of an anomaly are named at most, lest one that takes thousands fills the memory. */
const operationsMax = 200;

export class Findings {
  private readonly history: History;
  private readonly anomalies: Anomaly[] = [];
  private readonly counts = new Map<string, number>();
  private undecided: string | undefined;

  constructor(history: History) {
    this.history = history;
  }

  /** Whether anything was found. */
  get some(): boolean {
    return this.anomalies.length > 0;
  }

  /** How many anomalies of a kind there are, the unexplained ones included. */
  count(kind: string): number {
    return this.counts.get(kind) ?? 0;
  }

  /** Whether the next anomaly of a kind is explained: what only explanations need, is not looked for otherwise. */
  explains(kind: string): boolean {
    return this.count(kind) < explainedMax;
  }

  /**
   * An anomaly that these rows of `history.operations` prove. `explain` is given them as objects, in the order of
   * `rows`; the key is that of the first one.
   */
  add(kind: string, rows: readonly number[], explain: (...operations: Operation[]) => string): void {
    const isExplained = this.explains(kind);
    this.counts.set(kind, this.count(kind) + 1);
    if (!isExplained) return;
    const operations = rows.slice(0, operationsMax).map((row) => this.history.operation(row));
    const ops = [...new Set(operations.flatMap(indicesOf))].sort((a, b) => a - b);
    const key = operations[0]?.invocation.key;
    this.anomalies.push({
      kind,
      ops,
      explanation: explain(...operations),
      ...(key === undefined ? {} : { key }),
    });
  }

  /** Something could not be decided; the first reason is told. */
  leaveOpen(reason: string): void {
    this.undecided ??= reason;
  }

  /** False over unknown over true. */
  verdict(stats: Readonly<Record<string, number>>): Verdict {
    const { anomalies, undecided } = this;
    if (this.some) return { valid: false, anomalies, stats };
    return undecided === undefined
      ? { valid: true, anomalies, stats }
      : { valid: 'unknown', anomalies, reason: undecided, stats };
  }
}

export const budgetReason = 'the budget is used up';

/** A verdict that says nothing, and why. */
export function undecidable(reason: string): Verdict {
  return { valid: 'unknown', anomalies: [], reason, stats: {} };
}

/** An operation of `operations`; there are always as many as rows were given. */
export function given(operation: Operation | undefined): Operation {
  if (!operation) throw new RangeError('an explanation asks for an operation that it was not given');
  return operation;
}
