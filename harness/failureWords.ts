/**
 * What clients were told instead of an answer, where no operation of a kind ever succeeded: mostly that says what is wrong
 * with a program, or with what was said of its API.
 */
import type { Op } from './history.ts';

interface Failures {
  count: number;
  hasSucceeded: boolean;
  readonly errors: Map<string, number>;
}

const errorLengthMax = 200;

/** A sentence for each kind of operation of which none succeeded. O(events). */
export function failureWarnings(history: readonly Op[]): readonly string[] {
  const byKind = new Map<string, Failures>();
  for (const { process, type, f, error } of history) {
    if (process === 'nemesis' || type === 'invoke') continue;
    const failures = byKind.get(f) ?? { count: 0, hasSucceeded: false, errors: new Map<string, number>() };
    byKind.set(f, failures);
    failures.count++;
    failures.hasSucceeded ||= type === 'ok';
    if (error !== undefined) failures.errors.set(error, (failures.errors.get(error) ?? 0) + 1);
  }
  return [...byKind].flatMap(([f, { count, hasSucceeded, errors }]) => {
    const [first] = [...errors].sort(([, left], [, right]) => right - left);
    if (hasSucceeded || first === undefined) return [];
    const [error, times] = first;
    return [`no ${f} ever succeeded; ${times} of ${count} ended with: ${shown(error)}`];
  });
}

function shown(error: string): string {
  if (/^2\d\d$/.test(error))
    return `HTTP ${error}, and success is 200 unless "statuses" of a submission.json say otherwise`;
  if (/^\d{3}$/.test(error)) return `HTTP ${error}`;
  return error.length > errorLengthMax ? `${error.slice(0, errorLengthMax)} …` : error;
}
