/**
 * Histories of a correct object, made from a tape of random numbers, and ways to spoil them. Wrong answers are answers
 * that the object really gave at another time: invented values would make every wrong history an easy one.
 */
import type { Op } from '../../../harness/history.ts';
import { specNamed } from '../../../harness/specs/index.ts';
import type { Cell } from '../../../harness/specs/register.ts';
import type { LockState } from '../../../harness/specs/lock.ts';
import type { Input, SequentialSpec } from '../../../harness/specs/spec.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';

/** Draws numbers below `below`. */
export type Draw = (below: number) => number;

/** The numbers of a tape, then zeros. */
export function drawFrom(tape: readonly number[]): Draw {
  let at = 0;
  return (below) => (tape[at++] ?? 0) % below;
}

interface Behaviour {
  readonly spec: SequentialSpec;
  /** A random operation; `unique` is a number that nobody else gets. */
  input(draw: Draw, unique: number): Input;
  /** What a correct object answers in a state. */
  answer(state: unknown, input: Input): Json;
}

function named(name: string): SequentialSpec {
  const spec = specNamed(name);
  if (!spec) throw new Error(`no spec ${name}`);
  return spec;
}

const cellOf = (state: unknown): Json => (state as Cell).value;
const pair = (value: Json): readonly Json[] => value as readonly Json[];

function answerOfRegister(state: unknown, { f, value }: Input): Json {
  if (f === 'read' || f === 'get') return cellOf(state);
  return f === 'cas' && cellOf(state) !== pair(value)[0] ? false : value;
}

function answerOfLock(state: unknown, { f, value }: Input): Json {
  const { by } = state as LockState;
  return f === 'acquire' ? by === undefined && value : by === value && value;
}

function answerOfSet(state: unknown, { f, value }: Input): Json {
  const elements = (state as readonly string[]).map((name) => JSON.parse(name) as number);
  if (f === 'read') return elements;
  return f === 'contains' ? elements.includes(value as number) : value;
}

/** One of the operations, all equally likely. */
const oneOf = (draw: Draw, ...inputs: readonly Input[]): Input => inputs[draw(inputs.length)] as Input;

export const behaviours: readonly Behaviour[] = [
  {
    spec: named('register'),
    input: (draw) => oneOf(draw, { f: 'read', value: null }, { f: 'write', value: draw(3) }),
    answer: answerOfRegister,
  },
  {
    spec: named('register'),
    input: (draw, unique) => oneOf(draw, { f: 'read', value: null }, { f: 'write', value: unique }),
    answer: answerOfRegister,
  },
  {
    spec: named('cas-register'),
    input: (draw) =>
      oneOf(
        draw,
        { f: 'read', value: null },
        { f: 'write', value: draw(3) },
        { f: 'cas', value: [draw(4) === 3 ? null : draw(3), draw(3)] },
      ),
    answer: answerOfRegister,
  },
  {
    spec: named('kv'),
    input: (draw, unique) =>
      oneOf(
        draw,
        { f: 'get', value: null },
        { f: 'append', value: `${unique}.` },
        { f: 'put', value: `${draw(2)}` },
        { f: 'append', value: '0' },
        { f: 'cas', value: [draw(2) === 0 ? null : '0', `${draw(2)}`] },
        { f: 'delete', value: null },
      ),
    answer: answerOfRegister,
  },
  {
    spec: named('append'),
    input: (draw, unique) => oneOf(draw, { f: 'read', value: null }, { f: 'append', value: unique }),
    answer: (state, { f, value }) => (f === 'read' ? (cellOf(state) ?? []) : value),
  },
  {
    spec: named('set'),
    input: (draw) =>
      oneOf(
        draw,
        { f: 'read', value: null },
        { f: 'add', value: draw(3) },
        { f: 'remove', value: draw(3) },
        { f: 'contains', value: draw(3) },
      ),
    answer: answerOfSet,
  },
  {
    spec: named('counter'),
    input: (draw) => oneOf(draw, { f: 'read', value: null }, { f: 'add', value: draw(3) - 1 }),
    answer: (state, { f, value }) => (f === 'read' ? (state as number) : value),
  },
  {
    spec: named('queue'),
    input: (draw) => oneOf(draw, { f: 'dequeue', value: null }, { f: 'enqueue', value: draw(3) }),
    answer: (state, { f, value }) => (f === 'dequeue' ? ((state as readonly Json[])[0] ?? null) : value),
  },
  {
    spec: named('lock'),
    input: (draw) =>
      oneOf(draw, { f: 'acquire', value: `c${draw(2)}` }, { f: 'release', value: `c${draw(2)}` }),
    answer: answerOfLock,
  },
];

