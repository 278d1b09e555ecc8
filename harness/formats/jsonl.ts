/**
 * history.jsonl: reads what the harness writes while a run goes on, one event a line, with every line checked.
 *
 * Lines are taken in the fast way (jsonlScanner.ts) where they are spelt as the harness spells them, else through
 * JSON.parse and the schema. Memory is that of the columns and of the longest line.
 */
import { UnfitValue } from '../columns/canonical.ts';
import { usualReading } from '../columns/events.ts';
import { History, HistoryBuilder } from '../columns/history.ts';
import { MalformedHistory, type Op } from '../history.ts';
import { HistoryFileError } from '../historyFile.ts';
import { schemaProblems } from '../schemas/validate.ts';
import type { ByteSource } from './byteWindow.ts';
import { unrecognised } from './canonicalJson.ts';
import { withBytesOf, type OnBytes } from './fileBytes.ts';
import type { HistoryFormat, HistoryRead } from './format.ts';
import { JsonlScanner } from './jsonlScanner.ts';
import { actsOnceRetired, retireProcesses } from './retiredProcesses.ts';

const example = '{"process":3,"type":"invoke","f":"read","key":"k1","value":null}';

export const jsonl: HistoryFormat = {
  name: 'jsonl',
  meaning: 'one JSON object a line, as in history.jsonl of a run',
  readings: [{ of: 'operations', reading: usualReading }],
  recognises: (file, head) => file.endsWith('.jsonl') || /^\s*(\{\s*"|$)/.test(head),
  read: (file, onBytes) => {
    const read = readJsonl(file, onBytes);
    // A file in another format may look like one torn line. A run records an event before anything can be torn.
    if (read.history.length === 0 && read.warnings.length > 0)
      throw new HistoryFileError(file, 1, `expected a JSON object like ${example}`);
    return read;
  },
};

/**
 * Reads a whole history. A last line that is torn (the harness was killed while it wrote) is dropped with a warning;
 * anything else malformed is refused with a HistoryFileError. O(bytes).
 */
export function readJsonl(file: string, onBytes?: OnBytes): HistoryRead {
  return withBytesOf(file, (source) => readBytes(file, source), onBytes);
}

/** The same of bytes from anywhere; `file` is how messages name them. */
export function readBytes(file: string, source: ByteSource): HistoryRead {
  const builder = new HistoryBuilder();
  const warnings: string[] = [];
  const unfinished = readLines(file, source, builder);
  if (unfinished !== '') {
    if (parseJson(unfinished) === notJson)
      warnings.push(`${file}:${builder.length + 1}: the last line is torn and was dropped`);
    else readLine(file, builder, unfinished);
  }
  const history = builder.build();
  refuseUnpaired(file, history);
  if (!actsOnceRetired(history.events)) return { history, warnings };
  const settled = retireProcesses(history.events);
  return {
    history: new History(settled.events),
    warnings: [...warnings, ...settled.warnings.map((warning) => `${file}: ${warning}`)],
  };
}

const lineFeed = 0x0a;
const chunkBytes = 1 << 20;
/** More than any event, and less than the longest string that there can be. */
const lineBytesMax = 1 << 28;

/** Reads all lines that have an end; answers what is left. */
function readLines(file: string, source: ByteSource, builder: HistoryBuilder): string {
  const scanner = new JsonlScanner(builder);
  let bytes = Buffer.allocUnsafe(chunkBytes);
  /** So many bytes at the beginning are those of a line whose end was not read yet. */
  let held = 0;
  for (;;) {
    const count = source(bytes.subarray(held));
    if (count === 0) return bytes.toString('utf8', 0, held);
    const end = held + count;
    const lastLineFeed = bytes.subarray(held, end).lastIndexOf(lineFeed);
    const linesEnd = lastLineFeed === -1 ? 0 : held + lastLineFeed + 1;
    takeLines(file, builder, scanner, bytes.subarray(0, linesEnd));
    held = end - linesEnd;
    if (held > lineBytesMax)
      throw new HistoryFileError(file, builder.length + 1, `the line is longer than ${lineBytesMax} bytes`);
    const target = 2 * held > bytes.length ? Buffer.allocUnsafe(2 * bytes.length) : bytes;
    bytes.copy(target, 0, linesEnd, end);
    bytes = target;
  }
}

function takeLines(file: string, builder: HistoryBuilder, scanner: JsonlScanner, lines: Buffer): void {
  for (let at = 0; at < lines.length;) {
    const next = scanner.take(lines, at);
    if (next !== unrecognised) at = next;
    else {
      const end = lines.indexOf(lineFeed, at);
      readLine(file, builder, lines.toString('utf8', at, end));
      at = end + 1;
    }
  }
}

/** The slow way: what no writer of ours has written is looked at as a whole. */
function readLine(file: string, builder: HistoryBuilder, line: string): void {
  const refuse = (problem: string): never => {
    throw new HistoryFileError(file, builder.length + 1, problem);
  };
  const found = parseJson(line);
  if (found === notJson) refuse(`expected one event, a JSON object, on each line; found ${excerpt(line)}`);
  const event = completed(found, builder.length);
  const problems = schemaProblems('history', event);
  if (problems.length > 0)
    refuse(
      `not an event of a history: ${problems.join('; ')}; found ${excerpt(line)}. Expected a line like ${example}`,
    );
  const op = event as Op;
  if (op.index !== builder.length)
    refuse(
      `expected index ${builder.length}, found ${op.index}: lines are missing or stand in another order`,
    );
  if (op.process === 'nemesis' && op.type !== 'info')
    refuse(`the nemesis writes only info, found ${op.type}`);
  try {
    builder.append(op);
  } catch (error) {
    if (error instanceof UnfitValue) refuse(`${error.message}; found ${excerpt(line)}`);
    throw error;
  }
}

/** Who records by hand may leave out what a line says by its place, and a value of null. */
function completed(event: unknown, place: number): unknown {
  const isObject = typeof event === 'object' && event !== null && !Array.isArray(event);
  return isObject ? { index: place, timeNs: place, value: null, ...event } : event;
}

const notJson = Symbol('not JSON');

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return notJson;
  }
}

/** Completions must answer invocations; a checker could make nothing of others. */
function refuseUnpaired(file: string, history: History): void {
  try {
    void history.operations;
  } catch (error) {
    if (error instanceof MalformedHistory) throw new HistoryFileError(file, error.index + 1, error.message);
    throw error;
  }
}

function excerpt(line: string): string {
  return line === '' ? 'an empty line' : `'${line.length > 120 ? `${line.slice(0, 120)}…` : line}'`;
}
