/**
 * Keys and elements as numbers. Both stand in the canonical texts of a history's values, so they are compared as bytes;
 * small whole numbers, which most are, are their own tokens and need no table.
 */
import { Texts } from '../../columns/texts.ts';

const comma = 0x2c;
const quote = 0x22;
const backslash = 0x5c;
const zero = 0x30;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Numbers of so many digits at most are their own tokens, doubled. */
const digitsMax = 8;

/** Tokens of canonical JSON texts: even ones are twice a small whole number, odd ones stand in a table. */
export class Tokens {
  private readonly texts = new Texts();

  /** The token of the text in `bytes[from, to)`. O(to − from). */
  of(bytes: Uint8Array, from: number, to: number): number {
    const small = smallNumber(bytes, from, to);
    return small >= 0 ? 2 * small : 2 * this.texts.ordinalOf(bytes, from, to) + 1;
  }

  /** The token of a canonical text. */
  ofText(text: string): number {
    return /^(0|[1-9]\d{0,7})$/.test(text) ? 2 * Number(text) : 2 * this.texts.ordinalOfString(text) + 1;
  }

  /** The canonical text. */
  textOf(token: number): string {
    return token % 2 === 0 ? String(token / 2) : this.texts.get((token - 1) / 2);
  }
}

function smallNumber(bytes: Uint8Array, from: number, to: number): number {
  if (to - from > digitsMax) return -1;
  let number = 0;
  for (let at = from; at < to; at++) {
    const digit = (bytes[at] ?? 0) - zero;
    if (digit < 0 || digit > 9) return -1;
    number = 10 * number + digit;
  }
  return number;
}

/** The end of the JSON value that begins at `at` of a canonical text. O(its length), without recursion. */
export function endOfValue(bytes: Uint8Array, at: number): number {
  let nesting = 0;
  for (let here = at; ; here++) {
    const byte = bytes[here] ?? 0;
    if (byte === quote) here = closingQuote(bytes, here);
    else if (byte === openBracket || byte === openBrace) nesting++;
    else if (byte === comma || byte === closeBracket || byte === closeBrace || byte === 0) {
      if (nesting === 0) return here;
      if (byte === 0) return here;
      if (byte !== comma && --nesting === 0) return here + 1;
    }
  }
}

/** The quote that closes the string that is opened at `at`. */
function closingQuote(bytes: Uint8Array, at: number): number {
  let here = at + 1;
  for (;;) {
    const byte = bytes[here] ?? 0;
    if (byte === quote || byte === 0) return here;
    here += byte === backslash ? 2 : 1;
  }
}
