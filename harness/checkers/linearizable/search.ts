/**
 * A depth-first search for an order of operations that a sequential spec allows and that keeps every operation inside
 * its interval: just-in-time linearization (Wing & Gong 1993; Lowe 2017) over the window of operations in flight.
 *
 *     process 0   |-- write(1) --|      |-- read() → 2 --|
 *     process 1           |----- write(2) -----|                    order: write(1), write(2), read() → 2
 *
 * A configuration is the completion to be reached next, the state, which operations in flight have taken effect, and
 * how many open ones are used. Its size depends on what is concurrent, not on the length of the history. From a
 * configuration the search tries every operation that may take effect before that completion. A frame of the stack is
 * an entry of the memo and what was tried from it, so nothing is ever undone.
 *
 * Why what is left out of the search cannot matter (each argument exchanges or drops operations in a given order):
 * 1. An observer that fits now may come now: it changes no state, so moving it forward disturbs nobody, and its
 *    start is past. Nothing else is tried in its place. (One that tells what nobody knew yet is tried like any other.)
 * 2. Of operations in flight with the same code, the one that completes first comes first: exchanged, both keep their
 *    intervals. Of open ones the one that started first (openGroups.ts).
 * 3. An open operation that changes nothing need not happen, nor one that leaves what nobody asks for.
 * 4. Configurations that used more open operations than a known one (memo.ts).
 * 5. States that nobody asks for are one (reach.ts).
 * 6. A configuration in which something needs what cannot be there in time leads nowhere (lookAhead.ts).
 */
import { dead, inconsistent, unchanged, type Automaton, type MemoryAllowance } from './automaton.ts';
import { lengthened, zeros } from './arrays.ts';
import { LookAhead } from './lookAhead.ts';
import { known, maskWord, Memo, numberWord, stateWord } from './memo.ts';
import { OpenGroups } from './openGroups.ts';
import type { Problem } from './problem.ts';
import { Reach } from './reach.ts';
import { Window } from './window.ts';

export type SearchStatus = 'searching' | 'linearizable' | 'not-linearizable' | 'out-of-memory';

export interface SearchOptions {
  /** Only so many completions must be reached; what completes later may have happened or not. */
  readonly limit?: number;
  /** Without haste neither states are made one nor hopeless configurations left out: what was reached is all there is. */
  readonly isHasty?: boolean;
  /**
   * Nothing is known of what was before this event: whatever state may be there, and whatever was in flight may have taken
   * effect. Only for automata all of whose states are known; the choices are then no order.
   */
  readonly since?: number;
  /** With more groups of open operations than this it is not worth trying. */
  readonly groupsMax?: number;
}

/** After passing over so many open operations a turn is over, and the next one goes on from there. */
const passedOverMax = 4_096;
/** Words of a frame: an entry of the memo, where its candidates go on, and the one that was taken last. */
const frameWords = 3;

export class Search {
  status: SearchStatus = 'searching';
  /** How many configurations were tried. */
  nodes = 0;
  /** The greatest number of a completion that was waited for: all before it were reached. */
  farthest = 0;
  /** Whether looking ahead left something out: then completions beyond `farthest` may be reachable. */
  hasLeftOut = false;
  readonly problem: Problem;
  readonly window: Window;
  readonly groups: OpenGroups;
  readonly automaton: Automaton;
  readonly memo: Memo;
  private readonly reach: Reach | undefined;
  private readonly lookAhead: LookAhead | undefined;
  private readonly allowance: MemoryAllowance;
  private readonly limit: number;

  /** The configuration: the completion that is waited for, the state; mask and counts. */
  private number = 0;
  private state: number;
  private readonly current: Int32Array;

  private stack = zeros(frameWords * 64);
  private depth = 0;
  /** By code: the last generation in which an operation with this code was a candidate. */
  private readonly seen: Int32Array;
  private generation = 0;
  /** How many groups of open operations were looked at in this turn. */
  private passedOver = 0;

