/**
 * Wing–Gong–Lowe: a depth-first search for an order of operations that a sequential spec allows and that keeps every
 * operation inside its interval (Wing & Gong 1993; Lowe's memo 2017; the shape of the loop is Porcupine's).
 *
 *     process 0   |-- write(1) --|      |-- read() → 2 --|
 *     process 1           |----- write(2) -----|                    order: write(1), write(2), read() → 2
 *
 * The entries of completed operations stand in a linked list. Every operation that starts before the first end in the
 * list may come next; when one is chosen its entries are lifted. When none fits, the last choice is taken back. The
 * history is linearizable when no completed operation is left: open ones may never have happened.
 *
 * Why what is left out of the search cannot matter (each argument exchanges or drops operations in a given order):
 * 1. An observer that fits now may come now: it changes no state, so moving it forward disturbs nobody, and its
 *    start is past. Nothing else is tried in its place.
 * 2. An open operation that changes nothing need not happen.
 * 3. Open operations with the same code are used in the order of their starts: whichever is used, the earliest
 *    unused one could stand in its place and leave the others for later.
 * 4. An open operation whose effect the next operation wipes out (the next one fits before it as well, and leads to
 *    the same state) need not happen: the order without it is tried from the configuration before.
 * 5. Configurations that used a superset of the open operations of a known one (memo.ts).
 * Each leaves an order with no more open operations than the one that was dropped, so every order that exists is
 * represented by one that is searched. And one rule needs no exchange:
 * 6. A choice after which some completed observer can never fit again (the spec knows: lists only grow) leads nowhere.
 */
import { inconsistent, type Automaton } from './automaton.ts';
import type { Call } from './calls.ts';
import { clearBit, hashOf, hasBit, popCount, setBit } from './bits.ts';
import { ChoiceStack } from './choiceStack.ts';
import { EntryList } from './entryList.ts';
import { Memo, type MemoryAllowance } from './memo.ts';

export type SearchStatus = 'linearizable' | 'not-linearizable' | 'searching' | 'out-of-memory';

/** Rule 6 looks at so many entries of the list. */
const lookAheadEntries = 24;

/** What the next turn of the search does. */
type Phase = 'observing' | 'choosing' | 'choosing-open';

/** One search over one partition; it can be run in slices. */
export class Search {
  status: SearchStatus = 'searching';
  private readonly automaton: Automaton;
  private readonly completed: readonly Call[];
  private readonly open: readonly Call[];
  private readonly codes: Int32Array;
  private readonly openCodes: Int32Array;
  /** For each open operation the one with the same code that starts before it, or -1. */
  private readonly twins: Int32Array;
  private readonly list: EntryList;
  private readonly looksAhead: boolean;
  private readonly memo: Memo;

  /** The configuration: which operations are linearized, which open ones are used, and the state. */
  private readonly done: Int32Array;
  private readonly used: Int32Array;
  private state: number;
  private doneCount = 0;
  private doneHash = 0;

  /** The choices that led here: operation (open ones follow the completed ones), state before, and what to resume. */
  private readonly stack: ChoiceStack;
  private phase: Phase = 'observing';
  private cursor: number;
  /** The end that no completed operation may overtake, while open operations are tried. */
  private blocked = -1;

  /** Looking ahead finds a verdict faster; without it, the states that were reached are all that there are. */
  constructor(
    automaton: Automaton,
    calls: readonly Call[],
    allowance: MemoryAllowance,
    { looksAhead = true }: { readonly looksAhead?: boolean } = {},
  ) {
    this.looksAhead = looksAhead && automaton.spec.mayFitLater !== undefined;
    this.automaton = automaton;
    this.completed = calls.filter((call) => call.end !== Infinity);
    this.open = calls.filter((call) => call.end === Infinity);
    this.codes = codesOf(automaton, this.completed);
    this.openCodes = codesOf(automaton, this.open);
    this.twins = twinsOf(this.openCodes);
    this.list = new EntryList(
      this.completed.map((call) => call.start),
      this.completed.map((call) => call.end),
    );
    this.done = new Int32Array((this.completed.length + 31) >>> 5);
    this.used = new Int32Array((this.open.length + 31) >>> 5);
    this.memo = new Memo(this.used.length, allowance);
    this.stack = new ChoiceStack();
    this.state = automaton.initial;
    this.cursor = this.list.first;
    if (this.completed.length === 0) this.status = 'linearizable';
    else this.isNew(this.state);
  }

  /** Goes on for at most so many turns; the number of turns that were taken. */
  run(turnsMax: number): number {
    let turns = 0;
    while (turns < turnsMax && this.status === 'searching') {
      turns++;
      if (this.phase === 'observing') this.observe();
      else if (this.phase === 'choosing') this.choose();
      else this.chooseOpen();
    }
    return turns;
  }

  /** The choices so far; once linearizable, a whole order that proves it. */
  order(): { readonly call: Call; readonly state: number }[] {
    const path = this.stack.path();
    return path.map(({ operation }, at) => ({
      call: this.call(operation),
      state: path[at + 1]?.stateBefore ?? this.state,
    }));
  }

  /** The states that were reached when a completed operation might come next, or could not come yet. */
  statesAround(call: Call): ReadonlySet<number> {
    const required = new Int32Array(this.done.length);
    for (const [operation, { end }] of this.completed.entries())
      if (end < call.start) setBit(required, operation);
    return this.memo.statesWith(required, this.completed.indexOf(call));
  }

  /** Gives the memory back; the search cannot go on. */
  close(): void {
    this.memo.clear();
  }

