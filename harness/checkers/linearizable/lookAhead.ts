/**
 * Looks ahead from a configuration: whether the next mandatory operations that need a state can still find it. They
 * can when the state leads there, or somebody who has not taken effect yet starts before their completion and leaves
 * a state that does.
 *
 * Looking costs as much as several configurations, and where values repeat it hardly ever finds anything. So it is
 * tried now and then, and goes on while it pays.
 */
import { none, type Automaton } from './automaton.ts';
import type { Reach } from './reach.ts';
import type { Window } from './window.ts';

/** So many operations that need a state are looked at. */
const needingMax = 24;
/** Of so many operations that leave what is needed, one is taken to be in time. */
const producersMax = 64;

/**
 * A search is easy until it has come through so many configurations, or so many for each operation, and nobody looks
 * ahead.
 */
const easyMin = 4_096;
const easyPerOperation = 2;
/** Looks in one trial; it has paid when one in so many found that there is no hope. */
const looksPerTrial = 1_024;
const looksPerFind = 16;

export class LookAhead {
  /** How many configurations to pass before the next trial, and how many after a trial that does not pay. */
  private wait: number;
  private pause: number;
  private readonly easy: number;
  private looks = 0;
  private finds = 0;
  private readonly automaton: Automaton;
  private readonly window: Window;
  private readonly reach: Reach;
  /** Mask and counts of the configuration that the search is in. */
  private readonly current: Int32Array;
  private readonly limit: number;

  constructor(automaton: Automaton, window: Window, reach: Reach, current: Int32Array, limit: number) {
    this.automaton = automaton;
    this.window = window;
    this.reach = reach;
    this.current = current;
    this.limit = limit;
    this.easy = Math.max(easyMin, easyPerOperation * window.count);
    this.pause = this.easy;
    this.wait = reach.isTelling ? 0 : this.easy;
  }

  /** Whether it is known that no order leads on from the configuration: looks if that has paid lately. */
  seesNoHope(number: number, state: number): boolean {
    if (this.wait > 0) {
      this.wait--;
      return false;
    }
    const isHopeless = this.isHopeless(number, state);
    if (isHopeless) this.finds++;
    if (++this.looks === looksPerTrial) this.judgeTrial();
    return isHopeless;
  }

  private judgeTrial(): void {
    if (this.finds * looksPerFind < this.looks) {
      this.pause *= 2;
      this.wait = this.pause;
    } else this.pause = this.easy;
    this.looks = 0;
    this.finds = 0;
  }

  /** Whether no order leads on from the configuration. */
  private isHopeless(number: number, state: number): boolean {
    const { nextNeeding, targets } = this.reach;
    const { code } = this.window;
    let needing = nextNeeding[number] as number;
    for (
      let seen = 0;
      seen < needingMax && needing < this.limit;
      needing = nextNeeding[needing + 1] as number
    ) {
      if (this.hasTakenEffect(needing, number)) continue;
      seen++;
      const target = this.automaton.needs[code[needing] as number] as number;
      if (!targets.leadsTo(state, target) && !this.canBeMade(target, needing, number)) return true;
    }
    return false;
  }

  private canBeMade(target: number, needing: number, number: number): boolean {
    const { producers } = this.reach;
    const end = this.window.end[needing] as number;
    for (
      let made = producers.nearest[target] as number;
      made !== none;
      made = producers.farther[made] as number
    )
      if (this.isMadeInTime(made, end, number) || this.isMadeByOpen(made, end)) return true;
    return false;
  }

  /** Whether a mandatory operation that leaves the state and has not taken effect starts before `end`. */
  private isMadeInTime(made: number, end: number, number: number): boolean {
    const { numbersAt, numbers } = this.reach.producers;
    const { start } = this.window;
    const to = numbersAt[made + 1] as number;
    const from = this.firstFrom(number, numbersAt[made] as number, to);
    for (let at = from; at < to; at++) {
      if (at - from === producersMax) return true;
      const producer = numbers[at] as number;
      if ((start[producer] as number) < end && !this.hasTakenEffect(producer, number)) return true;
    }
    return false;
  }

  private isMadeByOpen(made: number, end: number): boolean {
    const { producers, groups } = this.reach;
    const from = producers.groupsAt[made] as number;
    const to = producers.groupsAt[made + 1] as number;
    for (let at = from; at < to; at++) {
      if (at - from === producersMax) return true;
      const group = producers.groups[at] as number;
      const used = groups.used(this.current, this.window.slotWords, group);
      const next = (groups.startsAt[group] as number) + used;
      if (used < groups.size(group) && (groups.starts[next] as number) < end) return true;
    }
    return false;
  }

  /** Whether an operation whose completion is not reached yet has taken effect while `number` is waited for. */
  private hasTakenEffect(operation: number, number: number): boolean {
    const { start, end, slot } = this.window;
    if ((start[operation] as number) > (end[number] as number)) return false;
    const bit = slot[operation] as number;
    return ((this.current[bit >>> 5] as number) & (1 << (bit & 31))) !== 0;
  }

  /** The first place in the list from which on numbers are not below `number`. */
  private firstFrom(number: number, from: number, to: number): number {
    const { numbers } = this.reach.producers;
    let low = from;
    let high = to;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((numbers[middle] as number) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
