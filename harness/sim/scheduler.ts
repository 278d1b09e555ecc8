/**
 * Virtual time: a heap of things to do, taken in the order of their time, and among equal times in the order in which
 * they were planned. Nothing else decides an order anywhere in the simulator, so one seed is one run.
 *
 * Time is whole microseconds since the run began (a small integer for the engine, unlike nanoseconds).
 */

interface Planned {
  readonly atUs: number;
  readonly sequence: number;
  readonly run: () => void;
}

export class Scheduler {
  private readonly heap: Planned[] = [];
  private planned = 0;
  private time = 0;

  get nowUs(): number {
    return this.time;
  }

  /** How many things were ever planned. */
  get count(): number {
    return this.planned;
  }

  /** Plans `run` for a time, which is now at the earliest. O(log n). */
  at(atUs: number, run: () => void): void {
    const item: Planned = { atUs: atUs > this.time ? atUs : this.time, sequence: this.planned++, run };
    const { heap } = this;
    let hole = heap.push(item) - 1;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = heap[parent] as Planned;
      if (!isBefore(item, above)) break;
      heap[hole] = above;
      hole = parent;
    }
    heap[hole] = item;
  }

  after(delayUs: number, run: () => void): void {
    this.at(this.time + delayUs, run);
  }

  /** The time of the next thing to do; null when there is none. */
  nextUs(): number | null {
    return this.heap[0]?.atUs ?? null;
  }

  /** Does the next thing, at its time; false when there is none. O(log n). */
  step(): boolean {
    const first = this.heap[0];
    if (first === undefined) return false;
    const last = this.heap.pop() as Planned;
    if (last !== first) this.sink(last);
    this.time = first.atUs;
    first.run();
    return true;
  }

  /** Does everything up to and including a time, and leaves the clock there. */
  runUntil(untilUs: number): void {
    for (let next = this.nextUs(); next !== null && next <= untilUs; next = this.nextUs()) this.step();
    this.time = Math.max(this.time, untilUs);
  }

  /** Puts `item` at the root and lets it sink to its place. */
  private sink(item: Planned): void {
    const { heap } = this;
    const size = heap.length;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      if (child + 1 < size && isBefore(heap[child + 1] as Planned, heap[child] as Planned)) child++;
      const below = heap[child] as Planned;
      if (!isBefore(below, item)) break;
      heap[hole] = below;
      hole = child;
    }
    heap[hole] = item;
  }
}

function isBefore(a: Planned, b: Planned): boolean {
  return a.atUs < b.atUs || (a.atUs === b.atUs && a.sequence < b.sequence);
}