interface Pending {
  readonly process: number;
  readonly key: string;
  readonly input: Input;
  answer?: Json;
}

export interface HistoryShape {
  readonly operations: number;
  readonly processes: number;
  readonly keys: number;
  /** One of so many operations crashes, before or after it took effect; 0 is never. */
  readonly crashOneIn: number;
  /** One of so many operations fails without effect; 0 is never. */
  readonly failOneIn: number;
}

/** A history that a correct object made: every operation takes effect at a random moment inside its interval. */
export function correctHistory(behaviour: Behaviour, draw: Draw, shape: HistoryShape): Op[] {
  const { spec } = behaviour;
  const history: Op[] = [];
  const states = new Map<string, unknown>();
  const pending: Pending[] = [];
  const idle = Array.from({ length: shape.processes }, (_, process) => process);
  let next = shape.processes;
  let invoked = 0;
  const record = (
    type: Op['type'],
    { process, key, input: { f, value } }: Pending,
    answered: Json = value,
  ): void => {
    history.push({ index: history.length, timeNs: history.length, process, type, f, key, value: answered });
  };
  const takeEffect = (operation: Pending): void => {
    const state = states.get(operation.key) ?? spec.init();
    operation.answer = behaviour.answer(state, operation.input);
    states.set(operation.key, spec.step(state, operation.input, { value: operation.answer }));
  };
  const end = (operation: Pending): void => {
    pending.splice(pending.indexOf(operation), 1);
    if (shape.crashOneIn > 0 && draw(shape.crashOneIn) === 1) {
      // A crashed operation has an info completion, or none at all.
      if (draw(2) === 1) record('info', operation);
      idle.push(next++);
      return;
    }
    if (operation.answer === undefined && shape.failOneIn > 0 && draw(shape.failOneIn) === 1)
      record('fail', operation);
    else {
      if (operation.answer === undefined) takeEffect(operation);
      record('ok', operation, operation.answer);
    }
    idle.push(operation.process);
  };
  while (invoked < shape.operations || pending.length > 0) {
    const isInvoking =
      invoked < shape.operations && idle.length > 0 && (pending.length === 0 || draw(2) === 1);
    if (isInvoking) {
      const [process = 0] = idle.splice(draw(idle.length), 1);
      const operation = { process, key: `k${draw(shape.keys)}`, input: behaviour.input(draw, ++invoked) };
      record('invoke', operation);
      pending.push(operation);
      continue;
    }
    const operation = pending[draw(pending.length)] as Pending;
    if (operation.answer === undefined && draw(2) === 1) takeEffect(operation);
    else end(operation);
  }
  return history;
}

/** Gives some answers of an operation to others of the same kind. */
export function spoiled(history: readonly Op[], draw: Draw, answers: number): Op[] {
  const wrong = [...history];
  for (let times = 0; times < answers; times++) {
    const completed = wrong.filter((op) => op.type === 'ok');
    const to = completed[draw(Math.max(1, completed.length))];
    const others = completed.filter((op) => op.f === to?.f && op !== to);
    const from = others[draw(Math.max(1, others.length))];
    // What a blind write answers says nothing: only answers that differ from the question are worth changing.
    if (to && from) wrong[to.index] = { ...to, value: from.value };
  }
  return wrong;
}
