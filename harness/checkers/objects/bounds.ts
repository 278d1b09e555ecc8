/**
 * What a stock can have been: the least and the most, from the moves that surely had taken effect and those that can
 * have. A move surely has once it was acknowledged, and can have once it was asked for.
 */
import type { History } from '../../columns/history.ts';
import { okOutcome } from '../../columns/operations.ts';
import { Amounts } from './amounts.ts';
import { inOrderOfEnd, nodeOf } from './rows.ts';
import type { Stock } from './stocks.ts';

export interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** Amounts added and amounts taken, both positive. */
class Flow {
  readonly added = new Amounts();
  readonly taken = new Amounts();

  add(index: number, amount: number): void {
    if (amount > 0) this.added.add(index, amount);
    if (amount < 0) this.taken.add(index, -amount);
  }
}

export class StockBounds {
  private readonly initial: number;
  private readonly asked = new Flow();
  private readonly acknowledged = new Flow();
  private readonly acknowledgedAt = new Map<number, Flow>();

  /** O(n log n) in the moves. */
  constructor(history: History, { initial, moves, amounts }: Stock) {
    const { operations } = history;
    this.initial = initial;
    moves.forEach((row, at) => this.asked.add(operations.start[row] ?? 0, amounts[at] ?? 0));
    for (const at of inOrderOfEnd(operations, moves)) {
      const row = moves[at] ?? 0;
      if (operations.outcome[row] !== okOutcome) break;
      const end = operations.end[row] ?? 0;
      const amount = amounts[at] ?? 0;
      this.acknowledged.add(end, amount);
      this.flowAt(nodeOf(history, row)).add(end, amount);
    }
  }

  /** What one that sees everything that happened (a linearizable one) can have shown from `start` to `end`. */
  everywhere(start: number, end: number): Bounds {
    return this.within(this.acknowledged, start, end);
  }

  /** What the replica at `node` can have shown: it has what itself acknowledged, and any of the rest. */
  at(node: number, start: number, end: number): Bounds {
    return this.within(this.acknowledgedAt.get(node) ?? none, start, end);
  }

  private within(acknowledged: Flow, start: number, end: number): Bounds {
    const { initial, asked } = this;
    return {
      least: initial + acknowledged.added.before(start) - asked.taken.before(end),
      most: initial + asked.added.before(end) - acknowledged.taken.before(start),
    };
  }

  private flowAt(node: number): Flow {
    const known = this.acknowledgedAt.get(node);
    if (known) return known;
    const flow = new Flow();
    this.acknowledgedAt.set(node, flow);
    return flow;
  }
}

const none = new Flow();