  /** Rule 1: linearizes the observers that fit now. */
  private observe(): void {
    const entry = this.cursor;
    if (entry >= this.completed.length) {
      this.phase = 'choosing';
      this.cursor = this.list.first;
      return;
    }
    const code = this.codes[entry] as number;
    if (this.automaton.observes(code) && this.automaton.step(this.state, code) === this.state)
      this.place(entry, this.state, true);
    else this.cursor = this.list.next(entry);
  }

  /** Tries the completed operation at the cursor. */
  private choose(): void {
    const entry = this.cursor;
    if (entry >= this.completed.length) {
      this.blocked = entry;
      this.phase = 'choosing-open';
      this.cursor = 0;
      return;
    }
    const code = this.codes[entry] as number;
    const next = this.automaton.observes(code) ? inconsistent : this.automaton.step(this.state, code);
    if (next === inconsistent || this.wipesOut(code, next) || this.strands(next))
      this.cursor = this.list.next(entry);
    else this.place(entry, next, false);
  }

  /** Tries the open operation at the cursor, if it may have started before the end that blocks. */
  private chooseOpen(): void {
    const index = this.cursor++;
    const blocked = this.completed[this.blocked - this.completed.length] as Call;
    const call = this.open[index];
    if (!call || call.start > blocked.end) {
      this.backtrack();
      return;
    }
    const twin = this.twins[index] as number;
    if (hasBit(this.used, index) || (twin !== -1 && !hasBit(this.used, twin))) return;
    const code = this.openCodes[index] as number;
    const next = this.automaton.step(this.state, code);
    if (next === inconsistent || next === this.state) return;
    if (this.wipesOut(code, next) || this.strands(next)) return;
    setBit(this.used, index);
    if (this.isNew(next)) this.push(this.completed.length + index, next, this.blocked);
    else clearBit(this.used, index);
  }

  /** Rule 4: whether the last choice was an open operation that would not be missed. */
  private wipesOut(code: number, next: number): boolean {
    if (this.stack.depth === 0 || this.stack.operation < this.completed.length) return false;
    return this.automaton.step(this.stack.stateBefore, code) === next;
  }

  /** Rule 6: whether some completed observer that comes soon cannot fit any more. */
  private strands(next: number): boolean {
    if (!this.looksAhead) return false;
    let entry = this.list.first;
    for (let seen = 0; seen < lookAheadEntries && entry !== this.list.ring; seen++) {
      if (entry < this.completed.length) {
        const code = this.codes[entry] as number;
        if (this.automaton.observes(code) && !this.automaton.mayFitLater(next, code)) return true;
      }
      entry = this.list.next(entry);
    }
    return false;
  }

  private place(operation: number, next: number, isForced: boolean): void {
    const after = this.list.next(operation);
    this.linearize(operation);
    if (this.isNew(next)) {
      this.push(operation, next, isForced ? 1 : 0);
      if (this.doneCount === this.completed.length) this.status = 'linearizable';
      return;
    }
    this.unlinearize(operation);
    // What must come now leads nowhere new, so neither does the configuration that it was tried in.
    if (isForced) this.backtrack();
    else this.cursor = after;
  }

  private push(operation: number, next: number, resume: number): void {
    this.stack.push(operation, this.state, resume);
    this.state = next;
    this.phase = 'observing';
    this.cursor = this.list.first;
  }

  /** Takes choices back up to the last one that has alternatives. */
  private backtrack(): void {
    while (this.stack.depth > 0) {
      const { operation, stateBefore, resume } = this.stack;
      this.stack.pop();
      this.state = stateBefore;
      if (operation >= this.completed.length) {
        const index = operation - this.completed.length;
        clearBit(this.used, index);
        this.phase = 'choosing-open';
        this.blocked = resume;
        this.cursor = index + 1;
        return;
      }
      this.unlinearize(operation);
      if (resume === 1) continue;
      this.phase = 'choosing';
      this.cursor = this.list.next(operation);
      return;
    }
    this.status = 'not-linearizable';
  }

  private linearize(operation: number): void {
    this.list.lift(operation);
    setBit(this.done, operation);
    this.doneHash ^= hashOf(operation);
    this.doneCount++;
  }

  private unlinearize(operation: number): void {
    this.list.unlift(operation);
    clearBit(this.done, operation);
    this.doneHash ^= hashOf(operation);
    this.doneCount--;
  }

  /** Remembers the configuration with this state; false when there is nothing new to be found from it. */
  private isNew(state: number): boolean {
    if (this.doneCount === this.completed.length) return true;
    const first = this.list.first >>> 5;
    let beyond = this.doneCount - 32 * first;
    let last = first - 1;
    while (beyond > 0) beyond -= popCount(this.done[++last] as number);
    const isNew = this.memo.add(state, this.done, first, last, this.used, this.doneHash);
    if (this.memo.isFull) this.status = 'out-of-memory';
    return isNew;
  }

  private call(operation: number): Call {
    const count = this.completed.length;
    return (operation < count ? this.completed[operation] : this.open[operation - count]) as Call;
  }
}

function codesOf(automaton: Automaton, calls: readonly Call[]): Int32Array {
  return Int32Array.from(calls, (call) => automaton.code(call.input, call.output));
}

/** For each operation the last one before it with the same code, or -1. */
function twinsOf(codes: Int32Array): Int32Array {
  const last = new Map<number, number>();
  return codes.map((code, index) => {
    const twin = last.get(code) ?? -1;
    last.set(code, index);
    return twin;
  });
}
