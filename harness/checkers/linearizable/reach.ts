/**
 * What can still come: which states somebody will ask for, and who can make them. Known where the spec has footprints.
 *
 * A state that nobody asks for any more is as good as any other of the kind (`dead`). A configuration in which a
 * mandatory operation needs a state that neither is there nor can be made in time leads nowhere, and whoever looks
 * ahead sees that long before that operation is due.
 */
import { never } from '../../columns/operations.ts';
import { dead, grown, none, unchanged, type Automaton } from './automaton.ts';
import { OpenGroups } from './openGroups.ts';
import type { Problem } from './problem.ts';
import { Producers } from './producers.ts';
import { nobody, Targets } from './targets.ts';
import type { Window } from './window.ts';

/** A chain of open operations that need each other's effects is followed so far; what is left is taken to be useful. */
const passesMax = 32;

export class Reach {
  readonly targets: Targets;
  readonly groups: OpenGroups;
  readonly producers: Producers;
  /** By number: the next mandatory operation, it or a later one, that needs a state; the count of all when none does. */
  readonly nextNeeding: Int32Array;
  /** Whether some mandatory operation avoids a state: then it may help to leave a state that nobody needs. */
  readonly hasAvoiding: boolean;
  /** Whether most states that are needed are needed by few, or lists grow: then looking ahead is worth it at once. */
  readonly isTelling: boolean;
  /** Whether looking ahead can tell anything: not where operations build on states in ways that nobody knows. */
  readonly canTell: boolean;

  constructor(problem: Problem, window: Window, automaton: Automaton) {
    const grows = someGrow(problem, automaton);
    this.targets = new Targets(automaton, askedBy(problem, automaton), grows);
    this.nextNeeding = new Int32Array(window.count + 1).fill(window.count);
    let hasAvoiding = false;
    let needing = 0;
    for (let number = 0; number < window.count; number++) {
      const code = window.code[number] as number;
      const needed = automaton.needs[code] as number;
      const avoided = automaton.avoids[code] as number;
      if (needed !== none) this.targets.ask(needed, number);
      if (avoided !== none) this.targets.ask(avoided, number);
      if (needed !== none) needing++;
      hasAvoiding ||= avoided !== none;
    }
    for (let number = window.count - 1; number >= 0; number--) {
      const needs = automaton.needs[window.code[number] as number] !== none;
      this.nextNeeding[number] = needs ? number : (this.nextNeeding[number + 1] as number);
    }
    this.hasAvoiding = hasAvoiding;
    this.canTell = needing > 0 && (!grows || automaton.spec.pathOf !== undefined);
    this.isTelling = this.canTell && (grows || distinctNeeds(window, automaton) * 4 > needing);
    const useful = hasAvoiding ? undefined : this.usefulCodes(problem, window, automaton);
    this.groups = new OpenGroups(
      problem,
      (code) => automaton.leaves[code] !== unchanged && useful?.has(code) !== false,
    );
    if (hasAvoiding) askForOpen(this.groups, automaton, this.targets, window.count);
    this.producers = new Producers(window, this.groups, automaton, this.targets, grows);
  }

  /**
   * The codes of open operations that may help: somebody who completes after their start asks for what they leave.
   * What a useful one needs is asked for in turn, without end.
   */
  private usefulCodes(
    { length, end, code, start }: Problem,
    window: Window,
    automaton: Automaton,
  ): Set<number> {
    const useful = new Set<number>();
    let candidates: number[] = [];
    for (let at = 0; at < length; at++) if (end[at] === never) candidates.push(at);
    for (let before = -1, pass = 0; useful.size > before; pass++) {
      before = useful.size;
      candidates = candidates.filter((at) => {
        const own = code[at] as number;
        if (useful.has(own)) return false;
        const left = automaton.leaves[own] as number;
        const last =
          pass === passesMax
            ? window.count
            : left === grown
              ? window.count
              : left === unchanged
                ? nobody
                : this.targets.lastAsked(left);
        if (last !== window.count && !(last >= 0 && (window.end[last] as number) > (start[at] as number)))
          return true;
        useful.add(own);
        const needed = automaton.needs[own] as number;
        if (needed !== none) this.targets.ask(needed, window.count);
        return false;
      });
    }
    return useful;
  }

  /** The state, or `dead` when nobody from `number` on asks for anything that it leads to. */
  collapsed(state: number, number: number): number {
    return state !== dead && this.targets.lastAsked(state) < number ? dead : state;
  }
}

function someGrow({ code, length }: Problem, { leaves }: Automaton): boolean {
  for (let at = 0; at < length; at++) if (leaves[code[at] as number] === grown) return true;
  return false;
}

/** The states that any operation needs or avoids. */
function askedBy({ code, length }: Problem, { needs, avoids }: Automaton): Int32Array {
  const asked = new Int32Array(2 * length);
  let count = 0;
  for (let at = 0; at < length; at++) {
    const needed = needs[code[at] as number] as number;
    const avoided = avoids[code[at] as number] as number;
    if (needed !== none) asked[count++] = needed;
    if (avoided !== none) asked[count++] = avoided;
  }
  return asked.subarray(0, count);
}

function askForOpen(
  { count, code }: OpenGroups,
  { needs }: Automaton,
  targets: Targets,
  number: number,
): void {
  for (let group = 0; group < count; group++) {
    const needed = needs[code[group] as number] as number;
    if (needed !== none) targets.ask(needed, number);
  }
}

function distinctNeeds({ code, count }: Window, { needs }: Automaton): number {
  const needed = new Set<number>();
  for (let number = 0; number < count; number++) {
    const state = needs[code[number] as number] as number;
    if (state !== none) needed.add(state);
  }
  return needed.size;
}
