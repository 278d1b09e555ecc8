/** Operations in a few characters, for lanes, tables and tooltips: `write 5`, `read → 3`, `cas 3 → 5`. */
import type { Operation } from '../../harness/history.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import { visible, visibleJson } from './text.ts';

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
  const show = (value: Operation['invocation']['value']): string => visibleJson(value, lengthMax);
  const failed = outcome === 'fail' ? ' ✕' : outcome === 'ok' ? '' : ' ?';
  if (f === 'cas' && Array.isArray(invocation.value) && invocation.value.length === 2) {
    const [from = null, to = null] = invocation.value as readonly Json[];
    return `cas ${show(from)} → ${show(to)}${failed}`;
  }
  const asked = invocation.value === null ? f : `${f} ${show(invocation.value)}`;
  if (outcome !== 'ok' || completion === undefined) return `${asked}${failed}`;
  // A read answers what the invocation did not know; a write repeats what was written.
  if (invocation.value === null) return `${asked} → ${show(completion.value)}`;
  const same = JSON.stringify(invocation.value) === JSON.stringify(completion.value);
  return same || completion.value === null ? asked : `${f} → ${show(completion.value)}`;
}

/** What the outcome means, in words. */
export const outcomeMeaning: Readonly<Record<Outcome, string>> = {
  ok: 'took effect',
  fail: 'did not take effect, and never will',
  info: 'unclear: may take effect later, or never',
  open: 'still open when the history ends',
};
