/**
 * Reads the micro-operations of one transaction from its canonical text, `[["append",5,1],["r",5,[1,2]]]`, without
 * making an object: histories hold millions of them.
 */
import { endOfValue } from './tokens.ts';

/** Kinds of micro-operations. */
export const readMicro = 0;
export const appendMicro = 1;
export const writeMicro = 2;

const comma = 0x2c;
const quote = 0x22;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/** A cursor over the micro-operations of a transaction. */
export class MicroScanner {
  /** Of the micro-operation that `next` found: what it is, and where its key and its argument stand. */
  kind = readMicro;
  keyStart = 0;
  keyEnd = 0;
  /** Both 0 when there is no argument. */
  valueStart = 0;
  valueEnd = 0;
  private readonly bytes: Uint8Array;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Begins with the text at `start`; false when it is no list. */
  open(start: number, end: number): boolean {
    this.at = start + 1;
    return end > start && this.bytes[start] === openBracket;
  }

  /** Finds the next micro-operation: 1; 0 after the last; −1 when something else stands there. */
  next(): number {
    const { bytes } = this;
    let { at } = this;
    if (bytes[at] === comma) at++;
    if (bytes[at] === closeBracket) return 0;
    if (bytes[at] !== openBracket || bytes[at + 1] !== quote) return -1;
    at = this.readKind(at + 2);
    if (at < 0 || bytes[at] !== comma) return -1;
    this.keyStart = at + 1;
    this.keyEnd = at = endOfValue(bytes, at + 1);
    this.valueStart = this.valueEnd = 0;
    if (bytes[at] === comma) {
      this.valueStart = at + 1;
      this.valueEnd = at = endOfValue(bytes, at + 1);
    }
    if (bytes[at] !== closeBracket) return -1;
    this.at = at + 1;
    return 1;
  }

  /** Reads `r"`, `w"` or `append"`; answers where it ends, or −1. */
  private readKind(at: number): number {
    const { bytes } = this;
    if (bytes[at + 1] === quote) {
      this.kind = bytes[at] === 0x72 ? readMicro : writeMicro;
      return bytes[at] === 0x72 || bytes[at] === 0x77 ? at + 2 : -1;
    }
    this.kind = appendMicro;
    for (let letter = 0; letter < appendName.length; letter++)
      if (bytes[at + letter] !== appendName.charCodeAt(letter)) return -1;
    return at + appendName.length;
  }
}

const appendName = 'append"';
