/**
 * Never oversold: at no time was more sold than there can have been. What was acknowledged as sold by an instant has
 * been taken from what was there in the beginning and what was asked to be added before that instant; that is exact,
 * for if it holds at every instant, then additions take effect as they are asked for and sales as they are
 * acknowledged. A read of less than nothing is a proof as well.
 */
import type { History } from '../../columns/history.ts';
import { okOutcome } from '../../columns/operations.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import type { Budget, Checker, Verdict } from '../checker.ts';
import { phrase } from '../phrases.ts';
import { Amounts } from './amounts.ts';
import { described } from './answers.ts';
import { budgetReason, Findings, given, undecidable } from './findings.ts';
import { inOrderOfEnd } from './rows.ts';
import { hasStocks, stocksOf, type Stock } from './stocks.ts';

export interface StockOptions {
  /** What is there before the first operation. */
  readonly initial?: Json;
}

/** Judges inventories, by product, and bounded counters. O(n log n) in operations. */
export function neverOversold(spec: SequentialSpec, options: StockOptions = {}): Checker {
  return {
    name: 'never-oversold',
    meaning: 'no more is sold than there is',
    check: (history, budget) => check(history, budget, spec, options.initial),
  };
}

function check(history: History, budget: Budget, spec: SequentialSpec, initial?: Json): Verdict {
  if (!hasStocks(spec) || spec.name === 'counter')
    return undecidable(`nothing of a ${spec.name} can be sold`);
  if (!budget.spend(history.operations.length)) return undecidable(budgetReason);
  const stocks = stocksOf(history, spec, initial);
  if (typeof stocks === 'string') return undecidable(stocks);
  const findings = new Findings(history);
  const stats = { stocks: stocks.length, sold: 0 };
  for (const stock of stocks) stats.sold += checkStock(history, stock, findings);
  if (stocks.length === 0) findings.leaveOpen('there is nothing to judge: nothing was sold');
  return findings.verdict({
    ...stats,
    oversold: findings.count('oversold'),
    negative: findings.count('negative-stock'),
  });
}

/** How much was sold. The first sale that cannot have been is told; those that follow from it are not. */
function checkStock(history: History, stock: Stock, findings: Findings): number {
  const { operations } = history;
  const { start, end, outcome } = operations;
  const { moves, amounts, initial } = stock;
  const added = new Amounts();
  moves.forEach((row, at) => {
    if ((amounts[at] ?? 0) > 0) added.add(start[row] ?? 0, amounts[at] ?? 0);
  });
  let sold = 0;
  let isOversold = false;
  for (const at of inOrderOfEnd(operations, moves)) {
    const row = moves[at] ?? 0;
    const amount = amounts[at] ?? 0;
    if (outcome[row] !== okOutcome) break;
    if (amount >= 0) continue;
    sold -= amount;
    const available = initial + added.before(end[row] ?? 0);
    if (sold <= available || isOversold) continue;
    isOversold = true;
    findings.add(
      'oversold',
      [row],
      (sale) =>
        `when ${phrase(given(sale))} was acknowledged, ${sold} had been sold${of(stock)}, ` +
        `but there can have been only ${available} until then`,
    );
  }
  const below = stock.seen.findIndex((units) => units < Math.min(0, initial));
  if (below !== -1)
    findings.add(
      'negative-stock',
      [stock.reads[below] ?? 0],
      (read) => `${phrase(given(read))} answered ${stock.seen[below] ?? 0}: less than nothing${of(stock)}`,
    );
  return sold;
}

/** ` of product 7`; nothing where keys name the products. */
function of({ shelf }: Stock): string {
  return shelf === '' ? '' : ` of product ${described(JSON.parse(shelf) as Json)}`;
}
