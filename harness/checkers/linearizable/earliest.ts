/**
 * The earliest refusal of a special case. A special case looks at all operations at once, and of several contradictions
 * it tells any; a person wants the first. A history that is linearizable was so at every moment before, so the first
 * completion that is refused is found by halving: what the special case says of the history as it was at a completion.
 */
import type { History } from '../../columns/history.ts';
import { falseId } from '../../columns/interner.ts';
import { failOutcome, okOutcome, openOutcome, type Operations } from '../../columns/operations.ts';
import type { Effort } from './effort.ts';
import type { Decision, Part, SpecialCase } from '../polynomial/specialCase.ts';

export type Refused = Extract<Decision, { readonly valid: false }>;

/** So many rows are gone through in all, about a second; a refusal that takes more to find may come out late. */
const rowsMax = 4_000_000;
/** What it costs to go through so many, in nodes of a search. */
const nodesFor = (rows: number): number => Math.ceil(rows / 4);

/**
 * What the special case says at the first completion for which it finds no order; `refusal` is what it says at last, and
 * stands when there is no effort left to look for another.
 */
export function earliestRefusal(special: SpecialCase, part: Part, refusal: Refused, effort: Effort): Refused {
  if (!effort.spend(nodesFor(part.rows.length))) return refusal;
  const beside = rowsBeside(part);
  const own = { ...part, history: part.history.restrictedTo(beside) };
  const earliest = refusedFirst(special, own, effort);
  if (!earliest) return refusal;
  // What began later proves nothing, but may be told: that a value was written only then.
  const whole = special.decide(partAt(own, earliest.event));
  const { rows, sentence } = whole?.valid === false ? whole : earliest.refusal;
  return { valid: false, rows: rows.map((row) => beside[row] ?? 0), sentence };
}

/** Halves the completions; undefined when none is found in time. */
function refusedFirst(
  special: SpecialCase,
  part: Part,
  effort: Effort,
): { readonly event: number; readonly refusal: Refused } | undefined {
  const ends = completionsOf(part.history.operations);
  let earliest: ReturnType<typeof refusedFirst>;
  let rowsLeft = rowsMax;
  // Invariant: at the completion `high` and later ones it refuses, before `low` it did not.
  for (let low = 0, high = ends.length; low < high && rowsLeft > 0;) {
    const middle = (low + high) >>> 1;
    const event = ends[middle] ?? 0;
    const begun = partAt({ ...part, history: begunBy(part.history, event) }, event);
    if (!effort.spend(nodesFor(begun.rows.length))) break;
    const decision = special.decide(begun);
    rowsLeft -= begun.history.operations.length;
    if (decision?.valid === false) {
      earliest = { event, refusal: decision };
      high = middle;
    } else low = middle + 1;
  }
  return earliest;
}

/** The rows of the same key, with those that failed: a refusal may name them. */
function rowsBeside({ history: { operations }, spec, rows }: Part): Int32Array {
  const key = operations.key[rows[0] ?? 0];
  const beside: number[] = [];
  for (let row = 0; row < operations.length; row++)
    if (!spec.byKey || operations.key[row] === key) beside.push(row);
  return Int32Array.from(beside);
}

function completionsOf({ length, outcome, end }: Operations): Int32Array {
  const ends = new Int32Array(length);
  let count = 0;
  for (let row = 0; row < length; row++) if (outcome[row] === okOutcome) ends[count++] = end[row] ?? 0;
  return ends.subarray(0, count).sort();
}

function begunBy(history: History, event: number): History {
  const { start, length } = history.operations;
  const rows = new Int32Array(length);
  let count = 0;
  for (; count < length && (start[count] ?? 0) <= event; count++) rows[count] = count;
  return history.restrictedTo(rows.subarray(0, count));
}

/**
 * The part as it was when the event happened. Of what was in flight, that is left out which changed nothing, as answers
 * tell that came later: observers, and each cas that did not match.
 */
function partAt(part: Part, event: number): Part {
  const { spec } = part;
  const answered = part.history.operations.output;
  const history = part.history.at(event);
  const { length, outcome, f } = history.operations;
  const observes = Array.from({ length: history.events.fNames.size }, (_, id) =>
    spec.observers.includes(history.events.fNames.get(id)),
  );
  const cas = spec.accesses?.['cas'] === 'cas' ? history.events.fNames.find('cas') : -1;
  const rows = new Int32Array(length);
  let count = 0;
  for (let row = 0; row < length; row++) {
    const own = f[row] ?? 0;
    if (outcome[row] === failOutcome) continue;
    if (outcome[row] === openOutcome && (observes[own] || (own === cas && answered[row] === falseId)))
      continue;
    rows[count++] = row;
  }
  return { ...part, history, rows: rows.subarray(0, count) };
}
