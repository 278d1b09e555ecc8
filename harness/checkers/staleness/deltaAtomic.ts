/**
 * Δ-atomicity (Golab, Li & Shah, "Analyzing Consistency Properties for Fun and Profit", PODC 2011): every read returns a
 * value that was current at some moment from Δ before its start to its end; the history is linearizable once reads
 * begin Δ earlier. Decided for registers whose values are written once each, by zones (`conflicts.ts`).
 *
 * What is before what is the order of the history; its times only say how long before. O(n log n).
 */
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { History } from '../../columns/history.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import { accessesOf, initialId, type Accesses } from '../accesses.ts';
import { worst, type Anomaly, type Budget, type Checker, type Validity, type Verdict } from '../checker.ts';
import { budgetUsedUp, notAccesses } from '../doubts.ts';
import { scratchOf } from '../polynomial/scratch.ts';
import { noWriter, Writers } from '../writers.ts';
import { clockOf } from './clock.ts';
import { conflictOf, zonesOf, type Slack } from './conflicts.ts';
import { tooStale } from './deltaWitness.ts';
import { anomalyOf } from './regularWitness.ts';
import { timelineOf } from './timeline.ts';
import { byKey, versionsOf, type Versions } from './versions.ts';

export interface DeltaAtomicOptions {
  /** The value of every key before the first operation. */
  readonly initial?: Json;
}

/** No more violations than this are explained. */
const explainedMax = 16;
const nsPerMs = 1e6;

/** Decides whether no read returned a value that had been replaced more than `deltaMs` before it began. */
export function deltaAtomic(
  deltaMs: number,
  spec: SequentialSpec,
  options: DeltaAtomicOptions = {},
): Checker {
  return {
    name: `delta-atomic-${deltaMs}ms`,
    meaning: `linearizable once reads begin ${deltaMs} ms earlier (${spec.name})`,
    check: (history, budget) => check(history, budget, spec, { initial: options.initial ?? null, deltaMs }),
  };
}

function check(
  history: History,
  budget: Budget,
  spec: SequentialSpec,
  { initial, deltaMs }: { readonly initial: Json; readonly deltaMs: number },
): Verdict {
  const accesses = accessesOf(history, spec);
  if (!accesses) return { valid: 'unknown', anomalies: [], reason: notAccesses, stats: {} };
  const slack = { readsNs: deltaMs * nsPerMs, writesNs: 0 };
  const judge = new Judge(history, accesses, slack);
  const initialValue = initialId(history, spec, initial);
  const writers = new Writers(accesses);
  const versionOf = new Int32Array(accesses.length);
  for (const key of byKey(accesses)) {
    judge.add(versionsOf(key, writers, initialValue, versionOf));
    if (!budget.spend(0)) return { ...judge.verdict(), ...judge.stopped() };
  }
  return judge.verdict();
}

/** Judges key after key. */
class Judge {
  private readonly history: History;
  private readonly accesses: Accesses;
  private readonly slack: Slack;
  private readonly clock: Float64Array;
  private readonly timeline: Int32Array;
  private readonly anomalies: Anomaly[] = [];
  private keys = 0;
  private violated = 0;
  private undecided = 0;

  constructor(history: History, accesses: Accesses, slack: Slack) {
    this.history = history;
    this.accesses = accesses;
    this.slack = slack;
    this.clock = clockOf(history.events);
    this.timeline = timelineOf(accesses, history.length);
  }

  add(versions: Versions): void {
    this.keys++;
    const [unexplained] = versions.unexplained;
    if (unexplained) {
      const { read, writer } = unexplained;
      this.refuse(() => anomalyOf(this.history, this.accesses, { read, source: writer, replaced: noWriter }));
      return;
    }
    if (versions.doubt !== undefined) {
      this.undecided++;
      return;
    }
    const { history, accesses, clock, timeline, slack } = this;
    const zones = zonesOf(versions, clock, scratchOf(history.events).atEvent);
    const conflict = conflictOf(zones, slack);
    if (conflict) this.refuse(() => tooStale({ history, accesses, timeline, zones }, conflict, slack));
  }

  verdict(): Verdict {
    const { anomalies, keys, violated, undecided } = this;
    const validities: Validity[] = [];
    if (violated > 0) validities.push(false);
    if (undecided > 0) validities.push('unknown');
    return {
      valid: worst(validities),
      anomalies,
      ...(undecided > 0 && violated === 0 ? { reason: reasonOf(undecided) } : {}),
      stats: { keys, violatedKeys: violated, undecidedKeys: undecided },
    };
  }

  /** What changes in the verdict when not all keys were judged. */
  stopped(): Partial<Verdict> {
    return this.violated > 0 ? {} : { valid: 'unknown', reason: budgetUsedUp };
  }

  private refuse(explain: () => Anomaly): void {
    if (this.violated++ < explainedMax) this.anomalies.push(explain());
  }
}

function reasonOf(undecided: number): string {
  const keys = undecided === 1 ? '1 key has' : `${undecided} keys have`;
  return `${keys} a cas, or reads of values that were written several times: zones do not decide them`;
}
