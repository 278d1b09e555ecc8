/**
 * history.jsonl: one event of a history a line, written while the run goes on; formats/jsonl.ts reads it.
 *
 * Lines are gathered for a few milliseconds and then written with one call. So the file may lag the wire: when the
 * harness is killed, the newest events are missing. That does no harm to any verdict. The file is always a prefix of
 * the history, and what an event shows was caused by events before it: a prefix that holds the read of a value also
 * holds the invocation that wrote it.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { assert } from '../nodes/kernel/assert.ts';
import { HarnessError, UsageError } from './exit.ts';
import type { Op } from './history.ts';

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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
