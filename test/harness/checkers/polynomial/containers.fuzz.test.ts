import assert from 'node:assert/strict';
import { fifoQueue } from '../../../../harness/checkers/polynomial/fifoQueue.ts';
import { growOnlySet } from '../../../../harness/checkers/polynomial/growOnlySet.ts';
import { listAppend } from '../../../../harness/checkers/polynomial/listAppend.ts';
import { unitCounter } from '../../../../harness/checkers/polynomial/unitCounter.ts';
import type { Op } from '../../../../harness/history.ts';
import { counter } from '../../../../harness/specs/counter.ts';
import { append } from '../../../../harness/specs/kv.ts';
import { queue } from '../../../../harness/specs/queue.ts';
import type { Cell } from '../../../../harness/specs/register.ts';
import { set } from '../../../../harness/specs/set.ts';
import type { Json } from '../../../../nodes/kernel/wire.ts';
import { agreesOn } from '../fuzz.ts';
import { spoiled, type Draw } from '../randomHistory.ts';
import { historiesOf, holdsToTwin, type Behaviour } from './histories.ts';

const queued: Behaviour = {
  spec: queue,
  input: (draw, unique) =>
    draw(2) === 0 ? { f: 'dequeue', value: null } : { f: 'enqueue', value: draw(40) === 7 ? 1 : unique },
  answer: (state, { f, value }) => (f === 'dequeue' ? ((state as readonly Json[])[0] ?? null) : value),
};

const gathered: Behaviour = {
  spec: set,
  input: (draw, unique) =>
    draw(2) === 0 ? { f: 'read', value: null } : { f: 'add', value: draw(40) === 7 ? 1 : unique },
  answer: (state, { f, value }) =>
    f === 'read' ? (state as readonly string[]).map((name) => JSON.parse(name) as number) : value,
};

const listed: Behaviour = {
  spec: append,
  input: (draw, unique) =>
    draw(2) === 0 ? { f: 'read', value: null } : { f: 'append', value: draw(40) === 7 ? 1 : unique },
  answer: (state, { f, value }) => (f === 'read' ? (state as Cell).value : value),
};

const counted: Behaviour = {
  spec: counter,
  input: (draw) => (draw(5) < 2 ? { f: 'read', value: null } : { f: 'add', value: draw(60) === 7 ? 2 : 1 }),
  answer: (state, { f, value }) => (f === 'read' ? (state as number) : value),
};

/** Takes elements out of answers, puts others in that were added, and exchanges places. */
function scrambled(history: readonly Op[], draw: Draw): Op[] {
  const wrong = spoiled(history, draw, draw(2));
  const added = history.flatMap(({ f, type, value }) => (f !== 'read' && type === 'invoke' ? [value] : []));
  const reads = wrong.filter(({ f, type }) => f === 'read' && type === 'ok');
  for (let times = 0; times < 1 + draw(2); times++) {
    const read = reads[draw(Math.max(1, reads.length))];
    if (!read) break;
    const elements = [...((wrong[read.index]?.value ?? []) as readonly Json[])];
    const at = draw(elements.length + 1);
    const element = added[draw(Math.max(1, added.length))] ?? null;
    if (draw(3) === 0) elements.splice(at, 1);
    else if (draw(3) !== 0) elements.splice(at, 0, element);
    else elements.reverse();
    wrong[read.index] = { ...read, value: elements };
  }
  return wrong;
}

/** Lets a read count one more or less. */
function miscounted(history: readonly Op[], draw: Draw): Op[] {
  const wrong = spoiled(history, draw, draw(2));
  const reads = wrong.filter(({ f, type }) => f === 'read' && type === 'ok');
  const read = reads[draw(Math.max(1, reads.length))];
  if (read) wrong[read.index] = { ...read, value: Number(read.value) + (draw(2) === 0 ? 1 : -1) };
  return wrong;
}

/** In `npm test`. */
const runs = 300;

describe('containers with unique elements are decided as by trying all orders', () => {
  const seen = new Map<string, number>();
  const alike = { seen };
  agreesOn(
    'FIFO queues',
    historiesOf({ behaviour: queued, operations: 12 }),
    holdsToTwin({ ...alike, specialCase: fifoQueue, spec: queue, isWitnessAlone: true }),
    runs,
  );
  agreesOn(
    'FIFO queues all of whose dequeues were answered',
    historiesOf({ behaviour: queued, operations: 12 }).map(withoutOpenDequeues),
    holdsToTwin({ ...alike, specialCase: fifoQueue, spec: queue, isWitnessAlone: true }),
    runs,
  );
  agreesOn(
    'grow-only sets',
    historiesOf({ behaviour: gathered, operations: 12, spoil: scrambled }),
    holdsToTwin({ ...alike, specialCase: growOnlySet, spec: set }),
    runs,
  );
  agreesOn(
    'lists with append',
    historiesOf({ behaviour: listed, operations: 9, spoil: scrambled }),
    holdsToTwin({ ...alike, specialCase: listAppend, spec: append }),
    runs,
  );
  agreesOn(
    'counters',
    historiesOf({ behaviour: counted, operations: 12, spoil: miscounted }),
    holdsToTwin({ ...alike, specialCase: unitCounter, spec: counter }),
    runs,
  );
  it('and most of them are decided', () => {
    const [valid = 0, invalid = 0, undecided = 0] = ['valid', 'invalid', 'undecided'].map((name) =>
      seen.get(name),
    );
    assert(valid > undecided && invalid > undecided / 2, JSON.stringify([...seen]));
  });
});

function withoutOpenDequeues(history: readonly Op[]): Op[] {
  const answered = new Set<number>();
  const open = new Map<Op['process'], number>();
  for (const op of history) {
    if (op.type === 'invoke') open.set(op.process, op.index);
    else if (op.type !== 'info') answered.add(open.get(op.process) ?? -1).add(op.index);
  }
  return history
    .filter(({ f, index }) => f !== 'dequeue' || answered.has(index))
    .map((op, index) => ({ ...op, index }));
}
