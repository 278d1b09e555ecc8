/**
 * What can still come: which states somebody will ask for, and who can make them. Known where the spec has footprints.
 *
 * A state that nobody asks for any more is as good as any other of the kind (`dead`). A configuration in which a
 * mandatory operation needs a state that neither is there nor can be made in time leads nowhere, and whoever looks
 * ahead sees that long before that operation is due.
 */
import { never } from '../../columns/operations.ts';
import { zeros } from './arrays.ts';
import { dead, grown, none, unchanged, type Automaton } from './automaton.ts';
import { OpenGroups } from './openGroups.ts';
import type { Problem } from './problem.ts';
import { Producers } from './producers.ts';
import { nobody, Targets } from './targets.ts';
import type { Window } from './window.ts';

const unmet = 2;
const nothingAsked = new Int32Array(0);
/** A chain of open operations that need each other's effects is followed so far; what is left is taken to be useful. */
const passesMax = 32;

export class Reach {
  readonly targets: Targets;
  readonly groups: OpenGroups;
  /** By number: the next mandatory operation, it or a later one, that needs a state; the count of all when none does. */
  readonly nextNeeding: Int32Array;
  /** Whether some mandatory operation avoids a state: then it may help to leave a state that nobody needs. */
  readonly hasAvoiding: boolean;
  /** Whether most states that are needed are needed by few, or lists grow: then looking ahead is worth it at once. */
  readonly isTelling: boolean;
  /** Whether looking ahead can tell anything: not where operations build on states in ways that nobody knows. */
  readonly canTell: boolean;
  private readonly window: Window;
  private readonly automaton: Automaton;
  private knownProducers: Producers | undefined;

  constructor(problem: Problem, window: Window, automaton: Automaton) {
    const { grows, needs, avoids, stateCount } = automaton;
    const { count, code } = window;
    this.window = window;
    this.automaton = automaton;
    const targets = new Targets(automaton, grows ? askedBy(problem, automaton) : nothingAsked, grows);
    this.targets = targets;
    const nextNeeding = zeros(count + 1);
    nextNeeding[count] = count;
    const isNeeded = new Uint8Array(stateCount);
    let distinct = 0;
    let needing = 0;
    let hasAvoiding = false;
    for (let number = count - 1; number >= 0; number--) {
      const own = code[number] as number;
      const needed = needs[own] as number;
      const avoided = avoids[own] as number;
      nextNeeding[number] = needed === none ? (nextNeeding[number + 1] as number) : number;
      if (needed !== none) {
        needing++;
        distinct += 1 - (isNeeded[needed] as number);
        isNeeded[needed] = 1;
        targets.ask(needed, number);
      }
      if (avoided !== none) {
        hasAvoiding = true;
        targets.ask(avoided, number);
      }
    }
    this.nextNeeding = nextNeeding;
    this.hasAvoiding = hasAvoiding;
    this.canTell = needing > 0 && (!grows || automaton.spec.pathOf !== undefined);
    this.isTelling = this.canTell && (grows || distinct * 4 > needing);
    const isUseful = hasAvoiding ? undefined : this.usefulCodes(problem);
    this.groups = new OpenGroups(
      problem,
      (own) => automaton.leaves[own] !== unchanged && isUseful?.[own] !== 0,
    );
    if (hasAvoiding) askForOpen(this.groups, automaton, targets, count);
  }

  /** Who makes the states that are asked for; found out when somebody wants to know, since many searches never do. */
  get producers(): Producers {
    const { window, groups, automaton, targets } = this;
    return (this.knownProducers ??= new Producers(window, groups, automaton, targets));
  }

  /**
   * By code: 1 if open operations with it may help: somebody who completes after the first one's start asks for what it
   * leaves. What a useful one needs is asked for in turn, without end.
   */
  private usefulCodes({ length, end, code, start }: Problem): Uint8Array {
    const { window, automaton } = this;
    const isUseful = new Uint8Array(automaton.codeCount).fill(unmet);
    const first: number[] = [];
    for (let at = 0; at < length; at++) {
      const own = code[at] as number;
      if (end[at] !== never || isUseful[own] !== unmet) continue;
      isUseful[own] = 0;
      first.push(at);
    }
    for (let before = -1, useful = 0, pass = 0; useful > before; pass++) {
      before = useful;
      for (const at of first) {
        const own = code[at] as number;
        if (isUseful[own] === 1) continue;
        const last = pass === passesMax ? window.count : this.lastAskedAfter(automaton.leaves[own] as number);
        if (last !== window.count && (last < 0 || (window.end[last] as number) < (start[at] as number)))
          continue;
        isUseful[own] = 1;
        useful++;
        const needed = automaton.needs[own] as number;
        if (needed !== none) this.targets.ask(needed, window.count);
      }
    }
    return isUseful;
  }

  /** Who asks last for what is there after an operation that leaves this; the count of all when nobody can tell. */
  private lastAskedAfter(left: number): number {
    if (left === grown) return this.window.count;
    return left === unchanged ? nobody : this.targets.lastAsked(left);
  }

  /** The state, or `dead` when nobody from `number` on asks for anything that it leads to. */
  collapsed(state: number, number: number): number {
    return state !== dead && this.targets.lastAsked(state) < number ? dead : state;
  }
}

/** The states that any operation needs or avoids. */
function askedBy({ code, length }: Problem, { needs, avoids }: Automaton): Int32Array {
  const asked = zeros(2 * length);
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
