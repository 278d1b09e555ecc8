/** A FIFO queue: what was enqueued first is dequeued first; dequeuing from an empty queue answers null. */
import type { Json } from '../../nodes/kernel/wire.ts';
import { describeOperation, nameOfValue, sameValue } from './describe.ts';
import type { Input, Output, SequentialSpec } from './spec.ts';

/** The elements, first out first. */
export type QueueState = readonly Json[];

function dequeue(state: QueueState, output: Output): QueueState | 'inconsistent' {
  const [first = null] = state;
  if (output === 'unknown' || sameValue(first, output.value))
    return state.length === 0 ? state : state.slice(1);
  return 'inconsistent';
}

function step(state: QueueState, { f, value }: Input, output: Output): QueueState | 'inconsistent' {
  switch (f) {
    case 'enqueue':
      return [...state, value];
    case 'dequeue':
      return dequeue(state, output);
    default:
      throw new TypeError(`a queue has no operation '${f}'`);
  }
}

function listOf(initial: Json): QueueState {
  if (initial !== null && !Array.isArray(initial))
    throw new TypeError(`a queue holds a list at first, not ${JSON.stringify(initial)}`);
  return (initial ?? []) as QueueState;
}

export const queue: SequentialSpec<QueueState> = {
  name: 'queue',
  meaning: 'a queue, first in, first out',
  operations: [
    { f: 'enqueue', invoked: 'the element (not null)', answered: 'anything' },
    { f: 'dequeue', invoked: 'null', answered: 'the element; null when the queue is empty' },
  ],
  init: (initial = null) => listOf(initial),
  step,
  nameOf: (state) => nameOfValue(state),
  byKey: true,
  observers: [],
  describe: describeOperation,
};
