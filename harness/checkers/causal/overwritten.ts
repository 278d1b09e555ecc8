/**
 * What reads have seen overwritten. For a read of x from w1, every other write w2 of x that the read depends on must
 * come before w1 ("conflict order", Bouajjani et al., section 5); of each session only the last such w2 matters, the
 * earlier ones come before it. A read of the initial value may depend on no write of x at all.
 */
import type { Budget } from '../checker.ts';
import { fromInitial, none, type ReadsFrom } from '../readsFrom.ts';
import type { Clocks } from './clocks.ts';
import { Edges, type Lists } from './edges.ts';
import type { KeyWrites } from './keyWrites.ts';
import { stepsPerSpend } from './order.ts';

export interface Overwriting {
  /** From w2 to w1, because of the read. Those that follow from the clocks alone are left out. */
  readonly conflicts: Edges;
  /** From a write to the same write, because of a read of the initial value that depends on it. */
  readonly initial: Edges;
}

export class OverwritingSearch implements Overwriting {
  readonly conflicts = new Edges();
  readonly initial = new Edges();
  private readonly readsFrom: ReadsFrom;
  private readonly keyWrites: KeyWrites;
  /** The reads of every write. */
  private readonly readers: Lists;

  constructor(readsFrom: ReadsFrom, keyWrites: KeyWrites, readers: Lists) {
    this.readsFrom = readsFrom;
    this.keyWrites = keyWrites;
    this.readers = readers;
  }

  /** Looks at the sessions of a block; false when the budget is used up. O(reads * width + edges * log writes). */
  add(clocks: Clocks, budget: Budget): boolean {
    const { length, from } = this.readsFrom;
    const { start } = this.readers;
    const latest = new Int32Array(clocks.width);
    const because = new Int32Array(clocks.width);
    for (let id = 0; id < length; id++) {
      if (id % stepsPerSpend === 0 && !budget.spend(stepsPerSpend)) return false;
      if (from[id] === fromInitial) this.addInitial(clocks, id);
      if (start[id] !== start[id + 1]) this.addWrite(clocks, id, latest, because);
    }
    return true;
  }

  private addInitial(clocks: Clocks, read: number): void {
    const { key, session, sessionStart } = this.readsFrom;
    for (let column = 0; column < clocks.width; column++) {
      const other = clocks.sessions[column] ?? 0;
      const until = coveredBefore(clocks, read, column, session[read] ?? 0);
      const first = sessionStart[other] ?? 0;
      if (until <= first) continue;
      const write = this.keyWrites.lastWithin(key[read] ?? 0, first, until);
      if (write !== none) this.initial.add(write, write, read);
    }
  }

  /** What the readers of a write have seen besides it. */
  private addWrite(clocks: Clocks, write: number, latest: Int32Array, because: Int32Array): void {
    const { width, sessions, known } = clocks;
    const { key, session, sessionStart } = this.readsFrom;
    latest.fill(0);
    const end = this.readers.start[write + 1] ?? 0;
    for (let at = this.readers.start[write] ?? 0; at < end; at++) {
      const read = this.readers.items[at] ?? 0;
      const own = session[read] ?? 0;
      for (let column = 0; column < width; column++) {
        const until = sessions[column] === own ? read : (known[read * width + column] ?? 0);
        if (until <= (latest[column] ?? 0)) continue;
        latest[column] = until;
        because[column] = read;
      }
    }
    for (let column = 0; column < width; column++) {
      const until = latest[column] ?? 0;
      const since = Math.max(known[write * width + column] ?? 0, sessionStart[sessions[column] ?? 0] ?? 0);
      if (until <= since) continue;
      const other = this.keyWrites.lastWithin(key[write] ?? 0, since, until);
      if (other !== none) this.conflicts.add(other, write, because[column] ?? 0);
    }
  }
}

/** One more than the last operation of the column's session that an operation depends on, itself not counted. */
function coveredBefore(clocks: Clocks, id: number, column: number, own: number): number {
  return clocks.sessions[column] === own ? id : (clocks.known[id * clocks.width + column] ?? 0);
}
