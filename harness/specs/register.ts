/**
 * Registers: one value that is read and written, and in cas-register also compared and set. A state wraps its value,
 * so that no value can be mistaken for the answer `inconsistent`.
 */
import type { Json } from '../../nodes/kernel/wire.ts';
import { describeOperation, describeValue, nameOfValue, sameValue } from './describe.ts';
import type { AccessKind, Footprint, Input, Output, SequentialSpec, Values } from './spec.ts';

/** The value of a register or of a key; null when there is none. */
export interface Cell {
  readonly value: Json;
}

/** The two values of a cas, `[from, to]`. */
export function casOf(value: Json): readonly [from: Json, to: Json] {
  if (!Array.isArray(value) || value.length !== 2)
    throw new TypeError(`the value of a cas is [from, to], not ${JSON.stringify(value)}`);
  return value as unknown as readonly [Json, Json];
}

/** A cas answered with `false` is an observation: the value was another one. */
export function casRefused(output: Output): boolean {
  return output !== 'unknown' && output.value === false;
}

function stepRead(state: Cell, output: Output): Cell | 'inconsistent' {
  return output === 'unknown' || sameValue(state.value, output.value) ? state : 'inconsistent';
}

export function stepCas(state: Cell, input: Input, output: Output): Cell | 'inconsistent' {
  const [from, to] = casOf(input.value);
  const matches = sameValue(state.value, from);
  if (casRefused(output)) return matches ? 'inconsistent' : state;
  return matches ? { value: to } : 'inconsistent';
}

function step(state: Cell, input: Input, output: Output): Cell | 'inconsistent' {
  switch (input.f) {
    case 'read':
      return stepRead(state, output);
    case 'write':
      return { value: input.value };
    case 'cas':
      return stepCas(state, input, output);
    default:
      throw new TypeError(`a register has no operation '${input.f}'`);
  }
}

function values({ f, value }: Input, output: Output): Values {
  if (f === 'read') return output === 'unknown' ? {} : { seen: output.value };
  if (f === 'write') return { left: value };
  const [from, to] = casOf(value);
  if (casRefused(output)) return {};
  return output === 'unknown' ? { left: to } : { seen: from, left: to };
}

/** What reads, writes and cas do, wherever a spec has them; `cell` is the state that holds a value. */
export function footprintOfAccess(
  kind: AccessKind,
  { value }: Input,
  output: Output,
  cell: (value: Json) => Cell,
): Footprint<Cell> {
  switch (kind) {
    case 'read':
      return output === 'unknown' ? {} : { needs: cell(output.value) };
    case 'write':
      return { leaves: cell(value) };
    case 'clear':
      return { leaves: cell(null) };
    case 'cas': {
      const [from, to] = casOf(value);
      return casRefused(output) ? { avoids: cell(from) } : { needs: cell(from), leaves: cell(to) };
    }
  }
}

const holding = (value: Json): Cell => ({ value });

function footprint(input: Input, output: Output): Footprint<Cell> {
  if (input.f !== 'read' && input.f !== 'write' && input.f !== 'cas')
    throw new TypeError(`a register has no operation '${input.f}'`);
  return footprintOfAccess(input.f, input, output, holding);
}

const read = { f: 'read', invoked: 'null', answered: 'the value; null when there is none' };
const write = { f: 'write', invoked: 'the new value', answered: 'the same value' };

export const register: SequentialSpec<Cell> = {
  name: 'register',
  meaning: 'one value that is read and written',
  operations: [read, write],
  init: (initial = null) => ({ value: initial }),
  step,
  nameOf: (state) => nameOfValue(state.value),
  byKey: true,
  observers: ['read'],
  accesses: { read: 'read', write: 'write' },
  describe: describeOperation,
  values,
  footprint,
};

export const casRegister: SequentialSpec<Cell> = {
  ...register,
  name: 'cas-register',
  meaning: 'a register with compare-and-set',
  accesses: { read: 'read', write: 'write', cas: 'cas' },
  operations: [
    read,
    write,
    {
      f: 'cas',
      invoked: '[from, to]; from null creates',
      answered: '[from, to] when it matched; false when the value was another one',
    },
  ],
  describe: (input, output) =>
    input.f === 'cas' && casRefused(output)
      ? `cas(${describeValue(input.value)}) did not match`
      : describeOperation(input, output),
};
