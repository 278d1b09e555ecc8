/**
 * A running hash of everything that happens in a simulated run, in order. Two runs with the same hash did the same; a
 * difference means that something outside the seed leaked in. Two lanes of 32-bit integer arithmetic (FNV-1a and a
 * multiply-rotate), because floating point functions differ between engines and a single lane collides too easily.
 */

export class TraceHash {
  private a = 0x811c9dc5;
  private b = 0x9e3779b9;

  /** Mixes a number in. Fractions count to 1/4096. */
  number(value: number): void {
    if ((value | 0) === value) {
      this.word(value);
      return;
    }
    this.word(Math.floor(value / 0x100000000) | 0);
    this.word(value | 0);
    this.word((value * 4096) | 0);
  }

  text(value: string): void {
    for (let at = 0; at < value.length; at++) this.word(value.charCodeAt(at));
    this.word(~value.length);
  }

  /**
   * Mixes a JSON value in, by its shape and values in the order of its keys. Beyond `depth` levels only sizes count:
   * messages are hashed for each delivery, and what lies deeper shows in what the receiver does with it.
   */
  value(value: unknown, depth: number): void {
    if (typeof value === 'number') this.number(value);
    else if (typeof value === 'string') this.text(value);
    else if (typeof value !== 'object' || value === null)
      this.word(value === true ? 1 : value === false ? 2 : 3);
    else if (Array.isArray(value)) this.list(value, depth);
    else this.fields(value, depth);
  }

  /** The hash up to here, 16 hexadecimal digits. */
  digest(): string {
    return hex(finish(this.a)) + hex(finish(this.b ^ this.a));
  }

  private fields(value: object, depth: number): void {
    if (depth > 0) for (const key in value) this.value((value as Record<string, unknown>)[key], depth - 1);
    this.word(5);
  }

  private list(items: readonly unknown[], depth: number): void {
    this.word(~items.length);
    if (depth > 0) for (const item of items) this.value(item, depth - 1);
  }

  private word(word: number): void {
    this.a = Math.imul(this.a ^ word, 0x01000193);
    const mixed = Math.imul(this.b ^ word, 0x85ebca6b);
    this.b = (mixed << 13) | (mixed >>> 19);
  }
}

/** The avalanche at the end of murmur3. */
function finish(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}
