/**
 * Where a reader of EDN stands in its bytes: goes over what lies between forms, finds the ends of tokens and strings, and
 * goes back to begin again where the bytes at hand end too early.
 */
import { isUtf8 } from 'node:buffer';
import { HistoryFileError } from '../historyFile.ts';
import type { ByteWindow } from './byteWindow.ts';
import { backslash, kinds, lineFeed, quote } from './ednSyntax.ts';

/** Deeper nesting is refused: it could exhaust the stack of whoever walks over the value. */
const depthMax = 100;
/** A single form larger than this is refused: memory is bounded. */
const formBytesMax = 64 * 1024 * 1024;

const excerptBytes = 60;

/** The answer of `attempt` at the end of the stream. */
export const ended = Symbol('the end of the stream');
/** Thrown where the bytes at hand end, caught by `attempt`. */
const needsMore = new Error('more bytes are needed');

export class EdnCursor {
  /** The place of the next byte in the window; places are good until more bytes are needed. */
  at = 0;
  /** The line of the next byte, from 1. */
  line = 1;
  private readonly window: ByteWindow;
  private readonly file: string;
  /** How many forms are around the next byte. */
  private depth = 0;

  constructor(window: ByteWindow, file: string) {
    this.window = window;
    this.file = file;
  }

  get bytes(): Buffer {
    return this.window.bytes;
  }

  /**
   * Runs `parse` from where this stands. If the bytes at hand end before it does, it is run again with more of them;
   * at the end of the stream the answer is `ended`, and nothing was read.
   */
  attempt<T>(parse: () => T): T | typeof ended {
    for (;;) {
      const { at, line, depth } = this;
      try {
        return parse();
      } catch (error) {
        if (error !== needsMore) throw error;
        this.line = line;
        this.at = at;
        this.depth = depth;
        if (this.window.end - at > formBytesMax)
          this.refuse(`expected nothing larger than ${formBytesMax / 1024 / 1024} MB in one piece`);
        if (!this.window.advance(at)) return ended;
        this.at = 0;
      }
    }
  }

  refuse(problem: string, line = this.line): never {
    throw new HistoryFileError(this.file, line, problem);
  }

  /** What stands at a place, for messages: the rest of its line, or the beginning of that. */
  excerpt(place = this.at): string {
    const { bytes, end } = this.window;
    const text = bytes.toString('utf8', place, Math.min(end, place + excerptBytes));
    const line = (text.split('\n')[0] ?? '').trimEnd();
    const isCut = !text.includes('\n') && end > place + excerptBytes;
    return line === '' ? 'the end of the line' : `'${line}${isCut ? '…' : ''}'`;
  }

  /** Enters a form that holds others. */
  enter(): void {
    if (++this.depth > depthMax) this.refuse(`expected at most ${depthMax} levels of nesting`);
  }

  leave(): void {
    this.depth--;
  }

  byteAt(at: number): number {
    if (at >= this.window.end) throw needsMore;
    return this.window.bytes[at] ?? 0;
  }

  skipLine(): void {
    while (this.byteAt(this.at) !== lineFeed) this.at++;
  }

  /** The end of the token that begins at a place; the same place if none does. */
  tokenEnd(from: number): number {
    const { bytes, end } = this.window;
    let to = from;
    let all = 0;
    for (; to < end && kinds[bytes[to] ?? 0] === 0; to++) all |= bytes[to] ?? 0;
    if (to === end) throw needsMore;
    if (all >= 0x80 && !isUtf8(bytes.subarray(from, to))) this.refuse('expected UTF-8 text');
    return to;
  }

  /** Goes behind the string that begins here; answers whether JSON would write it with the same bytes. */
  skipString(): boolean {
    const { bytes, end } = this.window;
    let to = this.at + 1;
    let isPlain = true;
    for (; to < end && bytes[to] !== quote; to++) {
      const byte = bytes[to] ?? 0;
      if (byte >= 0x20 && byte < 0x80 && byte !== backslash) continue;
      isPlain = false;
      if (byte === lineFeed) this.line++;
      if (byte === backslash) to++;
    }
    if (to >= end) throw needsMore;
    this.at = to + 1;
    return isPlain;
  }

  /** The text between two places. */
  text(from: number, to: number): string {
    return this.window.bytes.toString('utf8', from, to);
  }
}