  constructor(
    automaton: Automaton,
    problem: Problem,
    allowance: MemoryAllowance,
    options: SearchOptions = {},
  ) {
    this.automaton = automaton;
    this.problem = problem;
    this.allowance = allowance;
    this.window = new Window(problem, allowance);
    const { window } = this;
    this.limit = Math.min(options.limit ?? window.count, window.count);
    const isHasty = options.isHasty ?? true;
    if (isHasty && automaton.hasFootprints && allowance.wordsLeft >= 0)
      this.reach = new Reach(problem, window, automaton);
    this.groups =
      this.reach?.groups ?? new OpenGroups(problem, (code) => automaton.leaves[code] !== unchanged);
    this.memo = new Memo(window.slotWords, this.groups.guards, allowance, window.count);
    this.current = zeros(window.slotWords + this.groups.words);
    if (this.reach?.canTell)
      this.lookAhead = new LookAhead(automaton, window, this.reach, this.current, this.limit);
    this.seen = zeros(automaton.codeCount);
    this.state = automaton.initial;
    if (this.limit === 0) this.status = 'linearizable';
    else if (allowance.wordsLeft < 0 || this.groups.count > (options.groupsMax ?? Infinity))
      this.status = 'out-of-memory';
    else if (options.since === undefined) this.arrive();
    else this.arriveFromAnywhere(options.since);
  }

  /** Goes on through about so many configurations; how many there were. Passing over many open operations counts too. */
  run(nodesMax: number): number {
    let nodes = 0;
    while (nodes < nodesMax && this.status === 'searching') {
      this.passedOver = 0;
      if (this.choose()) this.arrive();
      if (this.allowance.wordsLeft < 0 && this.status === 'searching') this.status = 'out-of-memory';
      nodes += 1 + (this.passedOver >>> 6);
    }
    this.nodes += nodes;
    return nodes;
  }

  /** It is known from elsewhere that the completion that is the farthest cannot be reached. */
  refute(): void {
    this.status = 'not-linearizable';
    this.hasLeftOut = false;
  }

  /** The candidates that were taken: numbers of mandatory operations, complements of groups of open ones. */
  choices(): Int32Array {
    const taken = zeros(this.depth);
    for (let frame = 0; frame < this.depth; frame++)
      taken[frame] = this.stack[frameWords * frame + 2] as number;
    return taken;
  }

  /** Lets go of the memory; the search cannot go on. */
  close(): void {
    this.memo.close();
    this.stack = new Int32Array(0);
  }

  /**
   * Begins in all configurations that there may be after an event. Observers that were in flight have taken effect, and no
   * open operation is used: whoever could go on otherwise can go on so.
   */
  private arriveFromAnywhere(since: number): void {
    const { flightAt, inFlight, start, slot, code } = this.window;
    const observed = zeros(this.current.length);
    const perhaps: number[] = [];
    for (let at = 0; at < (flightAt[1] as number); at++) {
      const operation = inFlight[at] as number;
      if ((start[operation] as number) > since) continue;
      const bit = slot[operation] as number;
      if (this.automaton.observes[code[operation] as number] === 0) perhaps.push(bit);
      else observed[bit >>> 5] = (observed[bit >>> 5] as number) | (1 << (bit & 31));
    }
    for (let state = dead + 1; state < this.automaton.stateCount; state++)
      for (let chosen = 0; chosen < 2 ** perhaps.length && this.status === 'searching'; chosen++) {
        this.number = 0;
        this.state = state;
        this.current.set(observed);
        for (const [at, bit] of perhaps.entries())
          if ((chosen & (1 << at)) !== 0)
            this.current[bit >>> 5] = (this.current[bit >>> 5] as number) | (1 << (bit & 31));
        this.arrive();
      }
  }

  /** Settles what need not be chosen, and remembers the configuration if it is new and not hopeless. */
  private arrive(): void {
    this.settle();
    if (this.status !== 'searching') return;
    if (this.number > this.farthest) this.farthest = this.number;
    if (this.reach) this.state = this.reach.collapsed(this.state, this.number);
    if (this.lookAhead?.seesNoHope(this.number, this.state)) {
      this.hasLeftOut = true;
      return;
    }
    const entry = this.memo.add(this.number, this.state, this.current);
    if (entry !== known) this.push(entry);
  }

  /** Rule 1, and passes the completions of what has taken effect. */
  private settle(): void {
    const { slot } = this.window;
    const { current, limit } = this;
    for (;;) {
      this.observe();
      let passed = this.number;
      for (; passed < limit; passed++) {
        const at = slot[passed] as number;
        const word = current[at >>> 5] as number;
        if ((word & (1 << (at & 31))) === 0) break;
        current[at >>> 5] = word & ~(1 << (at & 31));
      }
      if (passed === this.number) return;
      this.number = passed;
      if (passed === limit) {
        this.status = 'linearizable';
        return;
      }
    }
  }

