/**
 * For one session: what must come before a write although it does not depend on it, as rows of bounds, one a session.
 * A row that covers a write covers what is implied by it, and must be closed under that.
 */
import type { Budget } from '../checker.ts';
import { none } from '../readsFrom.ts';
import { join } from './clocks.ts';

export class Implications {
  private readonly columns: Int32Array;
  private readonly width: number;
  private readonly session: Int32Array;
  private readonly columnOf: Int32Array;
  /** By write: the bounds of what is implied by it. */
  private readonly rows = new Map<number, Int32Array>();
  /** The writes that imply something, ascending, so those of a session stand together; as of the last `settle`. */
  private writes = new Int32Array(0);
  /** By place in `writes`: what is implied by it and by those before it in its session. */
  private joined = new Int32Array(0);
  /** By column: its first place in `writes`, and the one after the last. */
  private readonly first: Int32Array;
  private readonly end: Int32Array;
  /** By column: what was covered when the row that is being closed was closed last. */
  private readonly closedUpTo: Int32Array;

  constructor(columns: Int32Array, session: Int32Array, columnOf: Int32Array) {
    this.columns = columns;
    this.width = columns.length;
    this.session = session;
    this.columnOf = columnOf;
    this.first = new Int32Array(columns.length);
    this.end = new Int32Array(columns.length);
    this.closedUpTo = new Int32Array(columns.length);
  }

  /** The bounds of what is implied by a write, or undefined when nothing is. */
  of(write: number): Int32Array | undefined {
    return this.rows.get(write);
  }

  /** What these bounds cover comes before the write. */
  add(write: number, bounds: Int32Array): void {
    const row = this.rows.get(write);
    if (!row) this.rows.set(write, bounds.slice());
    else raise(row, bounds);
  }

  /**
   * Closes all rows. Answers a write that must come before itself, `none` when there is none, `budget` when the budget
   * is used up.
   */
  settle(budget: Budget): number | 'budget' {
    let hasGrown = this.rows.size > 0;
    while (hasGrown) {
      hasGrown = false;
      if (!budget.spend(this.rows.size * (1 + (this.width >>> 3)))) return 'budget';
      this.rebuild();
      for (const [write, row] of this.rows) {
        if (this.covers(row, write)) return write;
        this.closedUpTo.fill(0);
        if (this.close(row)) hasGrown = true;
      }
    }
    for (const [write, row] of this.rows) if (this.covers(row, write)) return write;
    return none;
  }

  /** The next row to be closed is this one, closed already, with some bounds raised. */
  begin(closed: Int32Array): void {
    this.closedUpTo.set(closed);
  }

  /** Adds to a row all that is implied by what it covers; true if there was something. */
  close(row: Int32Array): boolean {
    if (this.writes.length === 0) return false;
    let hasGrown = false;
    for (let isOpen = true; isOpen;) {
      isOpen = false;
      for (let column = 0; column < this.width; column++) {
        const bound = row[column] ?? 0;
        if (bound <= (this.closedUpTo[column] ?? 0)) continue;
        this.closedUpTo[column] = bound;
        const at = this.lastBelow(column, bound);
        if (at === none || !this.apply(row, at)) continue;
        hasGrown = true;
        isOpen = true;
      }
    }
    return hasGrown;
  }

  /** Raises a row to what is implied by the writes of a column up to a place; true if something changed. */
  private apply(row: Int32Array, at: number): boolean {
    const from = at * this.width;
    let hasGrown = false;
    for (let column = 0; column < this.width; column++) {
      const bound = this.joined[from + column] ?? 0;
      if (bound <= (row[column] ?? 0)) continue;
      row[column] = bound;
      hasGrown = true;
    }
    return hasGrown;
  }

  private covers(row: Int32Array, write: number): boolean {
    const column = this.columnOf[this.session[write] ?? 0] ?? none;
    return column !== none && (row[column] ?? 0) > write;
  }

  private rebuild(): void {
    const { width, columns } = this;
    if (this.writes.length !== this.rows.size) {
      this.writes = Int32Array.from(this.rows.keys()).sort();
      this.joined = new Int32Array(this.writes.length * width);
    }
    let at = 0;
    for (let column = 0; column < width; column++) {
      this.first[column] = at;
      for (; at < this.writes.length && this.isOf(at, columns[column] ?? 0); at++) this.joinAt(at, column);
      this.end[column] = at;
    }
  }

  private isOf(at: number, session: number): boolean {
    return this.session[this.writes[at] ?? 0] === session;
  }

  private joinAt(at: number, column: number): void {
    const row = this.rows.get(this.writes[at] ?? 0);
    if (row) this.joined.set(row, at * this.width);
    if (at > (this.first[column] ?? 0)) join(this.joined, at * this.width, (at - 1) * this.width, this.width);
  }

  /** The place of the last write of a column that a bound covers, or `none`. */
  private lastBelow(column: number, bound: number): number {
    let low = this.first[column] ?? 0;
    const first = low;
    let high = this.end[column] ?? 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.writes[middle] ?? 0) < bound) low = middle + 1;
      else high = middle;
    }
    return low === first ? none : low - 1;
  }
}

/** Raises the bounds of a row to at least these. */
export function raise(row: Int32Array, bounds: Int32Array): void {
  for (let column = 0; column < row.length; column++)
    if ((bounds[column] ?? 0) > (row[column] ?? 0)) row[column] = bounds[column] ?? 0;
}
