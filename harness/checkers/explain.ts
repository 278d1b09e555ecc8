/**
 * Says why a key is not linearizable: which completion cannot be explained, what it answered, what it could have been,
 * and which other operations make it impossible.
 *
 * Where the spec names the one value that operations see and leave (registers, keys), the usual reasons get a sentence
 * of their own: nobody wrote that value, it was written only later, or it had been replaced. Everything else is
 * explained by the states that were possible and the smallest set of operations that contradict each other.
 */
import type { Operation } from '../history.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import { describeValue, sameValue } from '../specs/describe.ts';
import { inconsistent, type Automaton } from './automaton.ts';
import type { Call, Partition } from './calls.ts';
import type { Anomaly } from './checker.ts';
import { coreOf } from './core.ts';
import { indicesOf, listed, phrase, phraseWithAnswer, reference } from './phrases.ts';
import type { Furthest } from './wgl.ts';

/** A key that was found to be violated. */
export interface Violation {
  readonly partition: Partition;
  readonly automaton: Automaton;
  readonly furthest: Furthest;
  /** Whether to look for the operations that contradict each other, which takes some milliseconds. */
  readonly isInFull: boolean;
}

/** A reason, and the operations that it names. */
interface Reason {
  readonly sentence: string;
  readonly operations: readonly Operation[];
}

/** A core of more operations than this is not spelled out. */
const spelledOutMax = 6;

export function explain(violation: Violation): Anomaly {
  const { partition, automaton, furthest } = violation;
  const { blocked } = furthest;
  const core = violation.isInFull ? coreOf(automaton, partition.calls, blocked) : [blocked];
  const reason = reasonByValue(violation, core) ?? reasonByStates(violation, core);
  const operations = [blocked.operation, ...core.map((call) => call.operation), ...reason.operations];
  const ops = [...new Set(operations.flatMap(indicesOf))].sort((a, b) => a - b);
  return {
    kind: 'non-linearizable',
    ops,
    explanation: `${phraseWithAnswer(blocked.operation)}, but ${reason.sentence}.`,
    prefix: furthest.order.map(({ call, state }) => ({ op: call.start, state: automaton.nameOf(state) })),
    ...(partition.key === undefined ? {} : { key: partition.key }),
  };
}

function valuesOf(automaton: Automaton, call: Call): { readonly seen?: Json; readonly left?: Json } {
  return automaton.spec.values?.(call.input, call.output) ?? {};
}

/** Why nothing that it saw can have been there, or undefined when that takes more than one value to tell. */
function reasonByValue({ partition, automaton }: Violation, core: readonly Call[]): Reason | undefined {
  const blocked = core.reduce((last, call) => (call.end > last.end ? call : last));
  const { seen } = valuesOf(automaton, blocked);
  if (seen === undefined) return undefined;
  const leaves = (call: Call): boolean => {
    const { left } = valuesOf(automaton, call);
    return left !== undefined && call !== blocked && sameValue(left, seen);
  };
  const writers = partition.calls.filter(leaves);
  const isInitial = automaton.nameOf(automaton.initial) === automaton.spec.nameOf(automaton.spec.init(seen));
  const inTime = writers.filter((call) => call.start < blocked.end);
  if (inTime.length === 0 && !isInitial) return neverWritten(partition, seen, writers[0]);
  return replaced(automaton, core, blocked, seen, inTime);
}

function neverWritten({ failed }: Partition, seen: Json, later: Call | undefined): Reason {
  const value = describeValue(seen);
  if (later)
    return {
      sentence: `${value} was first written after that: ${phrase(later.operation)}`,
      operations: [later.operation],
    };
  const refused = failed.find(({ invocation }) => writes(invocation.value, seen));
  if (refused)
    return {
      sentence: `${value} was only written by an operation that failed: ${phrase(refused)}`,
      operations: [refused],
    };
  return { sentence: `nothing had ever written ${value}`, operations: [] };
}

/** Whether an invocation's value is what was seen: of a write the value, of a cas the second one. */
function writes(value: Json, seen: Json): boolean {
  return (
    sameValue(value, seen) ||
    (Array.isArray(value) && value.length === 2 && sameValue(value[1] as Json, seen))
  );
}

/** The value was there, and another one had taken its place for good before the operation began. */
function replaced(
  automaton: Automaton,
  core: readonly Call[],
  blocked: Call,
  seen: Json,
  writers: readonly Call[],
): Reason | undefined {
  const lastWrite = Math.max(-1, ...writers.map((call) => call.end));
  const replacing = core
    .filter((call) => call.end < blocked.start && call.start > lastWrite)
    .filter((call) => {
      const { seen: saw, left } = valuesOf(automaton, call);
      const value = left ?? saw;
      return value !== undefined && !sameValue(value, seen);
    })
    .sort((a, b) => b.end - a.end)[0];
  if (!replacing) return undefined;
  const { seen: saw, left } = valuesOf(automaton, replacing);
  const where = reference(replacing.operation);
  const again = seen === null ? 'nothing removed it again' : `nothing wrote ${describeValue(seen)} again`;
  const known =
    left === undefined
      ? `process ${replacing.operation.invocation.process} had read ${describeValue(saw ?? null)} before it began (${where})`
      : `${describeValue(left)} was written and acknowledged before it began (${where})`;
  return { sentence: `${known} and ${again}`, operations: writers.map((call) => call.operation) };
}

/** What could be seen instead, and what it contradicts. */
function reasonByStates({ automaton, furthest }: Violation, core: readonly Call[]): Reason {
  const { blocked, possible } = furthest;
  const code = automaton.code(blocked.input, blocked.output);
  const misfits = [...possible].filter((state) => automaton.step(state, code) === inconsistent);
  const states = listed(
    misfits.map((state) => automaton.nameOf(state)),
    'or',
  );
  const isMisfit = misfits.length === possible.size;
  const first = isMisfit
    ? `wherever it may have taken effect, the state was ${states}`
    : 'every order in which it fits contradicts another operation';
  const others = core.filter((call) => call.operation !== blocked.operation);
  if (others.length === 0 || others.length > spelledOutMax) return { sentence: first, operations: [] };
  const contradicted = others.map((call) => phraseWithAnswer(call.operation));
  return {
    sentence: `${first}; it contradicts ${listed(contradicted, 'and', spelledOutMax)}`,
    operations: [],
  };
}
