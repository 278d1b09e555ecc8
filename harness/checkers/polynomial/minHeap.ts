/** A binary heap of integers, the least on top. */
export class MinHeap {
  private readonly items: Int32Array;
  private count = 0;

  /** Uses the array, whose length is the most that it holds. */
  constructor(items: Int32Array) {
    this.items = items;
  }

  get size(): number {
    return this.count;
  }

  push(item: number): void {
    const { items } = this;
    let at = this.count++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = items[parent] ?? 0;
      if (above <= item) break;
      items[at] = above;
      at = parent;
    }
    items[at] = item;
  }

  /** Removes the least; only of one that is not empty. */
  pop(): number {
    const { items } = this;
    const least = items[0] ?? 0;
    const item = items[--this.count] ?? 0;
    let at = 0;
    for (let child = 1; child < this.count; child = 2 * at + 1) {
      if (child + 1 < this.count && (items[child + 1] ?? 0) < (items[child] ?? 0)) child++;
      const below = items[child] ?? 0;
      if (below >= item) break;
      items[at] = below;
      at = child;
    }
    items[at] = item;
    return least;
  }
}
