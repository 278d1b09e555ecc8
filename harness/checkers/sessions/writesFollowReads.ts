/**
 * Writes follow reads: a write comes after every write that its session had read before. This order passes on; a
 * session that has read a write has seen all that comes before it, and no read of x returns the initial value after
 * that, if x is among it, nor a write of x that comes before another one of x among it. Nor may the order be a circle.
 *
 * Written with co, the order of sessions with reads-from: w1 comes before w2 exactly if some read of w1 is w2 (a cas) or
 * co-before it, and a session has seen w exactly if some read of w is not co-after its own read. So a breach is a
 * WriteCORead or a WriteCOInitRead of causal consistency, and only where there is one this looks any further: from the
 * reads of the value that was replaced, to writes of the key, to reads of these, to another read of that value.
 */
import type { Budget } from '../checker.ts';
import type { Findings } from '../causal/findings.ts';
import { journeyBetween, type Journey, type Web } from '../causal/paths.ts';
import { stationsOf } from '../causal/story.ts';
import { fromInitial, none } from '../readsFrom.ts';
import { breachesMax, type Breach } from './breach.ts';

/** The breaches in a history without circles; undefined when the budget is used up. */
export function writesFollowReads(findings: Findings, budget: Budget): Breach[] | undefined {
  const search = new BreachSearch(findings, budget);
  for (const key of distinct(findings.initial.because.filled(), findings.readsFrom.key))
    if (!search.addInitial(key)) return undefined;
  for (const write of distinct(findings.overwritten.after.filled()))
    if (!search.addReplaced(write)) return undefined;
  return search.breaches;
}

/** The different ones among these, or among what they stand for. */
function distinct(ids: Int32Array, of?: Int32Array): Set<number> {
  const found = new Set<number>();
  for (const id of ids) found.add(of ? (of[id] ?? 0) : id);
  return found;
}

class BreachSearch {
  readonly breaches: Breach[] = [];
  private readonly findings: Findings;
  private readonly budget: Budget;
  /** By operation: its place in the order of co. */
  private readonly place: Int32Array;

  constructor(findings: Findings, budget: Budget) {
    this.findings = findings;
    this.budget = budget;
    const { sequence } = findings.order;
    this.place = new Int32Array(findings.readsFrom.length);
    for (let at = 0; at < sequence.length; at++) this.place[sequence[at] ?? 0] = at;
  }

  /** Looks for a read of the initial value of a key after a read of something that comes after a write of the key. */
  addInitial(key: number): boolean {
    if (this.breaches.length >= breachesMax) return true;
    const { readsFrom } = this.findings;
    const wrong: number[] = [];
    const seeing: number[] = [];
    for (let id = 0; id < readsFrom.length; id++) {
      if (readsFrom.key[id] !== key) continue;
      const source = readsFrom.from[id] ?? none;
      if (source === fromInitial) wrong.push(id);
      if (source >= 0) seeing.push(id);
    }
    if (!this.budget.spend(readsFrom.length)) return false;
    const isWrong = (id: number): boolean => readsFrom.key[id] === key && readsFrom.from[id] === fromInitial;
    const journey = this.travel(seeing, wrong, isWrong);
    if (journey === 'budget') return false;
    if (journey)
      this.breaches.push({
        story: stationsOf(journey.start, journey.way, journey.goal),
        missed: readsFrom.from[journey.start] ?? none,
      });
    return true;
  }

  /** Looks for a read of a write after a read of something that comes after it. */
  addReplaced(write: number): boolean {
    if (this.breaches.length >= breachesMax) return true;
    const { readsFrom } = this.findings;
    const reads = this.readersOf(write);
    const isReplacing = (id: number): boolean =>
      readsFrom.writes[id] === 1 && readsFrom.key[id] === readsFrom.key[write];
    const replacing: number[] = [];
    const collected = this.travel(reads, reads, (id) => {
      if (isReplacing(id)) replacing.push(id);
      return false;
    });
    if (collected === 'budget') return false;
    const seeing = replacing.flatMap((id) => this.readersOf(id));
    const back = this.travel(seeing, reads, (id) => readsFrom.from[id] === write);
    if (back === 'budget') return false;
    if (!back) return true;
    const missed = readsFrom.from[back.start] ?? none;
    const forth = this.travel(reads, reads, (id) => id === missed);
    if (forth === 'budget' || !forth) return forth !== 'budget';
    const story = [
      ...stationsOf(forth.start, forth.way, forth.goal),
      ...stationsOf(back.start, back.way, back.goal),
    ];
    this.breaches.push({ story, missed });
    return true;
  }

  /** A journey that does not go beyond the last of some operations, in the order of co. */
  private travel(
    starts: readonly number[],
    last: readonly number[],
    isGoal: (id: number) => boolean,
  ): Journey | 'budget' | undefined {
    const { readsFrom, readers } = this.findings;
    let placeMax = -1;
    for (const id of last) placeMax = Math.max(placeMax, this.place[id] ?? 0);
    let passed = readsFrom.sessionCount;
    const isWithin = (id: number): boolean => {
      passed++;
      return (this.place[id] ?? 0) <= placeMax;
    };
    const web: Web = { readsFrom, readers, isWithin };
    const within = starts.filter((id) => (this.place[id] ?? 0) <= placeMax);
    const journey = journeyBetween(web, within, isGoal);
    return this.budget.spend(passed) ? journey : 'budget';
  }

  private readersOf(write: number): number[] {
    const { start, items } = this.findings.readers;
    return Array.from(items.subarray(start[write] ?? 0, start[write + 1] ?? 0));
  }
}
