/**
 * Values that stand side by side (`{values}`) are those of writers that did not know of each other. A write replaces
 * what its client had seen: what the newest answer about that key, to that process, showed or acknowledged. So a write
 * whose client had seen a value at the very node that then took the write never stands beside that value, anywhere.
 *
 * At that very node, because one that has not heard of a value may be unable to replace it. Sound only where clients
 * give back with a write the context of their newest answer about its key (a claim with `siblings` says so), and only
 * for values that one operation wrote: of others nobody can tell which copy is shown.
 */
import type { History } from '../../columns/history.ts';
import { never } from '../../columns/operations.ts';
import { describeValue } from '../../specs/describe.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import { accessesOf, noValue, readAccess, writeAccess, type Accesses } from '../accesses.ts';
import type { Budget, Checker, Verdict } from '../checker.ts';
import { phrase, reference } from '../phrases.ts';
import { siblingsIn } from './answerNames.ts';
import { budgetReason, Findings, given, undecidable } from './findings.ts';
import { nodeOf } from './rows.ts';

/** Judges registers. O(n), and O(s²) for every distinct answer of s siblings. */
export function onlyConcurrent(spec: SequentialSpec): Checker {
  return {
    name: 'only-concurrent',
    meaning: 'what stands side by side was written by clients that had not seen each other’s values',
    check: (history, budget) => check(history, budget, spec),
  };
}

/** No access. */
const none = -1;
/** Several operations wrote the value. */
const many = -2;

function check(history: History, budget: Budget, spec: SequentialSpec): Verdict {
  if (!budget.spend(history.operations.length)) return undecidable(budgetReason);
  const accesses = accessesOf(history, spec);
  if (!accesses) return undecidable('the history has operations that do not read or write whole values');
  const finder = new Finder(history, accesses, budget);
  const { length, kind, key, keyCount, seen } = accesses;
  const looked = new Set<number>();
  for (let read = 0; read < length; read++) {
    const answer = (seen[read] ?? 0) * keyCount + (key[read] ?? 0);
    if (kind[read] !== readAccess || looked.has(answer)) continue;
    looked.add(answer);
    if (!finder.judge(read)) return undecidable(budgetReason);
  }
  return finder.verdict();
}

class Finder {
  private readonly history: History;
  private readonly accesses: Accesses;
  private readonly budget: Budget;
  private readonly findings: Findings;
  /** By name of key and value: the access that wrote it, or `many`. */
  private readonly writers = new Map<number, number>();
  /** By write: the access whose answer its client had, if the node that took the write had given that; else `none`. */
  private readonly before: Int32Array;
  private answers = 0;
  /** Pairs of a write and a value that were found beside each other already. */
  private readonly reported = new Set<string>();

  constructor(history: History, accesses: Accesses, budget: Budget) {
    this.history = history;
    this.accesses = accesses;
    this.budget = budget;
    this.findings = new Findings(history);
    this.before = new Int32Array(accesses.length).fill(none);
    this.linkWrites();
  }

  verdict(): Verdict {
    const { findings, answers } = this;
    return findings.verdict({ answersWithSiblings: answers, replaced: findings.count('replaced-sibling') });
  }

  /** Looks at the answer of a read; false when the budget is used up. */
  judge(read: number): boolean {
    const values = this.shownBy(read);
    if (values.length < 2) return true;
    this.answers++;
    const beside = new Set(values);
    for (const value of values) {
      const write = this.writerOf(read, value);
      const source = write === none ? none : (this.before[write] ?? none);
      if (source === none) continue;
      const known = this.shownBy(source);
      if (!this.budget.spend(known.length)) return false;
      for (const older of known)
        if (older !== value && beside.has(older)) this.found(read, write, source, older);
    }
    return true;
  }

  private found(read: number, write: number, source: number, older: number): void {
    const replaced = this.writerOf(read, older);
    const pair = `${write} ${older}`;
    if (replaced === none || this.reported.has(pair)) return;
    this.reported.add(pair);
    const { row, kind } = this.accesses;
    const rows = [read, write, source, replaced].map((at) => row[at] ?? 0);
    const shown = describeValue(this.history.events.values.get(older));
    const learned = kind[source] === readAccess ? 'read' : 'written';
    this.findings.add(
      'replaced-sibling',
      rows,
      (reader, writer, knower) =>
        `${phrase(given(reader))} answered ${shown} beside the value of ${phrase(given(writer))}, which replaced ${shown}: its process had ${learned} that at the same node before (${reference(given(knower))})`,
    );
  }

  /** Writes, and the newest answers before them. A process does one operation at a time, so starts are in its order. */
  private linkWrites(): void {
    const { length, kind, key, keyCount, session, left, end, row } = this.accesses;
    const newest = new Map<number, number>();
    for (let at = 0; at < length; at++) {
      const value = left[at] ?? noValue;
      const name = this.nameOf(at, value);
      if (value !== noValue) this.writers.set(name, this.writers.has(name) ? many : at);
      // What was not answered told its process nothing.
      if (end[at] === never) continue;
      const place = (session[at] ?? 0) * keyCount + (key[at] ?? 0);
      const source = newest.get(place) ?? none;
      newest.set(place, at);
      if (kind[at] !== writeAccess || source === none) continue;
      const isSameNode = nodeOf(this.history, row[at] ?? 0) === nodeOf(this.history, row[source] ?? 0);
      if (isSameNode) this.before[at] = source;
    }
  }

  /** The only write of a value of the key of `at`, or `none`. */
  private writerOf(at: number, value: number): number {
    const writer = this.writers.get(this.nameOf(at, value)) ?? none;
    return writer === many ? none : writer;
  }

  private nameOf(at: number, value: number): number {
    return value * this.accesses.keyCount + (this.accesses.key[at] ?? 0);
  }

  /** The values that an answer showed, or that a write left. */
  private shownBy(at: number): readonly number[] {
    const { seen, left } = this.accesses;
    const written = left[at] ?? noValue;
    if (written !== noValue) return [written];
    const { values } = this.history.events;
    const answer = seen[at] ?? noValue;
    if (answer === noValue) return [];
    return siblingsIn(values.get(answer))?.map((value) => values.idOf(value)) ?? [answer];
  }
}
