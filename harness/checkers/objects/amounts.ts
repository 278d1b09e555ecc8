/**
 * Amounts that are added to something and taken from it, as they come and go over the time of a history: how much was
 * surely moved by an index, and how much can have been.
 */
import { Growing } from '../../columns/growing.ts';

/** Amounts by the index of the event from which on they count, added in ascending order of index. */
export class Amounts {
  private readonly indices = new Growing(Int32Array, 8);
  private readonly sums = new Growing(Float64Array, 8);

  /** The sum of all; exact as long as it is a safe integer. */
  get total(): number {
    return this.sums.at(this.sums.length - 1) ?? 0;
  }

  add(index: number, amount: number): void {
    this.sums.push(this.total + amount);
    this.indices.push(index);
  }

  /** The sum of what counted before this index. O(log n). */
  before(index: number): number {
    let low = 0;
    let high = this.indices.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.indices.at(middle) ?? 0) < index) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? 0 : (this.sums.at(low - 1) ?? 0);
  }
}
