/** Operations in a few characters, for lanes, tables and tooltips: `write 5`, `read → 3`, `cas 3 → 5`. */
import type { Operation } from '../../harness/history.ts';
import { describeAnswer, describeAsked, describeMicros, wholeValue } from '../../harness/specs/describe.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import { beginning, visible } from './text.ts';

/** How an operation ended; `open` when the history ends before it does. */
export type Outcome = 'ok' | 'fail' | 'info' | 'open';

export function outcomeOf(operation: Operation): Outcome {
  const type = operation.completion?.type;
  return type === undefined || type === 'invoke' ? 'open' : type;
}

/** What was asked and, if known, answered. Visible text; the caller's renderer escapes it. */
export function describeOperation(operation: Operation, lengthMax?: number): string {
  const { invocation, completion } = operation;
  const f = visible(invocation.f, 40);
  const outcome = outcomeOf(operation);
  const show = (value: Json): string => visible(spelled(value, wholeValue), lengthMax);
  const failed = outcome === 'fail' ? ' ✕' : outcome === 'ok' ? '' : ' ?';
  if (f === 'cas' && Array.isArray(invocation.value) && invocation.value.length === 2) {
    const [from = null, to = null] = invocation.value as readonly Json[];
    return `cas ${show(from)} → ${show(to)}${failed}`;
  }
  const question = visible(
    spelled(invocation.value, (value) => describeAsked({ f: invocation.f, value })),
    lengthMax,
  );
  const asked = invocation.value === null ? f : `${f} ${question}`;
  if (outcome !== 'ok' || completion === undefined) return `${asked}${failed}`;
  const micros = spelled(completion.value, (value) => describeMicros(value, true) ?? '');
  if (f === 'txn' && micros !== '') return `${f} ${visible(micros, lengthMax)}`;
  // A write repeats what was written; a read answers what the invocation did not know.
  const same = JSON.stringify(invocation.value) === JSON.stringify(completion.value);
  const isTold = invocation.value === null || (!same && completion.value !== null);
  return isTold ? `${asked} → ${visible(spelled(completion.value, describeAnswer), lengthMax)}` : asked;
}

/** The same for a picture: of long lists the ends, of what a reader knows anyway nothing. */
export function labelOf(operation: Operation, lengthMax: number): string {
  const text = describeOperation(operation, 300).replace(/^txn /, '');
  return beginning(text.replace(/\[([^[\]]*)\]/g, withoutMiddle).replace(/\{([^{}]*)\}/g, dense), lengthMax);
}

const endsShown = 3;

function withoutMiddle(list: string, inside: string): string {
  const elements = inside.split(',');
  if (elements.length <= 2 * endsShown) return list;
  return `[${elements.slice(0, endsShown).join(',')},…,${elements.slice(-endsShown).join(',')}]`;
}

/** `a0:20 a1:13`. */
function dense(_object: string, inside: string): string {
  return inside.replaceAll(': ', ':').replaceAll(', ', ' ');
}

function spelled(value: Json, spell: (value: Json) => string): string {
  try {
    return spell(value);
  } catch {
    return '(nested too deeply to be shown)';
  }
}

/** What the outcome means, in words. */
export const outcomeMeaning: Readonly<Record<Outcome, string>> = {
  ok: 'took effect',
  fail: 'did not take effect, and never will',
  info: 'unclear: may take effect later, or never',
  open: 'still open when the history ends',
};
