/**
 * history.jsonl: one event of a history a line, written while the run goes on, and read back with every line checked.
 *
 * Lines are gathered for a few milliseconds and then written with one call. So the file may lag the wire: when the
 * harness is killed, the newest events are missing. That does no harm to any verdict. The file is always a prefix of
 * the history, and what an event shows was caused by events before it: a prefix that holds the read of a value also
 * holds the invocation that wrote it.
 */
import { closeSync, createReadStream, openSync, writeSync } from 'node:fs';
import { assert } from '../nodes/kernel/assert.ts';
import { HarnessError, UsageError } from './exit.ts';
import { MalformedHistory, operationsOf, type Op } from './history.ts';
import { schemaProblems } from './schemas/validate.ts';

/** Lines are written at the latest after this time … */
const flushAfterMs = 20;
/** … or when so many characters are gathered. */
const flushAtLength = 1 << 16;

/** Appends events to a file. */
export class HistoryWriter {
  private readonly file: string;
  private readonly fd: number;
  private readonly write: typeof writeSync;
  private lines = '';
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;
  private readonly onExit = (): void => this.close();

  /** Creates the file; it must not exist. `write` is for tests of full disks. */
  constructor(file: string, write: typeof writeSync = writeSync) {
    this.write = write;
    this.file = file;
    this.fd = openSync(file, 'ax');
    // However the process ends, short of being killed, what was appended is written.
    process.once('exit', this.onExit);
  }

  append(op: Op): void {
    assert(!this.isClosed, 'nothing is recorded after the end');
    this.lines += `${JSON.stringify(op)}\n`;
    if (this.lines.length >= flushAtLength) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), flushAfterMs).unref();
  }

  /** Writes what was appended so far. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const bytes = Buffer.from(this.lines);
    this.lines = '';
    try {
      for (let written = 0; written < bytes.length;) written += this.write(this.fd, bytes, written);
    } catch (error) {
      throw new HarnessError(`the history cannot be written: ${this.file}: ${messageOf(error)}`);
    }
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    process.off('exit', this.onExit);
    this.flush();
    closeSync(this.fd);
  }
}

/** A history file that cannot be used as it is: where, what was expected, what was found. */
export class HistoryFileError extends UsageError {
  override name = 'HistoryFileError';
  readonly file: string;
  /** From 1. */
  readonly line: number;
  constructor(file: string, line: number, problem: string) {
    super(`${file}:${line}: ${problem}`);
    this.file = file;
    this.line = line;
  }
}

export interface HistoryRead {
  readonly history: readonly Op[];
  /** What was tolerated, a sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Reads a whole history. A last line that is torn (the harness was killed while it wrote) is dropped with a warning;
 * anything else malformed is refused with a HistoryFileError. O(bytes).
 */
export async function readHistory(file: string): Promise<HistoryRead> {
  const history: Op[] = [];
  let unfinished = '';
  for await (const chunk of chunksOf(file)) {
    const lines = (unfinished + chunk).split('\n');
    unfinished = lines.pop() ?? '';
    for (const line of lines) history.push(parseLine(file, history.length, line));
  }
  const warnings: string[] = [];
  if (unfinished !== '') {
    const last = parseJson(unfinished);
    if (last === notJson)
      warnings.push(`${file}:${history.length + 1}: the last line is torn and was dropped`);
    else history.push(parseLine(file, history.length, unfinished));
  }
  refuseUnpaired(file, history);
  return { history, warnings };
}

async function* chunksOf(file: string): AsyncGenerator<string> {
  try {
    yield* createReadStream(file, { encoding: 'utf8', highWaterMark: 1 << 20 });
  } catch (error) {
    throw new UsageError(`the history cannot be read: ${messageOf(error)}`);
  }
}

const notJson = Symbol('not JSON');

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return notJson;
  }
}

function parseLine(file: string, index: number, line: string): Op {
  const event = parseJson(line);
  if (event === notJson)
    throw new HistoryFileError(
      file,
      index + 1,
      `expected one event, a JSON object, on each line; found ${excerpt(line)}`,
    );
  const problems = schemaProblems('history', event);
  if (problems.length > 0)
    throw new HistoryFileError(
      file,
      index + 1,
      `not an event of a history: ${problems.join('; ')}; found ${excerpt(line)}. ` +
        'Expected a line like {"index":0,"timeNs":12345,"process":3,"type":"invoke","f":"read","key":"k1","value":null}',
    );
  const op = event as Op;
  if (op.index !== index)
    throw new HistoryFileError(
      file,
      index + 1,
      `expected index ${index}, found ${op.index}: lines are missing or stand in another order`,
    );
  if (op.process === 'nemesis' && op.type !== 'info')
    throw new HistoryFileError(file, index + 1, `the nemesis writes only info, found ${op.type}`);
  return op;
}

/** Completions must answer invocations; a checker could make nothing of others. */
function refuseUnpaired(file: string, history: readonly Op[]): void {
  try {
    operationsOf(history);
  } catch (error) {
    if (error instanceof MalformedHistory) throw new HistoryFileError(file, error.index + 1, error.message);
    throw error;
  }
}

function excerpt(line: string): string {
  return line === '' ? 'an empty line' : `'${line.length > 120 ? `${line.slice(0, 120)}…` : line}'`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
