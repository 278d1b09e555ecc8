/** Operations in words: `read of k3 by process 7 (ops 120–123)`. */
import type { Op, Operation } from '../history.ts';
import { describeAsked, describeValue, isSaleOf, withoutMiddle } from '../specs/describe.ts';

/** The indices of an operation's events. */
export function indicesOf({ invocation, completion }: Operation): number[] {
  return completion ? [invocation.index, completion.index] : [invocation.index];
}

/** `ops 120–123`, `op 120, no answer`. */
export function reference({ invocation, completion }: Operation): string {
  if (!completion) return `op ${invocation.index}, no answer`;
  const range = `ops ${invocation.index}–${completion.index}`;
  return completion.type === 'info' ? `${range}, outcome unknown` : range;
}

function asked(op: Op): string {
  const { f, value, key } = op;
  if (value === null) return key === undefined ? f : `${f} of ${withoutMiddle(key)}`;
  return `${f} ${withoutMiddle(describeAsked({ f, value }))}${isKeyless(op) ? '' : ` on ${withoutMiddle(String(key))}`}`;
}

/** Whether nothing need be said of the key: there is none, or what was asked names it, as a sale does its product. */
export function isKeyless({ value, key }: Pick<Op, 'value' | 'key'>): boolean {
  return key === undefined || isSaleOf(value, key);
}

/** What was asked, by whom, and where it stands in the history. */
export function phrase(operation: Operation): string {
  const { invocation } = operation;
  return `${asked(invocation)} by process ${invocation.process} (${reference(operation)})`;
}

/** The same with what was answered, where the answer says more than the question. */
export function phraseWithAnswer(operation: Operation): string {
  const { invocation, completion } = operation;
  if (completion?.type !== 'ok') return phrase(operation);
  const repeats = JSON.stringify(completion.value) === JSON.stringify(invocation.value);
  return repeats && invocation.value !== null
    ? phrase(operation)
    : `${phrase(operation)} answered ${describeValue(completion.value)}`;
}

/** `a`, `a or b`, `a, b or c`; the first `max` of more. */
export function listed(items: readonly string[], conjunction: 'and' | 'or', max = 6): string {
  if (items.length > max) return `${items.slice(0, max).join(', ')} … (${items.length} in all)`;
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${conjunction} ${items.at(-1)}`;
}

/**
 * How people call it when one read sees a new value and a later one the old (Lamport 1986): what a regular register may
 * do, and no atomic one.
 */
export const newOldInversion = ': a new–old inversion';
