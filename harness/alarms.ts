/**
 * Many alarms, one wake-up. Clients set and clear an alarm with every operation, so this must be cheap: a heap holds
 * at most a few entries for each name, a later or cleared alarm leaves its entry behind, and an entry that comes up too
 * early is put back. Setting is O(1) unless the alarm moves forward, then O(log names).
 */

interface Entry<K> {
  readonly atNs: number;
  readonly name: K;
}

export class Alarms<K> {
  private readonly wanted = new Map<K, number>();
  /** The earliest entry of each name in the heap. */
  private readonly queued = new Map<K, number>();
  private readonly heap: Entry<K>[] = [];

  /** The alarm of this name now goes off at that time, or never. */
  set(name: K, atNs: number | null): void {
    if (atNs === null) {
      this.wanted.delete(name);
      return;
    }
    this.wanted.set(name, atNs);
    const queued = this.queued.get(name);
    if (queued === undefined || atNs < queued) this.push({ atNs, name });
  }

  /** When to look again: no alarm goes off before. */
  get earliestNs(): number | null {
    return this.heap[0]?.atNs ?? null;
  }

  /** Takes one alarm that is due, or null. Alarms of the same time go off in an order that depends on calls alone. */
  takeDue(nowNs: number): K | null {
    for (let top = this.heap[0]; top !== undefined && top.atNs <= nowNs; top = this.heap[0]) {
      this.pop();
      if (this.queued.get(top.name) !== top.atNs) continue;
      this.queued.delete(top.name);
      const wanted = this.wanted.get(top.name);
      if (wanted === undefined) continue;
      if (wanted > nowNs) {
        this.push({ atNs: wanted, name: top.name });
        continue;
      }
      this.wanted.delete(top.name);
      return top.name;
    }
    return null;
  }

  private push(entry: Entry<K>): void {
    this.queued.set(entry.name, entry.atNs);
    const { heap } = this;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt];
      if (parent === undefined || parent.atNs <= entry.atNs) break;
      heap[at] = parent;
      at = parentAt;
    }
    heap[at] = entry;
  }

  private pop(): void {
    const { heap } = this;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let childAt = 2 * at + 1;
      let child = heap[childAt];
      const right = heap[childAt + 1];
      if (child !== undefined && right !== undefined && right.atNs < child.atNs) {
        child = right;
        childAt++;
      }
      if (child === undefined || child.atNs >= last.atNs) break;
      heap[at] = child;
      at = childAt;
    }
    heap[at] = last;
  }
}
