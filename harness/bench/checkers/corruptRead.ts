/** Makes a correct history of one cas register wrong, in one answer. */
import { History } from '../../columns/history.ts';
import { falseId } from '../../columns/interner.ts';
import { noEvent, okOutcome } from '../../columns/operations.ts';
import { casOf } from '../../specs/register.ts';

/** How many operations before a read are looked at. */
const windowRows = 300;

/**
 * The same history, but a read after three quarters of it answers another value, one that was really written. No order
 * can explain it: before the read began, some write completed which began after all writes of that value had completed.
 */
export function withCorruptedRead(history: History): History {
  const { operations, events } = history;
  const read = events.fNames.find('read');
  for (let row = Math.floor(0.75 * operations.length); row < operations.length; row++) {
    if (operations.f[row] !== read || operations.outcome[row] !== okOutcome) continue;
    const stale = staleValue(history, row);
    if (stale === undefined) continue;
    const value = events.value.slice();
    value[operations.completion[row] ?? noEvent] = stale;
    return new History({ ...events, value }, history.reading);
  }
  throw new RangeError('no read can be made wrong');
}

/** A value that the read of this row can certainly not have seen, though it was written shortly before. */
function staleValue(history: History, row: number): number | undefined {
  const { start, end, output } = history.operations;
  const readStart = start[row] ?? 0;
  const lastEnds = new Map<number, number>();
  let lastBegun = -1;
  let lastBegunLeft: number | undefined;
  for (let other = Math.max(0, row - windowRows); other < history.operations.length; other++) {
    if ((start[other] ?? 0) > (end[row] ?? 0)) break;
    const left = leftBy(history, other);
    if (left === undefined) continue;
    lastEnds.set(left, Math.max(lastEnds.get(left) ?? 0, end[other] ?? 0));
    if ((end[other] ?? 0) < readStart && (start[other] ?? 0) > lastBegun) {
      lastBegun = start[other] ?? 0;
      lastBegunLeft = left;
    }
  }
  for (const [value, lastEnd] of lastEnds)
    if (value !== output[row] && value !== lastBegunLeft && lastEnd < lastBegun) return value;
  return undefined;
}

/** The id of the value that an operation left behind, if it changed something. */
function leftBy({ operations, events }: History, row: number): number | undefined {
  const { fNames, values } = events;
  const f = fNames.get(operations.f[row] ?? 0);
  const input = operations.input[row] ?? 0;
  if (f === 'write') return input;
  if (f !== 'cas' || operations.output[row] === falseId) return undefined;
  return values.idOf(casOf(values.get(input))[1]);
}
