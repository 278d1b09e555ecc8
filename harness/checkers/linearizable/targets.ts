/**
 * Which states are asked for, by whom last, and which states lead to them.
 *
 * A state is asked for by the operations that need or avoid it. Where operations only replace what is there, a state
 * leads to nothing but itself. Where some build on it, a state leads to all whose path begins with its own: with the
 * paths in order those stand side by side, so a state is a range, and who asks last is the maximum over it.
 */
import { dead, none, type Automaton } from './automaton.ts';
import { lengthened, zeros } from './arrays.ts';

/** Nobody asks. */
export const nobody = -1;
const notYetFound = -2;
const nothing = new Int32Array(0);

export class Targets {
  /** Whether operations build on what is there. */
  readonly grows: boolean;
  /** How many states there were when the targets were gathered. */
  readonly stateCount: number;
  private readonly automaton: Automaton;
  /** With growth, by state: its place among the targets in the order of their paths, or none. */
  private readonly place: Int32Array;
  /** The paths of the targets, ascending; empty when nothing grows. */
  private paths: readonly string[] = [];
  /** A tree of maxima over the last numbers by place; without growth by state. Leaves begin at `leaves`. */
  private readonly maxima: Int32Array;
  private readonly leaves: number;
  /** By state, as far as found: the range of targets that it leads to. */
  private low = nothing;
  private high = nothing;

  /**
   * `asked` are the states that anybody asks for, several times perhaps; they only matter with growth. O(n log n) in their
   * number.
   */
  constructor(automaton: Automaton, asked: Int32Array, grows: boolean) {
    this.automaton = automaton;
    this.grows = grows;
    this.stateCount = automaton.stateCount;
    this.place = grows ? zeros(this.stateCount).fill(none) : nothing;
    if (grows) this.sort(asked);
    this.leaves = grows ? this.paths.length : this.stateCount;
    this.maxima = zeros(grows ? 2 * this.leaves : this.leaves).fill(nobody);
  }

  /** Notes that the operation with this number asks for the state. */
  ask(state: number, number: number): void {
    if (!this.grows) {
      if ((this.maxima[state] as number) < number) this.maxima[state] = number;
      return;
    }
    for (let at = this.leaves + (this.place[state] as number); at >= 1; at >>= 1)
      this.maxima[at] = Math.max(this.maxima[at] as number, number);
  }

  /** The number of the last operation that asks for a state that this one leads to, or nobody. */
  lastAsked(state: number): number {
    if (state === dead) return nobody;
    if (!this.grows) return this.maxima[state] ?? nobody;
    this.find(state);
    let last = nobody;
    let low = (this.low[state] as number) + this.leaves;
    let high = (this.high[state] as number) + this.leaves;
    for (; low < high; low >>= 1, high >>= 1) {
      if (low & 1) last = Math.max(last, this.maxima[low++] as number);
      if (high & 1) last = Math.max(last, this.maxima[--high] as number);
    }
    return last;
  }

  /** Whether the state is that target, or can become it. */
  leadsTo(state: number, target: number): boolean {
    if (state === target) return true;
    if (!this.grows || state === dead) return false;
    this.find(state);
    const place = this.place[target] as number;
    return (this.low[state] as number) <= place && place < (this.high[state] as number);
  }

  /** The range of places that the state leads to, first and one beyond the last. */
  rangeOf(state: number): readonly [low: number, high: number] {
    this.find(state);
    return [this.low[state] as number, this.high[state] as number];
  }

  placeOf(target: number): number {
    return this.place[target] as number;
  }

  private sort(asked: Int32Array): void {
    const states = [...new Set(asked)];
    const sorted = states.map((state) => ({ state, path: this.automaton.pathOf(state) }));
    sorted.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
    for (const [place, { state }] of sorted.entries()) this.place[state] = place;
    this.paths = sorted.map(({ path }) => path);
  }

  private find(state: number): void {
    if (state >= this.low.length) {
      const known = this.low.length;
      const length = Math.max(2 * known, state + 1);
      this.low = lengthened(this.low, length).fill(notYetFound, known);
      this.high = lengthened(this.high, length);
    }
    if (this.low[state] !== notYetFound) return;
    if (!this.automaton.spec.pathOf) {
      // Nobody knows where states lead, so each leads everywhere.
      this.low[state] = 0;
      this.high[state] = this.paths.length;
      return;
    }
    const path = this.automaton.pathOf(state);
    this.low[state] = this.firstPath((other) => other >= path);
    this.high[state] = this.firstPath((other) => other > path && !other.startsWith(path));
  }

  /** The first place whose path holds; those that hold stand at the end. */
  private firstPath(holds: (path: string) => boolean): number {
    let low = 0;
    let high = this.paths.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (holds(this.paths[middle] as string)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
