/** The writes of every key, in the order of sessions: finds the last write of a key that a clock covers. */
import { none, type ReadsFrom } from '../readsFrom.ts';
import { listsBy, type Lists } from './edges.ts';

export class KeyWrites {
  private readonly lists: Lists;

  /** O(operations). */
  constructor({ length, key, keyCount, writes }: ReadsFrom) {
    const owner = new Int32Array(length);
    for (let id = 0; id < length; id++) owner[id] = writes[id] === 1 ? (key[id] ?? 0) : none;
    this.lists = listsBy(owner, keyCount);
  }

  /** The greatest write of a key that is at least `from` and less than `to`, or `none`. O(log writes of the key). */
  lastWithin(key: number, from: number, to: number): number {
    const { start, items } = this.lists;
    let low = start[key] ?? 0;
    const first = low;
    let high = start[key + 1] ?? 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((items[middle] ?? 0) < to) low = middle + 1;
      else high = middle;
    }
    if (low === first) return none;
    const found = items[low - 1] ?? 0;
    return found >= from ? found : none;
  }
}
