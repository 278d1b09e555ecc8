/**
 * Says why a key is not linearizable: which completion cannot be explained, what it answered, what it could have been,
 * and which other operations make it impossible.
 *
 * Where the spec names the one value that operations see and leave (registers, keys), the usual reasons get a sentence
 * of their own: nobody wrote that value, it was written only later, or it had been replaced. Everything else is
 * explained by the states that were possible and the smallest set of operations that contradict each other.
 */
import type { History } from '../../columns/history.ts';
import { failOutcome } from '../../columns/operations.ts';
import type { Operation } from '../../history.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import { describeValue, sameValue } from '../../specs/describe.ts';
import type { Values } from '../../specs/spec.ts';
import { inconsistent, type Automaton } from './automaton.ts';
import type { Anomaly } from '../checker.ts';
import { coreOf } from './core.ts';
import type { Effort } from './effort.ts';
import { newOldInversion, indicesOf, listed, phrase, phraseWithAnswer, reference } from '../phrases.ts';
import type { Furthest } from './furthest.ts';
import type { Order } from './order.ts';
import type { Problem } from './problem.ts';

/** A key that was found to be violated. */
export interface Violation {
  readonly history: History;
  readonly key: string | undefined;
  readonly problem: Problem;
  readonly automaton: Automaton;
  readonly furthest: Furthest;
  /** Whether to look for the operations that contradict each other, which takes some milliseconds. */
  readonly isInFull: boolean;
  readonly effort: Effort;
}

/** A reason, and the operations that it names. */
interface Reason {
  readonly sentence: string;
  readonly operations: readonly Operation[];
}

/** A core of more operations than this is not spelled out; of more than the second number, not even listed. */
const spelledOutMax = 6;
const listedMax = 64;

/** Of many operations that wrote the same value only the last ones are named. */
const writersMax = 8;

/** Of a longer prefix only the end is kept. */
const prefixMax = 1_000;

export function explain(violation: Violation): Anomaly {
  const { problem, automaton, furthest, effort } = violation;
  const { blocked } = furthest;
  const core = violation.isInFull ? coreOf(automaton, problem, blocked, effort) : [blocked];
  const reason = reasonByValue(violation, core) ?? reasonByStates(violation, core);
  // Where values repeat, every write of the value that was read may be in the core: a list that nobody can read.
  const proof = core.length > listedMax ? [blocked] : core;
  const operations = [...proof.map((place) => operationAt(violation, place)), ...reason.operations];
  const ops = [...new Set(operations.flatMap(indicesOf))].sort((a, b) => a - b);
  return {
    kind: 'non-linearizable',
    ops,
    explanation: `${headline(operationAt(violation, blocked))}, but ${reason.sentence}.${caveat(effort)}`,
    prefix: prefixOf(furthest.order, problem, automaton),
    ...(violation.key === undefined ? {} : { key: violation.key }),
  };
}

/** What must be added to an explanation that was not looked for to the end. */
export function caveat({ isCutShort }: Effort): string {
  return isCutShort
    ? ' (The budget allowed no longer search: there may be an earlier contradiction, and one of fewer operations.)'
    : '';
}

/** The order as it stands in verdicts. */
export function prefixOf(
  { length, place, state }: Order,
  { start }: Problem,
  automaton: Automaton,
): { readonly op: number; readonly state: string }[] {
  const from = Math.max(0, length - prefixMax);
  return Array.from({ length: length - from }, (_, at) => ({
    op: start[place[from + at] as number] as number,
    state: automaton.nameOf(state[from + at] as number),
  }));
}

function operationAt({ history, problem }: Violation, place: number): Operation {
  return history.operation(problem.row[place] as number);
}

function headline(operation: Operation): string {
  const words = phraseWithAnswer(operation);
  return words === phrase(operation) ? `${words} succeeded` : words;
}

/** Why nothing that it saw can have been there, or undefined when that takes more than one value to tell. */
function reasonByValue(violation: Violation, core: readonly number[]): Reason | undefined {
  const { problem, automaton } = violation;
  const { spec } = automaton;
  const { blocked } = violation.furthest;
  const values = valuesByCode(violation);
  const seen = values?.[problem.code[blocked] as number]?.seen;
  if (values === undefined || seen === undefined) return undefined;
  const leavesSeen = values.map((value) => value?.left !== undefined && sameValue(value.left, seen));
  const writers: number[] = [];
  for (let place = 0; place < problem.length; place++)
    if (place !== blocked && leavesSeen[problem.code[place] as number]) writers.push(place);
  const isInitial = automaton.nameOf(automaton.initial) === spec.nameOf(spec.init(seen));
  const inTime = writers.filter((place) => startOf(problem, place) < endOf(problem, blocked));
  if (inTime.length === 0 && !isInitial) return neverWritten(violation, seen, writers[0]);
  const replacing = replacingOf(violation, core, seen, inTime, values);
  if (replacing === undefined) return undefined;
  return replaced(violation, replacing, values[problem.code[replacing] as number] ?? {}, seen, inTime);
}

