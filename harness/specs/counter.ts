/** Counters: amounts are added, the sum is read. A bounded counter does not go below zero. */
import type { Json } from '../../nodes/kernel/wire.ts';
import { describeOperation } from './describe.ts';
import type { Input, Output, SequentialSpec } from './spec.ts';

function amount(value: Json): number {
  if (typeof value !== 'number')
    throw new TypeError(`a counter counts numbers, not ${JSON.stringify(value)}`);
  return value;
}

function step(state: number, { f, value }: Input, output: Output): number | 'inconsistent' {
  switch (f) {
    case 'add':
      return state + amount(value);
    case 'read':
      return output === 'unknown' || amount(output.value ?? 0) === state ? state : 'inconsistent';
    default:
      throw new TypeError(`a counter has no operation '${f}'`);
  }
}

export const counter: SequentialSpec<number> = {
  name: 'counter',
  meaning: 'a sum of amounts',
  operations: [
    { f: 'add', invoked: 'the amount, negative to subtract', answered: 'anything' },
    { f: 'read', invoked: 'null', answered: 'the sum; null is 0' },
  ],
  init: (initial = null) => amount(initial ?? 0),
  step,
  nameOf: String,
  byKey: true,
  observers: ['read'],
  describe: describeOperation,
};

function stepBounded(state: number, input: Input, output: Output): number | 'inconsistent' {
  if (input.f !== 'add') return step(state, input, output);
  const after = state + amount(input.value);
  if (output !== 'unknown' && output.value === false) return after < 0 ? state : 'inconsistent';
  return after < 0 && amount(input.value) < 0 ? 'inconsistent' : after;
}

export const boundedCounter: SequentialSpec<number> = {
  ...counter,
  name: 'bounded-counter',
  meaning: 'a sum of amounts that never goes below zero',
  operations: [
    {
      f: 'add',
      invoked: 'the amount, negative to subtract',
      answered: 'anything; false when the sum would go below zero',
    },
    { f: 'read', invoked: 'null', answered: 'the sum; null is 0' },
  ],
  step: stepBounded,
};
