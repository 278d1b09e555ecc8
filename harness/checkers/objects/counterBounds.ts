/**
 * Counters within bounds (Jepsen's `counter`, with subtractions). Every read of a linearizable counter lies between
 * what was acknowledged before it began and what was asked for before it ended:
 *
 *     acknowledged increments − asked decrements ≤ value ≤ asked increments − acknowledged decrements
 *
 * A replicated counter owes that for what was acknowledged by the replica that is read; the rest may still be on its
 * way. Those bounds hold at every consistency level, so they are what is judged unless told otherwise.
 */
import type { History } from '../../columns/history.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import type { Budget, Checker, Verdict } from '../checker.ts';
import { phrase } from '../phrases.ts';
import { StockBounds, type Bounds } from './bounds.ts';
import { budgetReason, Findings, given, undecidable } from './findings.ts';
import { nodeOf } from './rows.ts';
import { stocksOf, type Stock } from './stocks.ts';

export interface CounterOptions {
  readonly initial?: Json;
  /** Whose acknowledgements bind a read: those of the replica that answers it, or, as if it were linearizable, all. */
  readonly scope?: 'replica' | 'global';
}

/** Judges counters and inventories. O(n log n) in operations. */
export function counterBounds(spec: SequentialSpec, options: CounterOptions = {}): Checker {
  const { scope = 'replica' } = options;
  return {
    name: scope === 'global' ? 'counter-bounds' : 'replica-counter-bounds',
    meaning: 'what is read lies between what was acknowledged and what was asked for',
    check: (history, budget) => check(history, budget, spec, scope, options.initial),
  };
}

function check(
  history: History,
  budget: Budget,
  spec: SequentialSpec,
  scope: 'replica' | 'global',
  initial?: Json,
): Verdict {
  if (!budget.spend(history.operations.length)) return undecidable(budgetReason);
  const stocks = stocksOf(history, spec, initial);
  if (typeof stocks === 'string') return undecidable(stocks);
  const findings = new Findings(history);
  let reads = 0;
  for (const stock of stocks) {
    reads += stock.reads.length;
    checkStock(history, stock, scope, findings);
  }
  if (reads === 0) findings.leaveOpen('there is nothing to judge: nothing was read');
  return findings.verdict({ reads, outOfBounds: findings.count('out-of-bounds') });
}

function checkStock(history: History, stock: Stock, scope: 'replica' | 'global', findings: Findings): void {
  const { start, end } = history.operations;
  const bounds = new StockBounds(history, stock);
  stock.reads.forEach((row, at) => {
    const [from, to] = [start[row] ?? 0, end[row] ?? 0];
    const node = nodeOf(history, row);
    const allowed = scope === 'global' ? bounds.everywhere(from, to) : bounds.at(node, from, to);
    const value = stock.seen[at] ?? 0;
    if (value >= allowed.least && value <= allowed.most) return;
    const place = scope === 'global' || node < 0 ? '' : ` at ${history.events.nodeNames.get(node)}`;
    findings.add(
      'out-of-bounds',
      [row],
      (read) => `${phrase(given(read))} answered ${value}, ${why(value, allowed, place)}`,
    );
  });
}

function why(value: number, { least, most }: Bounds, place: string): string {
  if (value < least)
    return (
      `but with all that was acknowledged${place} before it began, ` +
      `and all subtractions that were asked for before it ended, it was ${least} at least`
    );
  return (
    `but with all additions that were asked for before it ended, ` +
    `and only the subtractions acknowledged${place} before it began, it was ${most} at most`
  );
}
