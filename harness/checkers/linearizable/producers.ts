/**
 * Who can make a state that is asked for: the operations that leave it, or one that it can grow from.
 */
import { zeros } from './arrays.ts';
import { none, type Automaton } from './automaton.ts';
import type { OpenGroups } from './openGroups.ts';
import type { Targets } from './targets.ts';
import type { Window } from './window.ts';

export class Producers {
  /** By state: where the mandatory operations that leave it stand in `numbers`, ascending; one entry more than states. */
  readonly numbersAt: Int32Array;
  readonly numbers: Int32Array;
  /** The same for groups of open operations. */
  readonly groupsAt: Int32Array;
  readonly groups: Int32Array;
  /** By target: the state nearest to it that some operation leaves and that leads to it; then the next nearest. */
  readonly nearest: Int32Array;
  readonly farther: Int32Array;

  constructor(window: Window, open: OpenGroups, automaton: Automaton, targets: Targets) {
    // Of states that were met later nobody asks for any.
    const states = targets.stateCount;
    [this.numbersAt, this.numbers] = byState(window.code, window.count, automaton, states);
    [this.groupsAt, this.groups] = byState(open.code, open.count, automaton, states);
    this.nearest = zeros(states).fill(none);
    this.farther = zeros(states).fill(none);
    const made: number[] = [];
    for (let state = 0; state < states; state++)
      if (
        this.numbersAt[state + 1] !== this.numbersAt[state] ||
        this.groupsAt[state + 1] !== this.groupsAt[state]
      )
        made.push(state);
    if (targets.grows) this.nest(made, states, targets);
    else for (const state of made) this.nearest[state] = state;
  }

  /** The ranges of states that lead to targets are nested or apart: a sweep over the places keeps those around it. */
  private nest(made: readonly number[], states: number, targets: Targets): void {
    const ranges = made.map((state) => {
      const [low, high] = targets.rangeOf(state);
      return { state, low, high };
    });
    ranges.sort((a, b) => a.low - b.low || b.high - a.high);
    const stateAt: number[] = [];
    for (let state = 0; state < states; state++) {
      const place = targets.placeOf(state);
      if (place !== none) stateAt[place] = state;
    }
    const around: { state: number; high: number }[] = [];
    let next = 0;
    for (const [place, target] of stateAt.entries()) {
      while (around.length > 0 && (around.at(-1)?.high ?? 0) <= place) around.pop();
      for (let range = ranges[next]; range && range.low <= place; range = ranges[++next]) {
        if (range.high <= place) continue;
        this.farther[range.state] = around.at(-1)?.state ?? none;
        around.push(range);
      }
      this.nearest[target] = around.at(-1)?.state ?? none;
    }
  }
}

/** Lists the first `count` operations by the state that they leave. */
function byState(
  codes: Int32Array,
  count: number,
  { leaves }: Automaton,
  states: number,
): [at: Int32Array, operations: Int32Array] {
  const at = zeros(states + 2);
  let listed = 0;
  for (let operation = 0; operation < count; operation++) {
    const left = leaves[codes[operation] as number] as number;
    if (left < 0) continue;
    at[left + 2] = (at[left + 2] as number) + 1;
    listed++;
  }
  for (let state = 2; state < at.length; state++)
    at[state] = (at[state] as number) + (at[state - 1] as number);
  const operations = zeros(listed);
  for (let operation = 0; operation < count; operation++) {
    const left = leaves[codes[operation] as number] as number;
    if (left < 0) continue;
    const to = at[left + 1] as number;
    operations[to] = operation;
    at[left + 1] = to + 1;
  }
  return [at.subarray(0, states + 1), operations];
}
