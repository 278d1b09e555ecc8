/**
 * Regular registers (Lamport, "On Interprocess Communication", 1986), with many writers: a read may return the value of
 * a write w unless w was invoked after the read ended, or some other write lies entirely between w and the read. The
 * initial value counts as written before everything.
 *
 * A write without an answer never ended, so nothing comes entirely after it. A cas that succeeded is a read of the value
 * that it found and a write of the one that it left; one that did not match is not looked at. Of a value that was
 * written several times, one write that may be returned is enough.
 *
 * Whatever is linearizable is regular: a read returns the last write w before it in the order; no other write can lie
 * between the two in time, since it would stand between them in the order as well.
 *
 * One sweep over the events, O(events): a read needs a write that ended no sooner than the last start of all writes that
 * had ended when the read began.
 */
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { History } from '../../columns/history.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import { accessesOf, initialId, mismatchAccess, noValue, type Accesses } from '../accesses.ts';
import type { Budget, Checker, Verdict } from '../checker.ts';
import { budgetUsedUp, notAccesses } from '../doubts.ts';
import { noWriter, Writers } from '../writers.ts';
import { anomalyOf } from './regularWitness.ts';
import { timelineOf } from './timeline.ts';

export interface RegularOptions {
  /** The value of every key before the first operation. */
  readonly initial?: Json;
}

/** A read that a regular register cannot have given; indices of accesses. */
export interface IrregularRead {
  readonly read: number;
  /** A write of its value: the last that could be, or the first of those that came too late; else `noWriter`. */
  readonly source: number;
  /** The write that had replaced that; `noWriter` if it came too late or never. */
  readonly replaced: number;
}

/** No more violations than this are explained. */
const explainedMax = 16;
const eventsPerSpend = 1 << 16;

/** Decides whether every read returned a value that a regular register may return. */
export function regular(spec: SequentialSpec, options: RegularOptions = {}): Checker {
  return {
    name: 'regular',
    meaning: `a read returns the last write that ended before it began, or one that overlaps it (${spec.name})`,
    check: (history, budget) => check(history, budget, spec, options.initial),
  };
}

function check(history: History, budget: Budget, spec: SequentialSpec, initial: Json | undefined): Verdict {
  const accesses = accessesOf(history, spec);
  if (!accesses) return { valid: 'unknown', anomalies: [], reason: notAccesses, stats: {} };
  const sweep = new Sweep(accesses, initialId(history, spec, initial));
  const timeline = timelineOf(accesses, history.length);
  for (let index = 0; index < timeline.length; index++) {
    sweep.step(timeline[index] ?? 0);
    if (index % eventsPerSpend === 0 && !budget.spend(0))
      return { valid: 'unknown', anomalies: [], reason: budgetUsedUp, stats: {} };
  }
  const { irregular, reads } = sweep;
  return {
    valid: irregular.length === 0,
    anomalies: irregular.slice(0, explainedMax).map((found) => anomalyOf(history, accesses, found)),
    stats: { reads, irregularReads: irregular.length },
  };
}

/** Nothing has ended. */
const nothing = -1;

/** What is known at an event. */
class Sweep {
  reads = 0;
  readonly irregular: IrregularRead[] = [];
  private readonly accesses: Accesses;
  private readonly initial: number;
  private readonly writers: Writers;
  /** By key: of the writes that have ended, the one that began last, and when. */
  private readonly lastBegun: Int32Array;
  private readonly lastBegunAt: Int32Array;
  /** By first writer of a value: of its writers that have begun, the one that ends last. */
  private readonly lastEnding: Int32Array;
  /** By read: what stood in `lastBegun` when it began. */
  private readonly bound: Int32Array;

  constructor(accesses: Accesses, initial: number) {
    this.accesses = accesses;
    this.initial = initial;
    this.writers = new Writers(accesses);
    this.lastBegun = new Int32Array(accesses.keyCount).fill(noWriter);
    this.lastBegunAt = new Int32Array(accesses.keyCount).fill(nothing);
    this.lastEnding = new Int32Array(accesses.length).fill(noWriter);
    this.bound = new Int32Array(accesses.length);
  }

  /** An entry of a timeline. */
  step(entry: number): void {
    if (entry > 0) this.begin(entry - 1);
    else if (entry < 0) this.complete(-entry - 1);
  }

  private begin(at: number): void {
    const { key, left, end } = this.accesses;
    const own = key[at] ?? 0;
    this.bound[at] = this.lastBegun[own] ?? noWriter;
    if (left[at] === noValue) return;
    const first = this.writers.firstOf(own, left[at] ?? noValue);
    const known = this.lastEnding[first] ?? noWriter;
    if (known === noWriter || (end[at] ?? 0) > (end[known] ?? 0)) this.lastEnding[first] = at;
  }

  private complete(at: number): void {
    const { key, left, start, seen, kind } = this.accesses;
    if (seen[at] !== noValue && kind[at] !== mismatchAccess) this.judge(at);
    const own = key[at] ?? 0;
    if (left[at] === noValue || (start[at] ?? 0) < (this.lastBegunAt[own] ?? nothing)) return;
    this.lastBegun[own] = at;
    this.lastBegunAt[own] = start[at] ?? 0;
  }

  private judge(read: number): void {
    const { key, start, end, seen } = this.accesses;
    this.reads++;
    const value = seen[read] ?? noValue;
    const replaced = this.bound[read] ?? noWriter;
    if (value === this.initial && replaced === noWriter) return;
    const first = this.writers.firstOf(key[read] ?? 0, value);
    const source = first === noWriter ? noWriter : (this.lastEnding[first] ?? noWriter);
    if (source !== noWriter && (replaced === noWriter || (end[source] ?? 0) >= (start[replaced] ?? 0)))
      return;
    // Written later or never, unless it was there from the beginning.
    const isReplaced = source !== noWriter || value === this.initial;
    this.irregular.push(
      isReplaced ? { read, source, replaced } : { read, source: first, replaced: noWriter },
    );
  }
}
