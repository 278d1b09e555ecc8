/**
 * The part of a byte stream that a reader works on. A reader goes forward through `bytes`; where they end in the middle
 * of something, it goes back to the beginning of that and asks for more. So memory is bounded by the largest single
 * form, never by the file.
 */

/** Fills a part of the array from its beginning; answers how many bytes, 0 at the end of the stream. */
export type ByteSource = (into: Uint8Array) => number;

const startBytes = 1 << 20;

export class ByteWindow {
  /** What is at hand: the bytes from 0 to `end`. */
  bytes: Buffer;
  end = 0;
  private isExhausted = false;
  private readonly source: ByteSource;

  constructor(source: ByteSource, bytes = startBytes) {
    this.source = source;
    this.bytes = Buffer.allocUnsafe(bytes);
  }

  /**
   * Gets more bytes, and forgets those before `from`, which moves to 0. False when the stream is at its end; then a
   * line end was appended once, so that whatever ends with the stream ends before something.
   */
  advance(from: number): boolean {
    if (this.isExhausted) return false;
    const kept = this.end - from;
    // At least half of the window is new, so that going back costs no more than reading.
    const target = 2 * kept > this.bytes.length ? Buffer.allocUnsafe(2 * this.bytes.length) : this.bytes;
    this.bytes.copy(target, 0, from, this.end);
    this.bytes = target;
    const count = this.source(target.subarray(kept, target.length - 1));
    this.end = kept + count;
    if (count === 0) {
      this.isExhausted = true;
      target[this.end++] = 10;
    }
    return true;
  }
}
