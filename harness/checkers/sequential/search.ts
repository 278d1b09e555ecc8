/**
 * Searches for one order of all operations that keeps the order of every session: depth first over positions in the
 * sessions. The problem is NP-complete (Gibbons & Korach 1997), so the search spends a budget.
 *
 * What never changes a state is taken as soon as it fits: to move it forward to now disturbs nobody. Positions and
 * states from which there is no way on are remembered, whole, so that no two are ever confused.
 */
import type { Budget } from '../checker.ts';
import { listsBy, type Lists } from '../causal/edges.ts';
import { none } from '../readsFrom.ts';
import { DeadEnds } from './deadEnds.ts';
import { impossible, type Problem } from './problem.ts';

const stepsPerSpend = 1_024;
/** Of longer histories the longest order is not remembered. */
const rememberedMax = 10_000;

export class Search {
  status: 'searching' | 'found' | 'refuted' = 'searching';
  /** The most operations that could ever be put into an order. */
  longest: Int32Array = new Int32Array(0);
  readonly problem: Problem;
  /** The next operation of each session, then the state of each key. */
  private readonly configuration: Int32Array;
  private readonly position: Int32Array;
  private readonly state: Int32Array;
  /** The operations in the order found so far, and the state of its key before each. */
  private readonly trail: Int32Array;
  private readonly stateBefore: Int32Array;
  private done = 0;
  /** How many operations must still be done. */
  private mandatoryLeft = 0;
  /** By value, where values are written once: how many must still see it. */
  private readonly seenLeft: Int32Array | undefined;
  /** By operation: how many must still be done before it, and the edges to those after it. */
  private readonly awaited: Int32Array;
  private readonly outgoing: Lists | undefined;
  /** By depth: the length of the trail before the choice, and the session chosen last. */
  private readonly marks: Int32Array;
  private readonly chosen: Int32Array;
  private depth = 0;
  private readonly deadEnds: DeadEnds;
  private spent = 0;

  constructor(problem: Problem) {
    const { length, sessionStart, sessionCount, keyCount, isOptional } = problem;
    this.problem = problem;
    this.configuration = new Int32Array(sessionCount + keyCount).fill(problem.initialState);
    this.position = this.configuration.subarray(0, sessionCount);
    this.position.set(sessionStart.subarray(0, sessionCount));
    this.state = this.configuration.subarray(sessionCount);
    this.trail = new Int32Array(length);
    this.stateBefore = new Int32Array(length);
    for (let id = 0; id < length; id++) if (isOptional[id] === 0) this.mandatoryLeft++;
    this.seenLeft = problem.sees && new Int32Array(length + 1 + keyCount);
    for (const value of problem.sees ?? []) this.countSeen(value, 1);
    this.awaited = new Int32Array(length);
    for (const id of problem.after ?? []) this.awaited[id] = (this.awaited[id] ?? 0) + 1;
    this.outgoing = problem.before && listsBy(problem.before, length);
    this.marks = new Int32Array(length + 1);
    this.chosen = new Int32Array(length + 1);
    this.deadEnds = new DeadEnds(sessionCount + keyCount);
    this.settle();
    this.chosen[0] = none;
  }

  /** The operations in the order that was found. */
  get order(): Int32Array {
    return this.trail.subarray(0, this.done);
  }

  /** Goes on until it is decided or the budget is used up. */
  run(budget: Budget): void {
    while (this.status === 'searching') {
      if (this.mandatoryLeft === 0) this.status = 'found';
      else this.turn();
      if (this.spent >= stepsPerSpend) {
        if (!budget.spend(this.spent) || this.problem.isFull()) return;
        this.spent = 0;
      }
    }
  }

  /** Makes the next choice at this depth, or gives it up. */
  private turn(): void {
    const session = this.nextChoice(this.chosen[this.depth] ?? none);
    if (session === none) {
      this.giveUp();
      return;
    }
    this.chosen[this.depth] = session;
    this.marks[this.depth] = this.done;
    this.take(session);
    this.settle();
    if (this.deadEnds.has(this.configuration)) this.undo(this.marks[this.depth] ?? 0);
    else this.chosen[++this.depth] = none;
  }

