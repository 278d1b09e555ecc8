/**
 * A part of a history as a history of its own, so that checking it again and again costs what the part costs, not the
 * whole. The acts of the nemesis stay in it: some checks ask whether everything was healed.
 */
import { nemesisProcess } from '../columns/events.ts';
import { History } from '../columns/history.ts';
import { noEvent } from '../columns/operations.ts';
import type { Op } from '../history.ts';

export interface Excerpt {
  readonly history: History;
  /** The events of rows of its operations, as indices of the whole history, ascending. */
  eventsOf(rows: readonly number[]): number[];
}

/** These operations of a history alone. O(events of the whole history + size of the part). */
export function excerptOf(whole: History, rows: readonly number[]): Excerpt {
  const { start, completion } = whole.operations;
  const wanted = new Set<number>();
  for (const row of rows) {
    wanted.add(start[row] ?? noEvent);
    wanted.add(completion[row] ?? noEvent);
  }
  const { process } = whole.events;
  const indices: number[] = [];
  for (let index = 0; index < whole.length; index++)
    if (process[index] === nemesisProcess || wanted.has(index)) indices.push(index);
  const history = History.of(renumbered(whole, indices), whole.reading);
  return {
    history,
    eventsOf: (ownRows) =>
      ownRows
        .flatMap((row) => [
          history.operations.start[row] ?? noEvent,
          history.operations.completion[row] ?? noEvent,
        ])
        .filter((own) => own !== noEvent)
        .sort((a, b) => a - b)
        .map((own) => indices[own] ?? noEvent),
  };
}

function* renumbered(whole: History, indices: readonly number[]): Generator<Op> {
  for (const [own, index] of indices.entries()) yield { ...whole.op(index), index: own };
}
