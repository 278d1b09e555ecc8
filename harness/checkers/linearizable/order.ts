/** The order that a search has found, with the states that it leads through. */
import type { Search } from './search.ts';

export interface Order {
  readonly length: number;
  /** Places in the problem. */
  readonly place: Int32Array;
  /** The state after each. */
  readonly state: Int32Array;
}

/**
 * Replays the choices of a search: what it settled without choosing is settled again, through the states that really
 * are there. Once the search is linearizable, a whole order that proves it. O(sum of concurrency).
 */
export function orderOf(search: Search, limit: number): Order {
  const replay = new Replay(search, limit);
  for (const choice of search.choices()) {
    replay.settle();
    replay.take(choice);
  }
  replay.settle();
  return replay.order();
}

class Replay {
  private readonly search: Search;
  private readonly limit: number;
  private readonly places: number[] = [];
  private readonly states: number[] = [];
  private readonly hasHappened: Uint8Array;
  private readonly used: Int32Array;
  private state: number;
  private number = 0;

  constructor(search: Search, limit: number) {
    this.search = search;
    this.limit = limit;
    this.hasHappened = new Uint8Array(search.window.count);
    this.used = new Int32Array(search.groups.count);
    this.state = search.automaton.initial;
  }

  order(): Order {
    const { length } = this.places;
    return { length, place: Int32Array.from(this.places), state: Int32Array.from(this.states) };
  }

  take(choice: number): void {
    const { window, groups } = this.search;
    if (choice >= 0) {
      this.hasHappened[choice] = 1;
      this.append(window.code[choice] as number, window.place[choice] as number);
      return;
    }
    const group = ~choice;
    const used = this.used[group] as number;
    this.used[group] = used + 1;
    const at = (groups.startsAt[group] as number) + used;
    this.append(groups.code[group] as number, groups.place[at] as number);
  }

  settle(): void {
    for (let before = -1; before < this.number && this.number < this.limit;) {
      before = this.number;
      this.observe();
      while (this.number < this.limit && this.hasHappened[this.number] === 1) this.number++;
    }
  }

  private observe(): void {
    const { flightAt, inFlight, code, place } = this.search.window;
    const { automaton } = this.search;
    const to = flightAt[this.number + 1] as number;
    for (let at = flightAt[this.number] as number; at < to; at++) {
      const operation = inFlight[at] as number;
      const own = code[operation] as number;
      if (automaton.observes[own] === 0 || this.hasHappened[operation] === 1) continue;
      if (automaton.step(this.state, own) !== this.state) continue;
      this.hasHappened[operation] = 1;
      this.append(own, place[operation] as number);
    }
  }

  private append(code: number, place: number): void {
    this.state = this.search.automaton.step(this.state, code);
    this.places.push(place);
    this.states.push(this.state);
  }
}
