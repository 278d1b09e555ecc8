/** The obvious twin of the linearizability checker: tries every order of every subset. For about
 * ten operations. */
import type { Call } from './calls.ts';
import type { SequentialSpec } from '../../../harness/specs/spec.ts';

/** Whether all completed calls, and some of the open ones, can be put into an order that the spec allows. */
export function isLinearizable(spec: SequentialSpec, calls: readonly Call[]): boolean {
  const isCompleted = ({ end }: Call): boolean => end !== Infinity;
  const deadEnds = new Set<string>();
  const search = (left: readonly Call[], state: unknown): boolean => {
    if (!left.some(isCompleted)) return true;
    const name = `${left.map(({ start }) => start).join()} ${spec.nameOf(state)}`;
    if (deadEnds.has(name)) return false;
    const firstEnd = Math.min(...left.map(({ end }) => end));
    const found = left.some((call) => {
      if (call.start > firstEnd) return false;
      const next = spec.step(state, call.input, call.output);
      return (
        next !== 'inconsistent' &&
        search(
          left.filter((other) => other !== call),
          next,
        )
      );
    });
    if (!found) deadEnds.add(name);
    return found;
  };
  return search(calls, spec.init());
}

/** What was invoked up to `index`; what completed only later may have happened, with the answer that it got. */
export function cutAt(calls: readonly Call[], index: number): Call[] {
  return calls
    .filter((call) => call.start <= index)
    .map((call) => (call.end <= index ? call : { ...call, end: Infinity }));
}

/** The end of the first completion that makes the history wrong; Infinity when none does. */
export function firstWrongEnd(spec: SequentialSpec, calls: readonly Call[]): number {
  const ends = calls.map((call) => call.end).sort((a, b) => a - b);
  return ends.find((end) => end < Infinity && !isLinearizable(spec, cutAt(calls, end))) ?? Infinity;
}
