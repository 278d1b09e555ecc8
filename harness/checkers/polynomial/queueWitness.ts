/** Which operations prove that a queue is not linearizable, and why. */
import { describeValue } from '../../specs/describe.ts';
import { phrase, phraseWithAnswer } from '../phrases.ts';
import { headline } from './facts.ts';
import type { Elements } from './fifoQueue.ts';
import { refusedBeside } from './refused.ts';
import { Refusal } from './refusal.ts';
import { none } from './scratch.ts';
import type { Part } from './specialCase.ts';

const told = ({ history }: Part, row: number): string => phrase(history.operation(row));
const answered = ({ history }: Part, row: number): string => phraseWithAnswer(history.operation(row));
const headOf = ({ history }: Part, row: number): string => headline(history.operation(row));

function elementOf({ history }: Part, enqueue: number): string {
  return describeValue(history.events.values.get(history.operations.input[enqueue] ?? 0));
}

/** An element that nobody enqueued. */
export function neverEnqueued(part: Part, row: number): Refusal {
  const { input, output } = part.history.operations;
  return new Refusal(() => {
    const value = output[row] ?? 0;
    const words = describeValue(part.history.events.values.get(value));
    const refused = refusedBeside(part.history, row).find((other) => input[other] === value);
    if (refused !== undefined)
      return {
        rows: [row, refused],
        sentence: `${headOf(part, row)}, but ${words} was only enqueued by an operation that failed: ${told(part, refused)}.`,
      };
    return { rows: [row], sentence: `${headOf(part, row)}, but nothing had ever enqueued ${words}.` };
  });
}

export function dequeuedTwice(part: Part, enqueue: number, dequeues: readonly [number, number]): Refusal {
  const { end } = part.history.operations;
  const [first, last] = [...dequeues].sort((a, b) => (end[a] ?? 0) - (end[b] ?? 0)) as [number, number];
  return new Refusal(() => ({
    rows: [enqueue, first, last],
    sentence: `${headOf(part, last)}, but so did ${told(part, first)}, and ${elementOf(part, enqueue)} was enqueued only once: ${told(part, enqueue)}.`,
  }));
}

export function fromTheFuture(part: Part, enqueue: number, dequeue: number): Refusal {
  return new Refusal(() => ({
    rows: [dequeue, enqueue],
    sentence: `${headOf(part, dequeue)}, but ${elementOf(part, enqueue)} was first enqueued after that: ${told(part, enqueue)}.`,
  }));
}

/** `first` was enqueued before `second`, and dequeued after it or not at all. */
export function overtaken({ part, enqueue, dequeue }: Elements, first: number, second: number): Refusal {
  const [before, after] = [enqueue[first] ?? 0, enqueue[second] ?? 0];
  const [late, early] = [dequeue[first] ?? none, dequeue[second] ?? none];
  return new Refusal(() => {
    const [a, b] = [elementOf(part, before), elementOf(part, after)];
    const order = `${told(part, before)} had ended before ${told(part, after)} began`;
    const fate =
      late === none
        ? `${a} had not been dequeued by then`
        : `${a} was dequeued only later: ${told(part, late)}`;
    const rows = [before, after, early, ...(late === none ? [] : [late])];
    return {
      rows,
      sentence: `${headOf(part, early)}, but ${a} stood before ${b}, because ${order}, and ${fate}.`,
    };
  });
}

/** The elements of `cover` were there one after the other during all of a dequeue that found nothing. */
export function neverEmpty(
  { part, enqueue, dequeue }: Elements,
  cover: readonly number[],
  row: number,
): Refusal {
  const stays = cover.map((element) => ({
    enqueued: enqueue[element] ?? 0,
    dequeued: dequeue[element] ?? none,
  }));
  return new Refusal(() => {
    const words = stays.map(({ enqueued, dequeued }) => {
      const until =
        dequeued === none ? 'and had not been dequeued by then' : `and until ${told(part, dequeued)} began`;
      return `${elementOf(part, enqueued)} was in it after ${told(part, enqueued)} ${until}`;
    });
    const rows = stays.flatMap(({ enqueued, dequeued }) =>
      dequeued === none ? [enqueued] : [enqueued, dequeued],
    );
    return { rows: [...rows, row], sentence: `${answered(part, row)}, but ${words.join('; ')}.` };
  });
}