  private giveUp(): void {
    if (this.done > this.longest.length && this.problem.length <= rememberedMax)
      this.longest = this.order.slice();
    this.deadEnds.add(this.configuration);
    if (this.depth === 0) this.status = 'refuted';
    else this.undo(this.marks[--this.depth] ?? 0);
  }

  /** The session whose next operation can be taken and is the next to try after that of `last`, or `none`. */
  private nextChoice(last: number): number {
    const { rank, sessionCount, sessionStart } = this.problem;
    const least = last === none ? -1 : (rank[this.position[last] ?? 0] ?? 0);
    let best = none;
    let bestRank = Infinity;
    this.spent += 1 + (sessionCount >>> 2);
    for (let session = 0; session < sessionCount; session++) {
      const id = this.position[session] ?? 0;
      if (id === sessionStart[session + 1]) continue;
      const own = rank[id] ?? 0;
      if (own > least && own < bestRank && this.canTake(id)) {
        best = session;
        bestRank = own;
      }
    }
    return best;
  }

  private canTake(id: number): boolean {
    if ((this.awaited[id] ?? 0) > 0) return false;
    const key = this.problem.key[id] ?? 0;
    const state = this.state[key] ?? 0;
    const next = this.problem.step(id, state);
    if (next === impossible) return false;
    if (!this.seenLeft || next === state) return true;
    // The value will never be back: whoever is still to see it would be too late. A cas sees it now itself.
    const value = state === this.problem.initialState ? this.problem.length + 1 + key : state;
    return (this.seenLeft[value] ?? 0) === (this.problem.sees?.[id] === value ? 1 : 0);
  }

  private countSeen(value: number, change: number): void {
    if (this.seenLeft && value !== none) this.seenLeft[value] = (this.seenLeft[value] ?? 0) + change;
  }

  /** Takes every observer that can be taken and changes nothing: one that tells the unknown is a choice. */
  private settle(): void {
    const { sessionCount, sessionStart, observes, key } = this.problem;
    for (let hasMoved = true; hasMoved;) {
      hasMoved = false;
      this.spent += 1 + (sessionCount >>> 2);
      for (let session = 0; session < sessionCount; session++) {
        const end = sessionStart[session + 1] ?? 0;
        for (let id = this.position[session] ?? 0; id < end && observes[id] === 1; id++) {
          const state = this.state[key[id] ?? 0] ?? 0;
          if (this.problem.step(id, state) !== state) break;
          this.take(session);
          hasMoved = true;
        }
      }
    }
  }

  private take(session: number): void {
    const id = this.position[session] ?? 0;
    const key = this.problem.key[id] ?? 0;
    const state = this.state[key] ?? 0;
    this.trail[this.done] = id;
    this.stateBefore[this.done++] = state;
    this.position[session] = id + 1;
    this.state[key] = this.problem.step(id, state);
    this.account(id, -1);
  }

  private undo(mark: number): void {
    while (this.done > mark) {
      const id = this.trail[--this.done] ?? 0;
      const key = this.problem.key[id] ?? 0;
      const state = this.stateBefore[this.done] ?? 0;
      this.position[this.problem.session[id] ?? 0] = id;
      this.state[key] = state;
      this.account(id, 1);
    }
  }

  /** Keeps count of what is left: an operation was done (−1) or undone (+1). */
  private account(id: number, change: number): void {
    this.spent++;
    if (this.problem.isOptional[id] === 0) this.mandatoryLeft += change;
    this.countSeen(this.problem.sees?.[id] ?? none, change);
    if (!this.outgoing) return;
    const end = this.outgoing.start[id + 1] ?? 0;
    for (let at = this.outgoing.start[id] ?? 0; at < end; at++) {
      const after = this.problem.after?.[this.outgoing.items[at] ?? 0] ?? 0;
      this.awaited[after] = (this.awaited[after] ?? 0) + change;
    }
  }
}