  /** Lets the observers in flight take effect that fit now. */
  private observe(): void {
    const { flightAt, inFlight, code, slot } = this.window;
    const { current, automaton, state } = this;
    const { observes } = automaton;
    const to = flightAt[this.number + 1] as number;
    for (let at = flightAt[this.number] as number; at < to; at++) {
      const operation = inFlight[at] as number;
      const own = code[operation] as number;
      if (observes[own] === 0) continue;
      const bit = slot[operation] as number;
      const word = current[bit >>> 5] as number;
      if ((word & (1 << (bit & 31))) !== 0) continue;
      if (automaton.step(state, own) === state) current[bit >>> 5] = word | (1 << (bit & 31));
    }
  }

  /** Goes to the next configuration that is reachable in one step from the newest frame that has one. */
  private choose(): boolean {
    while (this.depth > 0) {
      const frame = frameWords * (this.depth - 1);
      if (this.chooseInFlight(frame) || this.chooseOpen(frame)) return true;
      if (this.allowance.wordsLeft < 0 || this.passedOver > passedOverMax) return false;
      this.depth--;
    }
    this.status = 'not-linearizable';
    return false;
  }

  private chooseInFlight(frame: number): boolean {
    const { arena } = this.memo;
    const { flightAt, inFlight, code, slot } = this.window;
    const { seen, automaton } = this;
    const entry = this.stack[frame] as number;
    const resume = this.stack[frame + 1] as number;
    const number = arena[entry + numberWord] as number;
    const from = flightAt[number] as number;
    const count = (flightAt[number + 1] as number) - from;
    if (resume >= count) return false;
    const state = arena[entry + stateWord] as number;
    const generation = ++this.generation;
    for (let at = 0; at < count; at++) {
      const operation = inFlight[from + at] as number;
      const bit = slot[operation] as number;
      if (((arena[entry + maskWord + (bit >>> 5)] as number) & (1 << (bit & 31))) !== 0) continue;
      const own = code[operation] as number;
      if (seen[own] === generation) continue;
      seen[own] = generation;
      if (at < resume) continue;
      const next = automaton.step(state, own);
      if (next === inconsistent) continue;
      this.stack[frame + 1] = at + 1;
      this.stack[frame + 2] = operation;
      this.leave(entry, number, next);
      this.current[bit >>> 5] = (this.current[bit >>> 5] as number) | (1 << (bit & 31));
      return true;
    }
    this.stack[frame + 1] = count;
    return false;
  }

  private chooseOpen(frame: number): boolean {
    const { arena } = this.memo;
    const { groups, automaton, reach } = this;
    const entry = this.stack[frame] as number;
    const number = arena[entry + numberWord] as number;
    const state = arena[entry + stateWord] as number;
    const end = this.window.end[number] as number;
    const count = (this.window.flightAt[number + 1] as number) - (this.window.flightAt[number] as number);
    const counts = maskWord + this.window.slotWords;
    for (let group = (this.stack[frame + 1] as number) - count; group < groups.count; group++) {
      const first = groups.startsAt[group] as number;
      if ((groups.starts[first] as number) > end) break;
      if (++this.passedOver > passedOverMax) {
        this.stack[frame + 1] = count + group;
        return false;
      }
      const used = groups.used(arena, entry + counts, group);
      if (used === groups.size(group) || (groups.starts[first + used] as number) > end) continue;
      const next = automaton.step(state, groups.code[group] as number);
      // New states may take much, and there may be very many of these operations: the search is over, and goes nowhere.
      if (this.allowance.wordsLeft < 0) break;
      if (next === inconsistent || next === state) continue;
      if (reach && !reach.hasAvoiding && reach.collapsed(next, number) === dead) continue;
      this.stack[frame + 1] = count + group + 1;
      this.stack[frame + 2] = ~group;
      this.leave(entry, number, next);
      const word = this.window.slotWords + (groups.word[group] as number);
      this.current[word] = (this.current[word] as number) + (1 << (groups.shift[group] as number));
      return true;
    }
    return false;
  }

  /** Takes over the configuration of an entry, with another state. */
  private leave(entry: number, number: number, next: number): void {
    const { arena } = this.memo;
    const { current } = this;
    for (let word = 0; word < current.length; word++)
      current[word] = arena[entry + maskWord + word] as number;
    this.number = number;
    this.state = next;
  }

  private push(entry: number): void {
    const frame = frameWords * this.depth++;
    if (frame === this.stack.length) {
      this.allowance.wordsLeft -= frame;
      this.stack = lengthened(this.stack, 2 * frame);
    }
    this.stack[frame] = entry;
    this.stack[frame + 1] = 0;
  }
}
