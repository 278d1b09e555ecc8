/** The obvious twin of every special case: it tries all orders of all subsets. For about a dozen operations. */
import type { History } from '../../../../harness/columns/history.ts';
import { falseId } from '../../../../harness/columns/interner.ts';
import { failOutcome, never, okOutcome } from '../../../../harness/columns/operations.ts';
import type { Part } from '../../../../harness/checkers/polynomial/specialCase.ts';
import type { Input, Output, SequentialSpec } from '../../../../harness/specs/spec.ts';
import type { Json } from '../../../../nodes/kernel/wire.ts';

/** The whole history as one part. */
export function wholeOf(history: History, spec: SequentialSpec, initial?: Json): Part {
  const { length, outcome, f } = history.operations;
  const isObserver = (row: number): boolean =>
    spec.observers.includes(history.events.fNames.get(f[row] ?? 0));
  const rows = Array.from({ length }, (_, row) => row).filter(
    (row) => outcome[row] === okOutcome || (outcome[row] !== failOutcome && !isObserver(row)),
  );
  return { history, spec, rows: Int32Array.from(rows), initial };
}

interface Step {
  readonly input: Input;
  readonly output: Output;
  readonly start: number;
  readonly end: number;
}

/**
 * Whether some order of the operations of a part is allowed. With `witness`, only those rows are held to their answers:
 * of the others, observers are left out, and the rest may have happened at any time after its start, or never.
 */
export function isAllowed(part: Part, witness?: readonly number[]): boolean {
  const steps = stepsOf(part, witness);
  const deadEnds = new Set<string>();
  const search = (left: readonly Step[], state: unknown): boolean => {
    if (left.every(({ end }) => end === never)) return true;
    const name = `${left.map(({ start }) => start).join()} ${part.spec.nameOf(state)}`;
    if (deadEnds.has(name)) return false;
    const firstEnd = Math.min(...left.map(({ end }) => end));
    for (const step of left) {
      if (step.start > firstEnd) continue;
      const next = part.spec.step(state, step.input, step.output);
      if (
        next !== 'inconsistent' &&
        search(
          left.filter((other) => other !== step),
          next,
        )
      )
        return true;
    }
    deadEnds.add(name);
    return false;
  };
  return search(steps, part.spec.init(part.initial));
}

function stepsOf({ history, spec, rows }: Part, witness: readonly number[] | undefined): Step[] {
  const { operations, events } = history;
  return [...rows].flatMap((row) => {
    const f = events.fNames.get(operations.f[row] ?? 0);
    const isHeld = operations.outcome[row] === okOutcome && (!witness || witness.includes(row));
    // A cas that did not match changed nothing.
    const isMismatch = f === 'cas' && operations.output[row] === falseId;
    if (!isHeld && (isMismatch || spec.observers.includes(f))) return [];
    const input = { f, value: events.values.get(operations.input[row] ?? 0) };
    const output: Output = isHeld ? { value: events.values.get(operations.output[row] ?? 0) } : 'unknown';
    const end = isHeld ? (operations.end[row] ?? 0) : never;
    return [{ input, output, start: operations.start[row] ?? 0, end }];
  });
}
