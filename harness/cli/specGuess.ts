/** Which spec a history follows, from the operations in it; and whether all of them fit a spec. */
import type { History } from '../columns/history.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import { nullId } from '../columns/interner.ts';
import { okOutcome } from '../columns/operations.ts';
import { specs } from '../specs/index.ts';
import type { Input, Output, SequentialSpec } from '../specs/spec.ts';

/** The operations of the clients, by name. O(operations). */
export function operationNames({ operations: { f }, events: { fNames } }: History): string[] {
  return [...new Set(f)].map((id) => fNames.get(id)).sort();
}

/** A spec is guessed from so many operations: who mixes forms after that is told so with a line. */
const lookedAtMax = 1_000;

/** The specs that have all the operations of a history, and their forms of values; the likeliest first. */
export function guessSpecs(history: History): readonly SequentialSpec[] {
  const names = operationNames(history);
  const fitting = specs.filter((spec) => names.every((name) => hasOperation(spec, name)));
  // `add` and `read` are operations of a set, which is read as a list, and of a counter.
  const speaking = fitting.filter((spec) => misfitOf(history, spec, lookedAtMax) === undefined);
  return speaking.length > 0 ? speaking : fitting;
}

/**
 * Whether reads list values that were written one by one, as in Jepsen's causal-reverse: a single value would be wrong
 * wherever it is read, though whoever recorded that did not mean one. O(1) of most histories, else O(operations).
 */
export function listsWhatWasWritten({ operations, events }: History, { accesses }: SequentialSpec): boolean {
  const { f, input, output, outcome } = operations;
  const access = Array.from({ length: events.fNames.size }, (_, id) => accesses?.[events.fNames.get(id)]);
  const listed = new Set<Json>();
  for (let row = 0; row < operations.length; row++) {
    if (access[f[row] ?? 0] !== 'read' || outcome[row] !== okOutcome) continue;
    const answer = events.values.get(output[row] ?? nullId);
    if (answer === null) continue;
    if (!Array.isArray(answer)) return false;
    for (const element of answer as readonly Json[]) listed.add(element);
  }
  let isListed = false;
  for (let row = 0; row < operations.length && listed.size > 0; row++) {
    if (access[f[row] ?? 0] !== 'write') continue;
    const written = events.values.get(input[row] ?? nullId);
    if (Array.isArray(written)) return false;
    isListed ||= listed.has(written);
  }
  return isListed;
}

function hasOperation(spec: SequentialSpec, name: string): boolean {
  return spec.operations.some(({ f }) => f === name);
}

export interface Misfit {
  /** The event where it shows. */
  readonly index: number;
  readonly problem: string;
}

/** The first operation, of the first `rowsMax`, that the spec does not have, or whose values it does not understand. */
export function misfitOf(history: History, spec: SequentialSpec, rowsMax = Infinity): Misfit | undefined {
  const { operations, events } = history;
  const { f, input, output, outcome, start } = operations;
  const asked = new Asked(events.values.size);
  const names = Array.from({ length: events.fNames.size }, (_, id) => events.fNames.get(id));
  const isKnown = names.map((name) => hasOperation(spec, name));
  /** Reads and writes of a single value take any value. */
  const takesAll = names.map((name) => ['read', 'write', 'clear'].includes(spec.accesses?.[name] ?? ''));
  for (let row = 0; row < operations.length && row < rowsMax; row++) {
    const fId = f[row] ?? 0;
    if (isKnown[fId] !== true) return { index: start[row] ?? 0, problem: unknownTo(spec, names[fId] ?? '') };
    if (takesAll[fId] === true) continue;
    const answer = outcome[row] === okOutcome ? (output[row] ?? 0) : -1;
    if (!asked.isFirst(fId, input[row] ?? 0, answer)) continue;
    const problem = problemOf(
      spec,
      { f: names[fId] ?? '', value: events.values.get(input[row] ?? 0) },
      answer === -1 ? 'unknown' : { value: events.values.get(answer) },
    );
    if (problem !== undefined) return { index: indexOf(history, row, spec), problem };
  }
  return undefined;
}

function unknownTo(spec: SequentialSpec, name: string): string {
  const known = spec.operations.map(({ f }) => f).join(', ');
  return `'${name}' is no operation of ${spec.name}; it has ${known}`;
}

function problemOf(spec: SequentialSpec, input: Input, output: Output): string | undefined {
  try {
    spec.step(spec.init(), input, output);
    return undefined;
  } catch (error) {
    if (error instanceof TypeError) return `${spec.name}: ${error.message}`;
    throw error;
  }
}

/** The invocation if that alone is not understood, else the completion. */
function indexOf({ operations, events }: History, row: number, spec: SequentialSpec): number {
  const { f, input, start, completion } = operations;
  const asked = {
    f: events.fNames.get(f[row] ?? 0),
    value: events.values.get(input[row] ?? 0),
  };
  const isAsked = problemOf(spec, asked, 'unknown') !== undefined;
  const completed = completion[row] ?? -1;
  return isAsked || completed === -1 ? (start[row] ?? 0) : completed;
}

/** So many different operations are remembered. */
const rememberedMax = 10_000;

/** Operations that were looked at already, as long as there are few different ones. */
class Asked {
  private readonly seen = new Set<number>();
  private readonly valueCount: number;

  constructor(valueCount: number) {
    this.valueCount = valueCount;
  }

  /** Ids of the operation, of its value, of its answer or −1. */
  isFirst(f: number, input: number, output: number): boolean {
    const name = (f * this.valueCount + input) * (this.valueCount + 1) + output + 1;
    if (!Number.isSafeInteger(name)) return true;
    if (this.seen.has(name)) return false;
    if (this.seen.size < rememberedMax) this.seen.add(name);
    return true;
  }
}
