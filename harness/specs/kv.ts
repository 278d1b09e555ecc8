/**
 * Keys that hold strings or lists. `kv` speaks as Porcupine's logs do (get, put, append on strings), `append` as
 * Jepsen's list workloads (append, read). A key that was never written, an empty string and an empty list are the
 * same: absent, read as null, "" or [].
 */
import type { Json } from '../../nodes/kernel/wire.ts';
import { describeOperation, describeValue, nameOfValue, sameValue } from './describe.ts';
import { casOf, casRefused, footprintOfAccess, stepCas, type Cell } from './register.ts';
import type { Footprint, Input, Output, SequentialSpec, Values } from './spec.ts';

const absent: Cell = { value: null };

function isEmpty(value: Json): boolean {
  return value === '' || (Array.isArray(value) && value.length === 0);
}

function cell(value: Json): Cell {
  return isEmpty(value) ? absent : { value };
}

const present = (value: Json): Json => cell(value).value;

function textOf(value: Json): string {
  if (value !== null && typeof value !== 'string')
    throw new TypeError(`kv appends strings, not ${JSON.stringify(value)}`);
  return value ?? '';
}

function get(state: Cell, output: Output): Cell | 'inconsistent' {
  return output === 'unknown' || sameValue(state.value, present(output.value)) ? state : 'inconsistent';
}

/** A cas in which an empty string or list stands for an absent key, as everywhere here. */
function cas(state: Cell, input: Input, output: Output): Cell | 'inconsistent' {
  const [from, to] = casOf(input.value);
  return stepCas(state, { f: 'cas', value: [present(from), present(to)] }, output);
}

function stepKv(state: Cell, input: Input, output: Output): Cell | 'inconsistent' {
  switch (input.f) {
    case 'get':
      return get(state, output);
    case 'put':
      return cell(input.value);
    case 'append':
      return cell(textOf(state.value) + textOf(input.value));
    case 'delete':
      return absent;
    case 'cas':
      return cas(state, input, output);
    default:
      throw new TypeError(`kv has no operation '${input.f}'`);
  }
}

function valuesOfKv(input: Input, output: Output): Values | undefined {
  switch (input.f) {
    case 'get':
      return output === 'unknown' ? {} : { seen: present(output.value) };
    case 'put':
      return { left: present(input.value) };
    case 'delete':
      return { left: null };
    default:
      return undefined;
  }
}

function stepAppend(state: Cell, input: Input, output: Output): Cell | 'inconsistent' {
  switch (input.f) {
    case 'read':
      return get(state, output);
    case 'append':
      return { value: [...((state.value ?? []) as readonly Json[]), input.value] };
    default:
      throw new TypeError(`append has no operation '${input.f}'`);
  }
}

function footprintOfKv(input: Input, output: Output): Footprint<Cell> {
  switch (input.f) {
    case 'get':
      return footprintOfAccess('read', input, output, cell);
    case 'put':
      return footprintOfAccess('write', input, output, cell);
    case 'append':
      return { grows: true };
    case 'delete':
      return footprintOfAccess('clear', input, output, cell);
    case 'cas':
      return footprintOfAccess('cas', input, output, cell);
    default:
      throw new TypeError(`kv has no operation '${input.f}'`);
  }
}

function footprintOfAppend(input: Input, output: Output): Footprint<Cell> {
  switch (input.f) {
    case 'read':
      return footprintOfAccess('read', input, output, cell);
    case 'append':
      return { grows: true };
    default:
      throw new TypeError(`append has no operation '${input.f}'`);
  }
}

/** Texts grow at the end; what is no text has only itself as a beginning. */
function pathOfText({ value }: Cell): string {
  return value === null || typeof value === 'string' ? (value ?? '') : `\0${nameOfValue(value)}`;
}

/** The elements one after the other: a list begins with another exactly if its path does. */
function pathOfList({ value }: Cell): string {
  if (value !== null && !Array.isArray(value)) return `\0${nameOfValue(value)}`;
  return ((value ?? []) as readonly Json[]).map((element) => `${nameOfValue(element)},`).join('');
}

export const kv: SequentialSpec<Cell> = {
  name: 'kv',
  meaning: 'keys that hold strings, with append',
  operations: [
    { f: 'get', invoked: 'null', answered: 'the string; null or "" when the key is absent' },
    { f: 'put', invoked: 'the new string', answered: 'the same string' },
    { f: 'append', invoked: 'the string to add at the end', answered: 'the same string' },
    { f: 'delete', invoked: 'null', answered: 'null' },
    {
      f: 'cas',
      invoked: '[from, to]; from null creates',
      answered: '[from, to]; false when it did not match',
    },
  ],
  init: (initial = null) => cell(initial),
  step: stepKv,
  nameOf: (state) => nameOfValue(state.value),
  byKey: true,
  observers: ['get'],
  accesses: { get: 'read', put: 'write', delete: 'clear', cas: 'cas' },
  emptyIsAbsent: true,
  describe: (input, output) =>
    input.f === 'cas' && casRefused(output)
      ? `cas(${describeValue(input.value)}) did not match`
      : describeOperation(input, output),
  values: valuesOfKv,
  footprint: footprintOfKv,
  pathOf: pathOfText,
};

/** Throws TypeError for what is no list. */
function listCell(initial: Json): Cell {
  const first = cell(initial);
  if (first.value !== null && !Array.isArray(first.value))
    throw new TypeError(`append holds lists, not ${JSON.stringify(initial)}`);
  return first;
}

export const append: SequentialSpec<Cell> = {
  name: 'append',
  meaning: 'keys that hold lists: elements are appended, the whole list is read',
  operations: [
    { f: 'append', invoked: 'the element', answered: 'the same element' },
    { f: 'read', invoked: 'null', answered: 'the list, in order; null or [] when nothing was appended' },
  ],
  init: (initial = null) => listCell(initial),
  step: stepAppend,
  nameOf: (state) => nameOfValue(state.value ?? []),
  byKey: true,
  observers: ['read'],
  footprint: footprintOfAppend,
  pathOf: pathOfList,
  describe: describeOperation,
};
