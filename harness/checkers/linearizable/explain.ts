/**
 * Says why a key is not linearizable: which completion cannot be explained, what it answered, what it could have been,
 * and which other operations make it impossible.
 *
 * Where the spec names the one value that operations see and leave (registers, keys), the usual reasons get a sentence
 * of their own: nobody wrote that value, it was written only later, or it had been replaced. Everything else is
 * explained by the states that were possible and the smallest set of operations that contradict each other.
 */
import type { Operation } from '../../history.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import { describeValue, sameValue } from '../../specs/describe.ts';
import type { Values } from '../../specs/spec.ts';
import { inconsistent, type Automaton } from './automaton.ts';
import type { Call, Partition } from './calls.ts';
import type { Anomaly } from '../checker.ts';
import { coreOf } from './core.ts';
import { indicesOf, listed, phrase, phraseWithAnswer, reference } from '../phrases.ts';
import type { Furthest } from './furthest.ts';

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
    explanation: `${headline(blocked.operation)}, but ${reason.sentence}.`,
    prefix: furthest.order.map(({ call, state }) => ({ op: call.start, state: automaton.nameOf(state) })),
    ...(partition.key === undefined ? {} : { key: partition.key }),
  };
}

function headline(operation: Operation): string {
  const words = phraseWithAnswer(operation);
  return words === phrase(operation) ? `${words} succeeded` : words;
}

/** Why nothing that it saw can have been there, or undefined when that takes more than one value to tell. */
function reasonByValue(violation: Violation, core: readonly Call[]): Reason | undefined {
  const { partition, automaton } = violation;
  const { spec } = automaton;
  const { blocked } = violation.furthest;
  const values = (call: Call): Values | undefined => spec.values?.(call.input, call.output);
  if (partition.calls.some((call) => values(call) === undefined)) return undefined;
  const seen = values(blocked)?.seen;
  if (seen === undefined) return undefined;
  const writers = partition.calls.filter((call) => {
    const left = values(call)?.left;
    return left !== undefined && call !== blocked && sameValue(left, seen);
  });
  const isInitial = automaton.nameOf(automaton.initial) === spec.nameOf(spec.init(seen));
  const inTime = writers.filter((call) => call.start < blocked.end);
  if (inTime.length === 0 && !isInitial) return neverWritten(partition, seen, writers[0]);
  const replacing = replacingCall(core, blocked, seen, inTime, values);
  return replacing && replaced(replacing, values(replacing) ?? {}, seen, inTime);
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

/** The last operation that began after all writers of `seen` and ended before `blocked` began, and had another value. */
function replacingCall(
  core: readonly Call[],
  blocked: Call,
  seen: Json,
  writers: readonly Call[],
  values: (call: Call) => Values | undefined,
): Call | undefined {
  const lastWrite = Math.max(-1, ...writers.map((call) => call.end));
  return core
    .filter((call) => call.end < blocked.start && call.start > lastWrite)
    .filter((call) => {
      const value = values(call)?.left ?? values(call)?.seen;
      return value !== undefined && !sameValue(value, seen);
    })
    .sort((a, b) => b.end - a.end)[0];
}

/** The value was there, and another one had taken its place for good before the operation began. */
function replaced(
  replacing: Call,
  { seen: saw, left }: Values,
  seen: Json,
  writers: readonly Call[],
): Reason {
  const where = reference(replacing.operation);
  const again = seen === null ? 'nothing removed it again' : `nothing wrote ${describeValue(seen)} again`;
  const known =
    left === undefined
      ? `process ${replacing.operation.invocation.process} had read ${describeValue(saw ?? null)} before it began (${where})`
      : `${describeValue(left)} was written and acknowledged before it began (${where})`;
  return {
    sentence: `${known} and ${again}`,
    operations: [replacing, ...writers].map((call) => call.operation),
  };
}

/** What could be seen instead, and what it contradicts. */
function reasonByStates({ automaton, furthest }: Violation, core: readonly Call[]): Reason {
  const { blocked, possible } = furthest;
  const code = automaton.code(blocked.input, blocked.output);
  const states = [...possible];
  const names = states.map((state) => automaton.nameOf(state));
  const clauses: string[] = [];
  // Where it fits in some states, those lead nowhere: the states say nothing, the other operations do.
  if (states.every((state) => automaton.step(state, code) === inconsistent))
    clauses.push(`wherever it may have taken effect, the state was ${listed(names, 'or')}`);
  const others = core.filter((call) => call.operation !== blocked.operation);
  if (others.length > 0) clauses.push(`it contradicts ${spelledOut(others)}`);
  if (clauses.length === 0) clauses.push('no order of the operations allows it');
  return { sentence: clauses.join('; '), operations: [] };
}

function spelledOut(calls: readonly Call[]): string {
  if (calls.length > spelledOutMax) return `${calls.length} other operations taken together`;
  return listed(
    calls.map((call) => phraseWithAnswer(call.operation)),
    'and',
  );
}
