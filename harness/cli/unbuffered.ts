/**
 * Output that is written before `write` returns. Work that Ctrl-C may end at any moment (interruptible.ts) has to print
 * this way: a stream that is ended in the middle of a write believes for ever that the write is under way, keeps all that
 * follows to itself, and the process ends without having printed it.
 */
import { writeSync } from 'node:fs';

/** Where a command prints: this, the process, or a test. */
export interface Streams {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

export const unbuffered: Streams = {
  stdout: { write: (text) => writeWhole(1, text) },
  stderr: { write: (text) => writeWhole(2, text) },
};

/** How long to wait when the reader of a pipe is slow, in ms. */
const pauseMs = 5;

function writeWhole(fd: number, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) rest = rest.subarray(writeSome(fd, rest));
}

/** Bytes that were taken; whoever closed the other end (`| head`) wants no more, and loses nothing of the exit code. */
function writeSome(fd: number, bytes: Buffer): number {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EPIPE') return bytes.length;
    if (code !== 'EAGAIN') throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    return 0;
  }
}