const startOf = ({ start }: Problem, place: number): number => start[place] as number;
const endOf = ({ end }: Problem, place: number): number => end[place] as number;

/** What each operation saw and left, by code; undefined when that depends on what was there. */
function valuesByCode({ problem, automaton }: Violation): readonly (Values | undefined)[] | undefined {
  const values: (Values | undefined)[] = [];
  for (const code of new Set(problem.code)) {
    const { input, output } = automaton.operation(code);
    const value = automaton.spec.values?.(input, output);
    if (value === undefined) return undefined;
    values[code] = value;
  }
  return values;
}

function neverWritten(violation: Violation, seen: Json, later: number | undefined): Reason {
  const value = describeValue(seen);
  if (later !== undefined) {
    const operation = operationAt(violation, later);
    return {
      sentence: `${value} was first written after that: ${phrase(operation)}`,
      operations: [operation],
    };
  }
  const refused = failedWriter(violation, seen);
  if (refused)
    return {
      sentence: `${value} was only written by an operation that failed: ${phrase(refused)}`,
      operations: [refused],
    };
  return { sentence: `nothing had ever written ${value}`, operations: [] };
}

/** An operation on the key that surely did not happen, but would have written the value. O(operations). */
function failedWriter({ history, key, automaton }: Violation, seen: Json): Operation | undefined {
  const { length, outcome } = history.operations;
  for (let row = 0; row < length; row++) {
    if (outcome[row] !== failOutcome) continue;
    const operation = history.operation(row);
    const { f, key: ownKey, value } = operation.invocation;
    if (automaton.spec.byKey && ownKey !== key) continue;
    if (!automaton.spec.observers.includes(f) && writes(value, seen)) return operation;
  }
  return undefined;
}

/** Whether an invocation's value is what was seen: of a write the value, of a cas the second one. */
function writes(value: Json, seen: Json): boolean {
  return (
    sameValue(value, seen) ||
    (Array.isArray(value) && value.length === 2 && sameValue(value[1] as Json, seen))
  );
}

/** The last operation that began after all writers of `seen` and ended before `blocked` began, and had another value. */
function replacingOf(
  { problem, furthest }: Violation,
  core: readonly number[],
  seen: Json,
  writers: readonly number[],
  values: readonly (Values | undefined)[],
): number | undefined {
  const lastWrite = writers.reduce((last, place) => Math.max(last, endOf(problem, place)), -1);
  return core
    .filter((place) => endOf(problem, place) < startOf(problem, furthest.blocked))
    .filter((place) => startOf(problem, place) > lastWrite)
    .filter((place) => {
      const value = values[problem.code[place] as number];
      const had = value?.left ?? value?.seen;
      return had !== undefined && !sameValue(had, seen);
    })
    .sort((a, b) => endOf(problem, b) - endOf(problem, a))[0];
}

/** The value was there, and another one had taken its place for good before the operation began. */
function replaced(
  violation: Violation,
  replacing: number,
  { seen: saw, left }: Values,
  seen: Json,
  writers: readonly number[],
): Reason {
  const operation = operationAt(violation, replacing);
  const where = reference(operation);
  const again = seen === null ? 'nothing removed it again' : `nothing wrote ${describeValue(seen)} again`;
  const known =
    left === undefined
      ? `process ${operation.invocation.process} had read ${describeValue(saw ?? null)} before it began (${where})`
      : `${describeValue(left)} was written and acknowledged before it began (${where})`;
  const named = [...writers.slice(-writersMax), replacing].map((place) => operationAt(violation, place));
  const isInversion = left === undefined && violation.automaton.spec.observers.includes(blockedOf(violation));
  return {
    sentence: `${known} and ${again}${isInversion ? newOldInversion : ''}`,
    operations: named,
  };
}

function blockedOf(violation: Violation): string {
  return operationAt(violation, violation.furthest.blocked).invocation.f;
}

/** What could be seen instead, and what it contradicts. */
function reasonByStates(violation: Violation, core: readonly number[]): Reason {
  const { automaton, problem } = violation;
  const { blocked, possible } = violation.furthest;
  const code = problem.code[blocked] as number;
  const states = [...possible];
  const names = states.map((state) => automaton.nameOf(state));
  const clauses: string[] = [];
  // Where it fits in some states, those lead nowhere: the states say nothing, the other operations do.
  if (states.length > 0 && states.every((state) => automaton.step(state, code) === inconsistent))
    clauses.push(`wherever it may have taken effect, the state was ${listed(names, 'or')}`);
  const others = core.filter((place) => place !== blocked);
  if (others.length > 0) clauses.push(`it contradicts ${spelledOut(violation, others)}`);
  if (clauses.length === 0) clauses.push('no order of the operations allows it');
  return { sentence: clauses.join('; '), operations: [] };
}

function spelledOut(violation: Violation, places: readonly number[]): string {
  if (places.length > spelledOutMax) return `${places.length} other operations taken together`;
  return listed(
    places.map((place) => phraseWithAnswer(operationAt(violation, place))),
    'and',
  );
}
