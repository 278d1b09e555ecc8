/**
 * Values that a register lost. A final read may answer a value unless
 *
 * - nobody wrote it; or it is the initial one, though a write was acknowledged;
 * - it was *surely replaced*: some write was acknowledged that began after all writes of the value had ended, and that
 *   came to know of each of them. Knowledge passes from an operation to the later ones of its process at the same
 *   node, and from a write to the reads of its value. (A replicated store may order writes that did not know of each
 *   other as it likes.)
 * Where what replaced it was a deletion, the value has come back (`resurrected`).
 * An answer with several values that nobody decided between (`{values}`) has lost something if all of them are such.
 *
 * Only values that one operation wrote pass on knowledge: of the others nobody can tell whose value was read.
 */
import type { History } from '../../columns/history.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import { nullId } from '../../columns/interner.ts';
import { never, noEvent } from '../../columns/operations.ts';
import { describeValue } from '../../specs/describe.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import { accessesOf, initialId, readAccess, updateAccess, writeAccess, type Accesses } from '../accesses.ts';
import type { Budget } from '../checker.ts';
import { phrase } from '../phrases.ts';
import { siblingsIn } from './answerNames.ts';
import { budgetReason, given, type Findings } from './findings.ts';
import { Knowledge } from './knowledge.ts';
import type { Judged } from './noLostWrites.ts';
import { nodeOf } from './rows.ts';

/** Judges every key by the last reads of all nodes. O(n), and O(n) again for each key that looks suspicious. */
export function findLostValues(
  history: History,
  budget: Budget,
  spec: SequentialSpec,
  initial: Json | undefined,
  findings: Findings,
): Judged {
  const accesses = accessesOf(history, spec);
  if (!accesses) return `it takes reads and writes of whole values, and the history has other operations`;
  const finder = new Finder(history, accesses, initialId(history, spec, initial), budget, findings);
  let judged = 0;
  for (const own of byKey(accesses)) if (finder.judge(own)) judged++;
  return finder.ranOut ? budgetReason : judged;
}

/** The accesses of each key, as they began. O(n). */
function byKey({ length, key, keyCount }: Accesses): number[][] {
  const keys = Array.from({ length: keyCount }, (): number[] => []);
  for (let at = 0; at < length; at++) keys[key[at] ?? 0]?.push(at);
  return keys;
}

/** So many keys that lost a write are looked for. */
const lostMax = 100;

/** How many keys lost a write, a deletion included. */
export function lostIn(findings: Findings): number {
  return findings.count('lost-write') + findings.count('resurrected');
}

class Finder {
  ranOut = false;
  private readonly history: History;
  private readonly accesses: Accesses;
  private readonly initial: number;
  private readonly budget: Budget;
  private readonly findings: Findings;
  private knowledge: Knowledge | undefined;

  constructor(history: History, accesses: Accesses, initial: number, budget: Budget, findings: Findings) {
    this.history = history;
    this.accesses = accesses;
    this.initial = initial;
    this.budget = budget;
    this.findings = findings;
  }

  /** Whether a key had a final read. Once many keys lost a write, no more are looked into: each may take a search. */
  judge(own: readonly number[]): boolean {
    const { kind, end } = this.accesses;
    const updates = own.filter((at) => kind[at] === writeAccess || kind[at] === updateAccess);
    const last = this.lastReads(own, updates);
    if (last.length === 0) return false;
    if (this.ranOut || lostIn(this.findings) >= lostMax) return true;
    if (!this.budget.spend(last.length * updates.length)) {
      this.ranOut = true;
      return true;
    }
    const acknowledged = updates.filter((at) => end[at] !== never);
    const verdicts = last.map((read) => this.faultOf(read, updates, acknowledged));
    verdicts.forEach((fault, at) => {
      if (fault?.kind === 'never-written') this.reportNeverWritten(last[at] ?? 0);
    });
    const lost = verdicts.findIndex((fault) => fault?.kind === 'lost-write');
    const [fault] = verdicts.slice(lost);
    if (lost !== -1 && fault && verdicts.every((other) => other !== undefined))
      this.reportLost(last[lost] ?? 0, fault);
    return true;
  }

