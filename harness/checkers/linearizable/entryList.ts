/**
 * The entries of a history (starts and ends of completed operations, in order) in a doubly linked list, from which an
 * operation can be lifted and put back in O(1), in reverse order of lifting (Wing & Gong; the list is Lowe's).
 *
 * The start of operation `i` is entry `i`, its end is entry `count + i`; the entry `2 · count` closes the ring.
 */
export class EntryList {
  readonly count: number;
  /** The closing entry: before the first and after the last. */
  readonly ring: number;
  private readonly before: Int32Array;
  private readonly after: Int32Array;

  /** `starts` and `ends` are indices of events, all distinct. O(n log n). */
  constructor(starts: readonly number[], ends: readonly number[]) {
    this.count = starts.length;
    this.ring = 2 * this.count;
    this.before = new Int32Array(this.ring + 1);
    this.after = new Int32Array(this.ring + 1);
    const times = Float64Array.from([...starts, ...ends]);
    const order = Array.from(times.keys()).sort((a, b) => (times[a] as number) - (times[b] as number));
    let last = this.ring;
    for (const entry of [...order, this.ring]) {
      this.after[last] = entry;
      this.before[entry] = last;
      last = entry;
    }
  }

  get first(): number {
    return this.after[this.ring] as number;
  }

  next(entry: number): number {
    return this.after[entry] as number;
  }

  /** Takes both entries of an operation out. */
  lift(operation: number): void {
    this.unlink(operation);
    this.unlink(this.count + operation);
  }

  /** Puts the operation that was lifted last back where it was. */
  unlift(operation: number): void {
    this.relink(this.count + operation);
    this.relink(operation);
  }

  private unlink(entry: number): void {
    const before = this.before[entry] as number;
    const after = this.after[entry] as number;
    this.after[before] = after;
    this.before[after] = before;
  }

  private relink(entry: number): void {
    this.after[this.before[entry] as number] = entry;
    this.before[this.after[entry] as number] = entry;
  }
}
