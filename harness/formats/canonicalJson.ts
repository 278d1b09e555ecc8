/**
 * Recognises JSON values that stand in bytes in canonical spelling (columns/canonical.ts), which is what JSON.stringify
 * writes for nearly all values of histories. Such a value is compared and kept as it stands, and nobody has to parse it.
 *
 * Whatever is malformed, or spelt in another way, is simply not recognised: the caller then takes the slow way.
 */
import { nestingMax } from '../columns/canonical.ts';

/** What is answered instead of a position. */
export const unrecognised = -1;

const quote = 0x22;
const comma = 0x2c;
const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;
const colon = 0x3a;
const arrayStart = 0x5b;
const backslash = 0x5c;
const arrayEnd = 0x5d;
const objectStart = 0x7b;
const objectEnd = 0x7d;

/** So many digits are exact in a double. */
const digitsMax = 15;
const tenTo = Float64Array.from({ length: digitsMax + 1 }, (_, exponent) => Number(`1e${exponent}`));

/** What follows a backslash where JSON.stringify writes one, \u apart. */
const isEscape = new Uint8Array(256);
for (const letter of '"\\bfnrt') isEscape[letter.charCodeAt(0)] = 1;

/** Scans one byte array after the other; what it found last stands in its fields. */
export class CanonicalJson {
  bytes: Uint8Array = new Uint8Array(0);
  /** The number that was scanned last. */
  number = 0;
  /** Whether some string held bytes beyond ASCII; whether they are UTF-8, nobody has looked at. */
  isBeyondAscii = false;

  /** The end of the digits at `at`, an integer of at most 15 digits without sign. */
  endOfNatural(at: number): number {
    const { bytes } = this;
    let number = 0;
    let next = at;
    for (; next - at <= digitsMax; next++) {
      const digit = (bytes[next] ?? 0) - zero;
      if (!(digit >= 0 && digit <= 9)) break;
      number = 10 * number + digit;
    }
    const length = next - at;
    if (length === 0 || length > digitsMax || (length > 1 && bytes[at] === zero)) return unrecognised;
    this.number = number;
    return next;
  }

  /** The end of a number without sign, perhaps with a fraction, of at most 15 digits. */
  endOfDecimal(at: number): number {
    const { bytes } = this;
    const end = this.endOfNatural(at);
    if (end === unrecognised || bytes[end] !== point) return end;
    let number = this.number;
    let next = end + 1;
    for (; next - at <= digitsMax + 1; next++) {
      const digit = (bytes[next] ?? 0) - zero;
      if (!(digit >= 0 && digit <= 9)) break;
      number = 10 * number + digit;
    }
    if (next === end + 1 || next - at > digitsMax + 1) return unrecognised;
    // Both are exact, so that the quotient is the double next to what is written.
    this.number = number / (tenTo[next - end - 1] ?? 1);
    return next;
  }

  /** The end of a number with or without sign; what follows it is for the caller to look at. */
  endOfNumber(at: number): number {
    if (this.bytes[at] !== minus) return this.endOfDecimal(at);
    const end = this.endOfDecimal(at + 1);
    this.number = -this.number;
    return end;
  }

  /** The position of the quote that closes the string whose first character, after its quote, is at `at`. */
  endOfString(at: number): number {
    const { bytes } = this;
    for (let next = at; ; next++) {
      const byte = bytes[next] ?? 0;
      if (byte === quote) return next;
      if (byte === backslash) {
        if (isEscape[bytes[++next] ?? 0] === 0) return unrecognised;
      } else if (byte < 0x20) return unrecognised;
      else if (byte >= 0x80) this.isBeyondAscii = true;
    }
  }

  /** The end of the array or object that begins at `at`. */
  endOfContainer(at: number, nesting = 1): number {
    if (nesting > nestingMax) return unrecognised;
    return this.bytes[at] === arrayStart
      ? this.endOfArray(at + 1, nesting)
      : this.endOfObject(at + 1, nesting);
  }

  private endOfArray(first: number, nesting: number): number {
    const { bytes } = this;
    if (bytes[first] === arrayEnd) return first + 1;
    for (let at = first; ; at++) {
      at = this.endOfItem(at, nesting);
      if (at === unrecognised) return unrecognised;
      if (bytes[at] === arrayEnd) return at + 1;
      if (bytes[at] !== comma) return unrecognised;
    }
  }

  /** Names are recognised in ASCII, without escapes, and in order; so there are none twice. */
  private endOfObject(first: number, nesting: number): number {
    const { bytes } = this;
    if (bytes[first] === objectEnd) return first + 1;
    let lastStart = 0;
    let lastEnd = -1;
    for (let at = first; ; at++) {
      if (bytes[at] !== quote) return unrecognised;
      const end = endOfPlainName(bytes, at + 1);
      if (end === unrecognised || bytes[end + 1] !== colon) return unrecognised;
      if (lastEnd !== -1 && !isBefore(bytes, lastStart, lastEnd, at + 1, end)) return unrecognised;
      lastStart = at + 1;
      lastEnd = end;
      at = this.endOfItem(end + 2, nesting);
      if (at === unrecognised) return unrecognised;
      if (bytes[at] === objectEnd) return at + 1;
      if (bytes[at] !== comma) return unrecognised;
    }
  }

  private endOfItem(at: number, nesting: number): number {
    const { bytes } = this;
    const byte = bytes[at];
    if (byte === quote) {
      const end = this.endOfString(at + 1);
      return end === unrecognised ? unrecognised : end + 1;
    }
    if (byte === arrayStart || byte === objectStart) return this.endOfContainer(at, nesting + 1);
    if (byte === minus) return bytes[at + 1] === zero ? unrecognised : this.endOfNatural(at + 1);
    if (byte !== undefined && byte <= 0x39) return this.endOfNatural(at);
    return endOfConstant(bytes, at);
  }
}

const constants = ['null', 'true', 'false'].map((word) => Uint8Array.from(word, (c) => c.charCodeAt(0)));

/** The end of `null`, `true` or `false`. */
export function endOfConstant(bytes: Uint8Array, at: number): number {
  for (const word of constants) if (bytes[at] === word[0]) return endOfLiteral(bytes, at, word);
  return unrecognised;
}

/** The end of exactly these bytes. */
export function endOfLiteral(bytes: Uint8Array, at: number, literal: Uint8Array): number {
  for (let next = 0; next < literal.length; next++)
    if (bytes[at + next] !== literal[next]) return unrecognised;
  return at + literal.length;
}

function endOfPlainName(bytes: Uint8Array, at: number): number {
  for (let next = at; ; next++) {
    const byte = bytes[next] ?? 0;
    if (byte === quote) return next;
    if (byte < 0x20 || byte >= 0x80 || byte === backslash) return unrecognised;
  }
}

function isBefore(bytes: Uint8Array, aStart: number, aEnd: number, bStart: number, bEnd: number): boolean {
  const length = Math.min(aEnd - aStart, bEnd - bStart);
  for (let at = 0; at < length; at++) {
    const difference = (bytes[aStart + at] ?? 0) - (bytes[bStart + at] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return aEnd - aStart < bEnd - bStart;
}
