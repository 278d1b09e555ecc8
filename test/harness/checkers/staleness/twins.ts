/** Slow, obvious twins: definitions written down, for histories of one key and about a dozen operations. */
import { initialId } from '../../../../harness/checkers/accesses.ts';
import type { History } from '../../../../harness/columns/history.ts';
import { falseId } from '../../../../harness/columns/interner.ts';
import { failOutcome, okOutcome } from '../../../../harness/columns/operations.ts';
import type { SequentialSpec } from '../../../../harness/specs/spec.ts';
import type { Json } from '../../../../nodes/kernel/wire.ts';

/** An operation on a register: what it saw and left (ids), from when to when; -1 and infinite times where there is none. */
export interface Step {
  readonly seen: number | undefined;
  readonly left: number | undefined;
  readonly start: number;
  readonly end: number;
  readonly session: number;
}

/** Reads that were answered, writes and cas that did not fail; a cas that did not match is left out. */
export function stepsOf(history: History): Step[] {
  const { operations, events } = history;
  const { values } = events;
  const steps: Step[] = [];
  for (let row = 0; row < operations.length; row++) {
    const outcome = operations.outcome[row];
    const isOk = outcome === okOutcome;
    const f = events.fNames.get(operations.f[row] ?? 0);
    const input = operations.input[row] ?? 0;
    const output = operations.output[row] ?? 0;
    const common = {
      start: operations.start[row] ?? 0,
      end: isOk ? (operations.end[row] ?? 0) : Infinity,
      session: operations.process[row] ?? 0,
    };
    if (outcome === failOutcome || (f === 'read' && !isOk)) continue;
    if (f === 'read') steps.push({ ...common, seen: output, left: undefined });
    if (f === 'write') steps.push({ ...common, seen: undefined, left: input });
    if (f !== 'cas' || (isOk && output === falseId)) continue;
    const [seen, left] = (values.get(input) as readonly [Json, Json]).map((value) => values.idOf(value));
    if (seen !== left) steps.push({ ...common, seen, left });
    else if (isOk) steps.push({ ...common, seen, left: undefined });
  }
  return steps;
}

/** Regularity, word by word; the initial value is a write before everything. */
export function isRegular(history: History, spec: SequentialSpec): boolean {
  const steps = stepsOf(history);
  const initial = { left: initialId(history, spec, undefined), start: -2, end: -1 };
  const writes = [initial, ...steps.filter(({ left }) => left !== undefined)];
  return steps.every(
    (read) =>
      read.seen === undefined ||
      read.end === Infinity ||
      writes.some(
        (write) =>
          write !== read &&
          write.left === read.seen &&
          write.start < read.end &&
          !writes.some((other) => write.end < other.start && other.end < read.start),
      ),
  );
}

/** Whether some order of steps is one of a register; one comes before another only if it ends before that begins. */
export function isAtomic(steps: readonly Step[], initial: number): boolean {
  const deadEnds = new Set<string>();
  const search = (left: ReadonlySet<Step>, value: number): boolean => {
    if ([...left].every(({ end }) => end === Infinity)) return true;
    const name = `${steps.map((step) => (left.has(step) ? 1 : 0)).join('')} ${value}`;
    if (deadEnds.has(name)) return false;
    deadEnds.add(name);
    const firstEnd = Math.min(...[...left].map(({ end }) => end));
    return [...left].some(
      (step) =>
        step.start <= firstEnd &&
        (step.seen === undefined || step.seen === value) &&
        search(new Set([...left].filter((other) => other !== step)), step.left ?? value),
    );
  };
  return search(new Set(steps), initial);
}

/** A history whose reads begin earlier, by the index of events as time. */
export const withEarlierReads = (steps: readonly Step[], by: number): Step[] =>
  steps.map((step) => (step.left === undefined ? { ...step, start: step.start - by } : step));

export const stretched = (steps: readonly Step[], by: number): Step[] =>
  steps.map((step) => ({ ...step, start: step.start - by, end: step.end + by }));
