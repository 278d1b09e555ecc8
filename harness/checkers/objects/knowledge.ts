/**
 * Which operations know of a write: the smallest relation that leads from an operation to the later ones of the same
 * process at the same node, and from a write to the reads of its value, if no other operation wrote that.
 *
 * Where answers show several values side by side, a write replaces only what its client says that it has seen, and that
 * is what the newest answer about this key told it. So knowledge passes from an answer to the next access of the key by
 * that process, if the same node answers both, and neither over other keys nor over other nodes.
 */
import { Growing } from '../../columns/growing.ts';
import type { History } from '../../columns/history.ts';
import { never } from '../../columns/operations.ts';
import { mismatchAccess, noValue, type Accesses } from '../accesses.ts';
import type { Budget } from '../checker.ts';
import { siblingsIn } from './answerNames.ts';
import { nodeOf } from './rows.ts';

const none = -1;
/** A budget that counts time is asked this often. */
const turnsPerSpend = 4096;
/** The value has several writers. */
const many = -2;

export class Knowledge {
  private readonly accesses: Accesses;
  /** The next access of the same process at the same node. */
  private readonly next: Int32Array;
  /** The first of the reads of the value that an access left, if it alone left it. */
  private readonly firstReader: Int32Array;
  /** The next reader of the same value. */
  private readonly nextReader: Int32Array;
  /** By access: the number of the last spread that reached it. */
  private readonly reachedIn: Int32Array;
  private spread = 0;

  /** O(n). */
  constructor(history: History, accesses: Accesses, initial: number) {
    this.accesses = accesses;
    const { length } = accesses;
    this.next = new Int32Array(length).fill(none);
    this.firstReader = new Int32Array(length).fill(none);
    this.nextReader = new Int32Array(length).fill(none);
    this.reachedIn = new Int32Array(length);
    if (showsSiblings(history, accesses)) this.linkAnswers(history);
    else this.linkProcesses(history);
    this.linkReaders(history, initial);
  }

  /**
   * The accesses among `targets`, which ascend, that knowledge of `from` can have reached; the first one found is
   * enough if `any`. Undefined when the budget is used up. O(accesses reached).
   */
  reachedFrom(from: number, targets: readonly number[], any: boolean, budget: Budget): number[] | undefined {
    // Whatever leads to a target began before the target ended.
    const until = targets.reduce((latest, at) => Math.max(latest, this.accesses.end[at] ?? 0), 0);
    const isTarget = new Set(targets);
    this.spread++;
    const pending = new Growing(Int32Array);
    this.reach(from, until, pending);
    for (let done = 0; done < pending.length; done++) {
      if (done % turnsPerSpend === 0 && !budget.spend(Math.min(turnsPerSpend, this.accesses.length)))
        return undefined;
      const at = pending.at(done) ?? 0;
      if (any && isTarget.has(at)) return [at];
      this.reach(this.next[at] ?? none, until, pending);
      for (
        let reader = this.firstReader[at] ?? none;
        reader !== none;
        reader = this.nextReader[reader] ?? none
      )
        this.reach(reader, until, pending);
    }
    return targets.filter((at) => this.reachedIn[at] === this.spread);
  }

  private reach(at: number, until: number, pending: Growing<Int32Array>): void {
    if (at === none || this.reachedIn[at] === this.spread || (this.accesses.start[at] ?? 0) > until) return;
    this.reachedIn[at] = this.spread;
    pending.push(at);
  }

  private linkProcesses(history: History): void {
    const { length, session, row } = this.accesses;
    const places = history.events.nodeNames.size + 1;
    const last = new Map<number, number>();
    for (let at = 0; at < length; at++) {
      const place = (session[at] ?? 0) * places + nodeOf(history, row[at] ?? 0) + 1;
      const before = last.get(place);
      if (before !== undefined) this.next[before] = at;
      last.set(place, at);
    }
  }

  private linkAnswers(history: History): void {
    const { length, session, key, keyCount, row, end } = this.accesses;
    const newest = new Map<number, number>();
    for (let at = 0; at < length; at++) {
      const client = (session[at] ?? 0) * keyCount + (key[at] ?? 0);
      const before = newest.get(client);
      const isSameNode =
        before !== undefined && nodeOf(history, row[before] ?? 0) === nodeOf(history, row[at] ?? 0);
      if (isSameNode) this.next[before] = at;
      if (end[at] !== never) newest.set(client, at);
    }
  }

  private linkReaders({ events }: History, initial: number): void {
    const { length, kind, key, left, seen, start, end } = this.accesses;
    const valueCount = events.values.size;
    const nameOf = (at: number, value: number): number => (key[at] ?? 0) * valueCount + value;
    const writer = new Map<number, number>();
    for (let at = 0; at < length; at++) {
      const value = left[at] ?? noValue;
      if (value === noValue || value === initial) continue;
      const name = nameOf(at, value);
      writer.set(name, writer.has(name) ? many : at);
    }
    // Backwards, so that each list of readers is in the order in which they began.
    for (let at = length - 1; at >= 0; at--) {
      const value = seen[at] ?? noValue;
      // A cas that did not match saw another value than the one it names.
      if (value === noValue || kind[at] === mismatchAccess) continue;
      const from = writer.get(nameOf(at, value)) ?? none;
      if (from < 0 || from === at || (end[at] ?? 0) < (start[from] ?? 0)) continue;
      this.nextReader[at] = this.firstReader[from] ?? none;
      this.firstReader[from] = at;
    }
  }
}

/** Whether some read answered several values that nobody had decided between. O(n). */
function showsSiblings({ events: { values } }: History, { seen }: Accesses): boolean {
  const ids = new Set(seen);
  ids.delete(noValue);
  return [...ids].some((id) => siblingsIn(values.get(id)) !== undefined);
}