  /** The last final read at each node. */
  private lastReads(own: readonly number[], updates: readonly number[]): number[] {
    const { kind, row, start } = this.accesses;
    const { completion } = this.history.operations;
    const lastChange = updates.reduce(
      (latest, at) => Math.max(latest, start[at] ?? 0, completion[row[at] ?? 0] ?? noEvent),
      this.history.lastNemesisEvent,
    );
    const reads = own.filter((at) => kind[at] === readAccess && (start[at] ?? 0) > lastChange);
    return [...new Map(reads.map((at) => [nodeOf(this.history, row[at] ?? 0), at])).values()];
  }

  /** What is wrong with a final read; undefined if nothing can be said against it. */
  private faultOf(
    read: number,
    updates: readonly number[],
    acknowledged: readonly number[],
  ): Fault | undefined {
    const answer = this.accesses.seen[read] ?? 0;
    const isWritten = updates.some((at) => this.accesses.left[at] === answer);
    const siblings = isWritten ? [] : (siblingsIn(this.history.events.values.get(answer)) ?? []);
    if (siblings.length === 0) return this.faultOfValue(answer, updates, acknowledged);
    const ids = siblings.map((value) => this.history.events.values.idOf(value));
    const faults = ids.map((id) => this.faultOfValue(id, updates, acknowledged));
    const invented = faults.find((fault) => fault?.kind === 'never-written');
    return invented ?? (faults.includes(undefined) ? undefined : faults[0]);
  }

  private faultOfValue(
    value: number,
    updates: readonly number[],
    acknowledged: readonly number[],
  ): Fault | undefined {
    const { left, start, end } = this.accesses;
    const writers = updates.filter((at) => left[at] === value);
    const isInitial = value === this.initial;
    if (writers.length === 0 && !isInitial) return { kind: 'never-written', writers };
    const settled = writers.reduce((latest, at) => Math.max(latest, end[at] ?? never), -1);
    const later = acknowledged.filter((at) => left[at] !== value && (start[at] ?? 0) > settled);
    if (later.length === 0) return undefined;
    if (writers.length === 0) return { kind: 'lost-write', writers, replacing: later.at(-1) ?? 0 };
    const knowing = this.thatKnowsOf(writers, later);
    return knowing === undefined ? undefined : { kind: 'lost-write', writers, replacing: knowing };
  }

  /** One of the `later` writes that knows of all `writers`. */
  private thatKnowsOf(writers: readonly number[], later: readonly number[]): number | undefined {
    this.knowledge ??= new Knowledge(this.history, this.accesses, this.initial);
    let left = later;
    for (const [done, writer] of writers.entries()) {
      const isLast = done === writers.length - 1;
      const reached = this.knowledge.reachedFrom(writer, left, isLast, this.budget);
      if (!reached) this.ranOut = true;
      if (!reached || reached.length === 0) return undefined;
      left = reached;
    }
    return left[0];
  }

  private reportNeverWritten(read: number): void {
    const { row, seen } = this.accesses;
    const value = describeValue(this.history.events.values.get(seen[read] ?? 0));
    this.findings.add(
      'never-written',
      [row[read] ?? 0],
      (final) => `after the last change, ${phrase(given(final))} answered ${value}, which nobody wrote`,
    );
  }

  private reportLost(read: number, { writers, replacing = 0 }: Fault): void {
    const { row, seen, left } = this.accesses;
    const value = describeValue(this.history.events.values.get(seen[read] ?? 0));
    const writer = writers.at(-1);
    const rows = [row[read] ?? 0, row[replacing] ?? 0, ...(writer === undefined ? [] : [row[writer] ?? 0])];
    const isBack = writer !== undefined && left[replacing] === nullId;
    this.findings.add(isBack ? 'resurrected' : 'lost-write', rows, (final, write, replaced) => {
      const answer = `after the last change, ${phrase(given(final))} answered ${value}`;
      return replaced === undefined
        ? `${answer}, as in the beginning, but ${phrase(given(write))} was acknowledged`
        : `${answer}, but ${phrase(given(write))} was acknowledged, which came after ${phrase(replaced)} and knew of it`;
    });
  }
}

interface Fault {
  readonly kind: 'never-written' | 'lost-write';
  /** Who wrote the value that was read. */
  readonly writers: readonly number[];
  /** The write that should be there instead. */
  readonly replacing?: number;
}
