/** Which operations prove that a counter with unit increments is not linearizable, and why. */
import { okOutcome } from '../../columns/operations.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import { listed, phrase, reference } from '../phrases.ts';
import { headline } from './facts.ts';
import { Refusal } from './refusal.ts';
import { none } from './scratch.ts';
import type { Part } from './specialCase.ts';

const asSum = (value: Json | undefined): number => (typeof value === 'number' ? value : 0);

/** A read of more than can have been added when it ended. */
export function tooHigh(part: Part, row: number): Refusal {
  const { f, start, end, outcome } = part.history.operations;
  const add = part.history.events.fNames.find('add');
  return new Refusal(() => {
    const begun = part.rows.filter(
      (other) => f[other] === add && (start[other] ?? 0) < (end[row] ?? 0),
    ).length;
    const acknowledged = part.rows.filter(
      (other) => f[other] === add && outcome[other] === okOutcome && (start[other] ?? 0) < (end[row] ?? 0),
    ).length;
    const open =
      begun > 1 && begun > acknowledged ? `, ${begun - acknowledged} of them without an answer,` : '';
    const adds = begun === 1 ? '1 add' : `${begun} adds`;
    const sentence = `${headline(part.history.operation(row))}, but ${origin(part)}only ${adds}${open} had begun when it ended.`;
    return { rows: [row], sentence };
  });
}

function origin({ initial }: Part): string {
  return asSum(initial) === 0 ? '' : `the counter began at ${asSum(initial)} and `;
}

/** A read of less than was surely counted before it began. */
export function tooLow(part: Part, row: number): Refusal {
  return new Refusal(() => {
    const { from, adds } = shortestProof(part, row);
    const rows = [...(from === none ? [] : [from]), ...adds, row];
    return { rows, sentence: `${headline(part.history.operation(row))}, but ${reasonOf(part, from, adds)}.` };
  });
}

function reasonOf(part: Part, from: number, adds: readonly number[]): string {
  const { history } = part;
  const added = listed(
    adds.map((row) => phrase(history.operation(row))),
    'and',
  );
  if (from === none) return `${origin(part)}this was added and acknowledged before it began: ${added}`;
  const operation = history.operation(from);
  const sum = asSum(operation.completion?.value);
  const { process } = operation.invocation;
  const read = `process ${process} had read ${sum} before it began (${reference(operation)})`;
  return adds.length === 0
    ? `${read} and nothing is subtracted`
    : `${read}, and what was added and acknowledged between the two is not counted: ${added}`;
}

/**
 * An earlier read, or `none` for the beginning, and adds between it and a read that together are more than that one
 * answered; as few as possible. If the sweep had to count more than v, the last read for which it counted an add that
 * had not ended when this one began is such an earlier read, or else there was none and the beginning is.
 */
function shortestProof(part: Part, row: number): { readonly from: number; readonly adds: readonly number[] } {
  const { start, end, f, outcome, output } = part.history.operations;
  const { events } = part.history;
  const add = events.fNames.find('add');
  const sumOf = (read: number): number => asSum(events.values.get(output[read] ?? 0));
  const before = part.rows.filter(
    (other) => outcome[other] === okOutcome && (end[other] ?? 0) < (start[row] ?? 0),
  );
  const adds = before.filter((other) => f[other] === add);
  const startedBefore = (time: number): number => {
    let [low, high] = [0, adds.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((start[adds[middle] ?? 0] ?? 0) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  let best = { from: none as number, skipped: 0, needed: sumOf(row) - asSum(part.initial) + 1 };
  if (best.needed > adds.length) best = { ...best, needed: Infinity };
  for (const from of before) {
    if (f[from] === add) continue;
    const skipped = startedBefore(end[from] ?? 0);
    const needed = Math.max(0, sumOf(row) - sumOf(from) + 1);
    if (needed < best.needed && needed <= adds.length - skipped) best = { from, skipped, needed };
  }
  return { from: best.from, adds: [...adds.subarray(best.skipped, best.skipped + best.needed)] };
}
