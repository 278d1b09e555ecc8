/**
 * Captures what a node prints: appended to a file up to a cap, so that a node that prints without end fills no disk.
 * The last lines are kept in memory, for the message that explains why a node died.
 */
import { createWriteStream, statSync, type WriteStream } from 'node:fs';
import type { Readable } from 'node:stream';

const outputBytesMax = 16 * 1024 * 1024;
const tailBytesMax = 8 * 1024;
const tailLines = 20;

export class OutputFile {
  private readonly file: WriteStream;
  private bytesLeft: number;
  private last = '';

  /** Appends to what earlier incarnations have printed; the cap is for all of them together. */
  constructor(source: Readable, path: string, bytesMax: number = outputBytesMax) {
    this.bytesLeft = Math.max(0, bytesMax - sizeOf(path));
    this.file = createWriteStream(path, { flags: 'a' });
    // A full disk must not end the run: the output is an aid, not a result.
    this.file.on('error', () => (this.bytesLeft = 0));
    source.on('data', (chunk: Buffer) => this.take(chunk, bytesMax));
    source.on('error', () => this.file.end());
    source.on('close', () => this.file.end());
  }

  /** The last lines, as they were printed. */
  tail(): string {
    return this.last.trimEnd().split('\n').slice(-tailLines).join('\n');
  }

  private take(chunk: Buffer, bytesMax: number): void {
    this.last = (this.last + chunk.toString()).slice(-tailBytesMax);
    if (this.bytesLeft <= 0) return;
    this.file.write(chunk.subarray(0, this.bytesLeft));
    this.bytesLeft -= chunk.length;
    if (this.bytesLeft <= 0) this.file.write(`\n[what follows ${bytesMax} bytes is not kept]\n`);
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
