/** Amounts that a counter or an inventory lost: in the end it shows less, or more, than what was acknowledged leaves. */
import type { History } from '../../columns/history.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import { noEvent } from '../../columns/operations.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import { phrase } from '../phrases.ts';
import { StockBounds } from './bounds.ts';
import { given, type Findings } from './findings.ts';
import type { Judged } from './noLostWrites.ts';
import { lastPerNode } from './quiescence.ts';
import { stocksOf, type Stock } from './stocks.ts';

/** Judges every stock by the last reads of all nodes. O(n log n) in operations. */
export function findLostAmounts(
  history: History,
  spec: SequentialSpec,
  initial: Json | undefined,
  findings: Findings,
): Judged {
  const stocks = stocksOf(history, spec, initial);
  if (typeof stocks === 'string') return stocks;
  let judged = 0;
  for (const stock of stocks) if (judgeStock(history, stock, findings)) judged++;
  return judged;
}

/** Whether there was a final read. */
function judgeStock(history: History, stock: Stock, findings: Findings): boolean {
  const { start, end, completion } = history.operations;
  const lastChange = stock.moves.reduce(
    (latest, row) => Math.max(latest, start[row] ?? 0, completion[row] ?? noEvent),
    history.lastNemesisEvent,
  );
  const seenAt = new Map(stock.reads.map((row, at) => [row, stock.seen[at] ?? 0]));
  const finalReads = stock.reads.filter((row) => (start[row] ?? 0) > lastChange);
  const last = [...lastPerNode(history, finalReads).values()];
  if (last.length === 0) return false;
  const bounds = new StockBounds(history, stock);
  const isWrong = (row: number): boolean => {
    const { least, most } = bounds.everywhere(start[row] ?? 0, end[row] ?? 0);
    const seen = seenAt.get(row) ?? 0;
    return seen < least || seen > most;
  };
  if (!last.every(isWrong)) return true;
  const row = last[0] ?? 0;
  const { least, most } = bounds.everywhere(start[row] ?? 0, end[row] ?? 0);
  const range = least === most ? `is ${least}` : `is between ${least} and ${most}`;
  findings.add(
    'lost-write',
    [row],
    (read) =>
      `after the last change, ${phrase(given(read))} answered ${seenAt.get(row) ?? 0}, ` +
      `but with all that was acknowledged, and whatever else took effect, it ${range}`,
  );
  return true;
}
