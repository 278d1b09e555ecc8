/**
 * A table of distinct texts, kept as UTF-8 bytes in one array. A reader can look a text up where it stands in its file,
 * and needs no string for one that was seen before.
 */
import { enlarged, Growing } from './growing.ts';

/** Texts without the byte 0, numbered from 0 when they are first seen. */
export class Texts {
  /** The texts one after the other, each closed by a 0. */
  private bytes = new Uint8Array(1 << 10);
  private used = 0;
  private readonly starts = new Growing(Uint32Array, 64);
  /** Pairs: the hash, and the ordinal + 1, which is 0 where nothing is. At most half full. */
  private slots = new Int32Array(256);
  private scratch = new Uint8Array(256);

  get size(): number {
    return this.starts.length;
  }

  /** The ordinal of the text in `bytes[from, to)`, a new one if it was never seen. O(its length). */
  ordinalOf(bytes: Uint8Array, from: number, to: number): number {
    const hash = hashOfBytes(bytes, from, to);
    let slot = this.slotOf(hash, bytes, from, to);
    const known = this.slots[slot + 1] ?? 0;
    if (known !== 0) return known - 1;
    if (4 * this.size >= this.slots.length) {
      this.rehash(2 * this.slots.length);
      slot = this.slotOf(hash, bytes, from, to);
    }
    this.append(bytes, from, to);
    this.slots[slot] = hash;
    return (this.slots[slot + 1] = this.size) - 1;
  }

  ordinalOfString(text: string): number {
    const length = this.encode(text);
    return this.ordinalOf(this.scratch, 0, length);
  }

  /** The ordinal of a text, or −1 if it was never seen. */
  findString(text: string): number {
    const length = this.encode(text);
    const hash = hashOfBytes(this.scratch, 0, length);
    return (this.slots[this.slotOf(hash, this.scratch, 0, length) + 1] ?? 0) - 1;
  }

  get(ordinal: number): string {
    const start = this.starts.at(ordinal);
    if (start === undefined) throw new RangeError(`no text has the ordinal ${ordinal}`);
    const end = (this.starts.at(ordinal + 1) ?? this.used) - 1;
    return decoder.decode(this.bytes.subarray(start, end));
  }

  /** All texts; the one with an ordinal stands in `[startOf(ordinal), endOf(ordinal))`. */
  get allBytes(): Uint8Array {
    return this.bytes;
  }

  startOf(ordinal: number): number {
    return this.starts.at(ordinal) ?? 0;
  }

  endOf(ordinal: number): number {
    return (this.starts.at(ordinal + 1) ?? this.used) - 1;
  }

  /** The slot that holds the text, or the free one where it belongs. */
  private slotOf(hash: number, bytes: Uint8Array, from: number, to: number): number {
    const { slots } = this;
    const mask = slots.length - 1;
    let slot = (hash << 1) & mask;
    for (;;) {
      const held = slots[slot + 1] ?? 0;
      if (held === 0 || (slots[slot] === hash && this.equals(held - 1, bytes, from, to))) return slot;
      slot = (slot + 2) & mask;
    }
  }

  private equals(ordinal: number, bytes: Uint8Array, from: number, to: number): boolean {
    const own = this.bytes;
    let at = this.starts.at(ordinal) ?? 0;
    for (let other = from; other < to; other++, at++) if (own[at] !== bytes[other]) return false;
    return own[at] === 0;
  }

  private append(bytes: Uint8Array, from: number, to: number): void {
    const end = this.used + to - from;
    while (end >= this.bytes.length) this.bytes = enlarged(this.bytes, Uint8Array);
    this.starts.push(this.used);
    for (let at = from, own = this.used; at < to; at++, own++) this.bytes[own] = bytes[at] ?? 0;
    this.bytes[end] = 0;
    this.used = end + 1;
  }

  private rehash(length: number): void {
    const old = this.slots;
    const mask = length - 1;
    const slots = new Int32Array(length);
    for (let from = 0; from < old.length; from += 2) {
      const ordinal = old[from + 1] ?? 0;
      if (ordinal === 0) continue;
      const hash = old[from] ?? 0;
      let slot = (hash << 1) & mask;
      while (slots[slot + 1] !== 0) slot = (slot + 2) & mask;
      slots[slot] = hash;
      slots[slot + 1] = ordinal;
    }
    this.slots = slots;
  }

  /** Writes the text to `scratch`; answers the number of bytes. */
  private encode(text: string): number {
    while (this.scratch.length < 3 * text.length) this.scratch = new Uint8Array(2 * this.scratch.length);
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code >= 0x80) return encoder.encodeInto(text, this.scratch).written;
      this.scratch[at] = code;
    }
    return text.length;
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** FNV-1a, stirred, because only the lower bits choose the slot. */
function hashOfBytes(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 12);
}
