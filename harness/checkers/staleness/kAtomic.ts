/**
 * k-atomicity (Aiyer, Alvisi & Bazzi, "On the Availability of Non-strict Quorum Systems", DISC 2005): the operations
 * take effect one after the other, each in its interval, and every read returns one of the last k values. That is
 * linearizability of another object, a register that remembers its last k values, and is decided as such.
 *
 * Two rules save most searches: a key that is linearizable is k-atomic for every k, and one with a read that k writes
 * separate from its own write is not. A cas must find one of the last k values, and
 * leaves a new one unless it is the same.
 */
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { History } from '../../columns/history.ts';
import { never } from '../../columns/operations.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import { accessesOf, initialId, noValue, type Accesses } from '../accesses.ts';
import type { Anomaly, Budget, Checker, Verdict } from '../checker.ts';
import { notAccesses } from '../doubts.ts';
import { linearizable } from '../linearizable/linearizable.ts';
import { partsOf } from '../linearizable/parts.ts';
import { listed } from '../phrases.ts';
import { told } from '../polynomial/facts.ts';
import { registers } from '../polynomial/registers.ts';
import { Writers } from '../writers.ts';
import { clockOf } from './clock.ts';
import { lastValuesOf } from './lastValues.ts';
import { measureReads } from './reads.ts';
import { anomaly, factAt } from './regularWitness.ts';
import { byKey, initialVersion, versionsOf, type KeyAccesses, type Versions } from './versions.ts';

export interface KAtomicOptions {
  /** The value of every key before the first operation. */
  readonly initial?: Json;
}

/** No more violations than this are explained. */
const explainedMax = 16;

/** Decides whether every read returned one of the last `k` values; k is at least 1. */
export function kAtomic(k: number, spec: SequentialSpec, options: KAtomicOptions = {}): Checker {
  if (!Number.isInteger(k) || k < 1)
    throw new RangeError(`the number of values must be at least 1, not ${k}`);
  return {
    name: `${k}-atomic`,
    meaning: `every read returns one of the last ${k} values (${spec.name})`,
    check: (history, budget) => check(history, budget, spec, { k, initial: options.initial }),
  };
}

interface Question {
  readonly k: number;
  readonly initial: Json | undefined;
}

function check(history: History, budget: Budget, spec: SequentialSpec, { k, initial }: Question): Verdict {
  const accesses = accessesOf(history, spec);
  if (!accesses) return { valid: 'unknown', anomalies: [], reason: notAccesses, stats: {} };
  const separated = k === 1 ? [] : separatedReads(history, accesses, initialId(history, spec, initial), k);
  if (separated.length > 0)
    return { valid: false, anomalies: separated, stats: { separatedReads: separated.length } };
  const remembering = k === 1 ? spec : lastValuesOf(k, spec);
  const rows = unsettledRows(history, spec, initial);
  const search = linearizable(remembering, initial === undefined ? {} : { initial });
  const verdict = search.check(history.restrictedTo(rows), budget);
  return { ...verdict, anomalies: verdict.anomalies.map((found) => ({ ...found, kind: kindOf(k) })) };
}

const kindOf = (k: number): string => `not-${k}-atomic`;

/** The rows of keys that are not known to be linearizable. */
function unsettledRows(history: History, spec: SequentialSpec, initial: Json | undefined): number[] {
  const parts = partsOf(history, spec);
  const unsettled: number[] = [];
  for (let part = 0; part < parts.count; part++) {
    const rows = parts.rowsOf(part);
    if (registers.decide({ history, spec, rows, initial })?.valid === true) continue;
    for (const row of rows) unsettled.push(row);
  }
  return unsettled.sort((a, b) => a - b);
}

/** Reads that at least k writes separate from the write of their value, whatever the order. */
function separatedReads(history: History, accesses: Accesses, initial: number, k: number): Anomaly[] {
  const writers = new Writers(accesses);
  const versionOf = new Int32Array(accesses.length);
  const clock = clockOf(history.events);
  const found: Anomaly[] = [];
  for (const key of byKey(accesses)) {
    const versions = versionsOf(key, writers, initial, versionOf);
    measureReads(key, versions, clock, (access, { lag }) => {
      if (lag < k || found.length >= explainedMax) return;
      found.push(separatedRead(key, versions, access, k, history));
    });
  }
  return found;
}

/** The read, k writes between it and its own one, and what shows that that one had happened before them. */
function separatedRead(
  { accesses, at }: KeyAccesses,
  { readOf, firstEnd }: Versions,
  read: number,
  k: number,
  history: History,
): Anomaly {
  const { start, end, left } = accesses;
  const present = firstEnd[readOf[at.indexOf(read)] ?? initialVersion] ?? never;
  const between = at.filter(
    (access) =>
      left[access] !== noValue && (start[access] ?? 0) > present && (end[access] ?? 0) < (start[read] ?? 0),
  );
  const shown = at.filter(
    (access) => end[access] === present || (left[access] !== noValue && left[access] === accesses.seen[read]),
  );
  const facts = [...between.subarray(0, k), ...shown].map((access) => factAt(history, accesses, access));
  const newer = facts.slice(0, Math.min(k, between.length)).map(told);
  const why = `${listed(newer, 'and')} came after what it saw and had ended before it began`;
  return anomaly(kindOf(k), [factAt(history, accesses, read), ...facts], why);
}
