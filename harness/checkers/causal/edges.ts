/** Pairs of operations of which one comes before the other, each with the read that shows it. */
import { Growing } from '../../columns/growing.ts';
import { none } from '../readsFrom.ts';

/** A growing list of edges; edge i leads from `before.at(i)` to `after.at(i)`. */
export class Edges {
  readonly before = new Growing(Int32Array);
  readonly after = new Growing(Int32Array);
  readonly because = new Growing(Int32Array);

  get length(): number {
    return this.before.length;
  }

  add(before: number, after: number, because: number): void {
    this.before.push(before);
    this.after.push(after);
    this.because.push(because);
  }
}

/** Lists of numbers by operation, one after the other: those of `id` are `items[start[id]]` up to `items[start[id + 1]]`. */
export interface Lists {
  readonly start: Int32Array;
  readonly items: Int32Array;
}

/**
 * Sorts the numbers 0, 1 … by their owner (an id below `count`, or negative for none); in each list they ascend.
 * O(count + owners).
 */
export function listsBy(owner: Int32Array, count: number): Lists {
  const start = new Int32Array(count + 1);
  for (let at = 0; at < owner.length; at++) {
    const id = owner[at] ?? none;
    if (id >= 0) start[id + 1] = (start[id + 1] ?? 0) + 1;
  }
  for (let id = 0; id < count; id++) start[id + 1] = (start[id + 1] ?? 0) + (start[id] ?? 0);
  const items = new Int32Array(start[count] ?? 0);
  const next = start.slice(0, count);
  for (let at = 0; at < owner.length; at++) {
    const id = owner[at] ?? none;
    if (id < 0) continue;
    const place = next[id] ?? 0;
    items[place] = at;
    next[id] = place + 1;
  }
  return { start, items };
}
