/** The slow, obvious reader of history.jsonl: JSON.parse and the schema for every line, nothing else. */
import { operationsOf, MalformedHistory, type Op } from '../../../harness/history.ts';
import { HistoryFileError } from '../../../harness/historyFile.ts';
import { schemaProblems } from '../../../harness/schemas/validate.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';

/** What a file comes to: its events and warnings, or the line that is refused, with the beginning of the reason. */
export type Outcome =
  | { readonly ops: readonly Op[]; readonly warnings: number }
  | { readonly line: number; readonly problem: string };

export function slowOutcome(bytes: Uint8Array): Outcome {
  try {
    return readSlowly(bytes);
  } catch (error) {
    if (error instanceof HistoryFileError) return { line: error.line, problem: problemOf(error) };
    throw error;
  }
}

/** The message without the place, and without what was found. */
export function problemOf({ message }: Error): string {
  return message.replace(/^[^ ]+ /, '').replace(/; found [^]*/, '');
}

function readSlowly(bytes: Uint8Array): Outcome {
  const lines = Buffer.from(bytes).toString('utf8').split('\n');
  const last = lines.pop() ?? '';
  const ops: Op[] = [];
  for (const line of lines) ops.push(parseLine(line, ops.length));
  const isTorn = last !== '' && parse(last) === notJson;
  if (last !== '' && !isTorn) ops.push(parseLine(last, ops.length));
  try {
    operationsOf(ops);
  } catch (error) {
    if (error instanceof MalformedHistory) throw new HistoryFileError('f', error.index + 1, error.message);
    throw error;
  }
  const settled = renewed(ops);
  return { ...settled, warnings: settled.warnings + (isTorn ? 1 : 0) };
}

/** Processes that go on after an `info` are new ones from there, with one warning for all. */
export function renewed(ops: readonly Op[]): { readonly ops: readonly Op[]; readonly warnings: number } {
  const numbers = ops.flatMap(({ process }) =>
    typeof process === 'number' && process < 2 ** 52 ? [process] : [],
  );
  let next = Math.max(-1, ...numbers) + 1;
  const current = new Map<Op['process'], number>();
  const gone = new Set<Op['process']>();
  const found = ops.map((op) => {
    if (op.process === 'nemesis') return op;
    if (gone.delete(op.process)) current.set(op.process, next++);
    if (op.type === 'info') gone.add(op.process);
    return { ...op, process: current.get(op.process) ?? op.process };
  });
  return { ops: found, warnings: current.size > 0 ? 1 : 0 };
}

const notJson = Symbol('not JSON');

function parse(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return notJson;
  }
}

function parseLine(line: string, index: number): Op {
  const refuse = (problem: string): never => {
    throw new HistoryFileError('f', index + 1, problem);
  };
  const found = parse(line);
  if (found === notJson) refuse('expected one event, a JSON object, on each line');
  const isObject = typeof found === 'object' && found !== null && !Array.isArray(found);
  const event = isObject ? { index, timeNs: index, value: null, ...found } : found;
  const problems = schemaProblems('history', event);
  if (problems.length > 0) refuse(`not an event of a history: ${problems.join('; ')}`);
  const op = event as Op;
  if (op.index !== index)
    refuse(`expected index ${index}, found ${op.index}: lines are missing or stand in another order`);
  if (op.process === 'nemesis' && op.type !== 'info')
    refuse(`the nemesis writes only info, found ${op.type}`);
  if (isDeeperThan(256, op.value)) refuse('the value is nested deeper than 256 levels');
  if (holdsInfinity(op.value)) refuse('the value holds a number beyond the range of doubles');
  return op;
}

function isDeeperThan(levels: number, value: Json): boolean {
  if (value === null || typeof value !== 'object') return false;
  return levels === 0 || Object.values(value).some((inner: Json) => isDeeperThan(levels - 1, inner));
}

function holdsInfinity(value: Json): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  return value !== null && typeof value === 'object' && Object.values(value).some(holdsInfinity);
}
