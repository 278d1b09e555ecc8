/**
 * A table of distinct numbers: small integers are looked up in an array, all others by hash. Typed arrays throughout,
 * about twenty bytes a number, where a Map needs more than twice as much and ends at sixteen million.
 */
import { enlarged, Growing } from './growing.ts';

/** Small integers are worth an array as long as so many times fewer of them would fill it. */
const sparsityMax = 8;

/** Numbers, numbered from 0 when they are first seen. −0 and 0 are one number. */
export class Numbers {
  private readonly numbers = new Growing(Float64Array, 64);
  /** Ordinals + 1 of the integers below its length, as far as they were looked up since it grew; else 0. */
  private direct = new Int32Array(256);
  /** Ordinals + 1 of the others, by hash; 0 where nothing is. At most half full. */
  private slots = new Int32Array(64);
  private slotsUsed = 0;

  get size(): number {
    return this.numbers.length;
  }

  /** The ordinal of a number, a new one if it was never seen. */
  ordinalOf(value: number): number {
    const known = this.find(value);
    if (known !== -1) return known;
    // Adding 0 turns −0 into 0.
    this.numbers.push(value + 0);
    const ordinal = this.size - 1;
    if (isDirect(value, this.direct.length)) this.direct[value] = ordinal + 1;
    else this.addToSlots(value, ordinal);
    return ordinal;
  }

  /** The ordinal of a number, or −1 if it was never seen. */
  find(value: number): number {
    if (!isDirect(value, this.direct.length) && !this.growsTo(value)) return this.findInSlots(value);
    const known = this.direct[value] ?? 0;
    if (known !== 0) return known - 1;
    // It may have come when the array was smaller.
    const ordinal = this.slotsUsed === 0 ? -1 : this.findInSlots(value);
    this.direct[value] = ordinal + 1;
    return ordinal;
  }

  get(ordinal: number): number {
    const value = this.numbers.at(ordinal);
    if (value === undefined) throw new RangeError(`no number has the ordinal ${ordinal}`);
    return value;
  }

  /** Enlarges the array for an integer just beyond it, if there are enough numbers to justify that. */
  private growsTo(value: number): boolean {
    const { length } = this.direct;
    if (!isDirect(value, 2 * length) || length > sparsityMax * this.size) return false;
    this.direct = enlarged(this.direct, Int32Array);
    return true;
  }

  private findInSlots(value: number): number {
    return (this.slots[this.slotOf(value)] ?? 0) - 1;
  }

  private addToSlots(value: number, ordinal: number): void {
    if (2 * ++this.slotsUsed > this.slots.length) this.rehash();
    this.slots[this.slotOf(value)] = ordinal + 1;
  }

  /** The slot that holds the number, or the free one where it belongs. */
  private slotOf(value: number): number {
    const { slots, numbers } = this;
    const mask = slots.length - 1;
    let slot = hashOfNumber(value) & mask;
    for (;;) {
      const held = slots[slot] ?? 0;
      if (held === 0 || numbers.at(held - 1) === value) return slot;
      slot = (slot + 1) & mask;
    }
  }

  private rehash(): void {
    const old = this.slots;
    this.slots = new Int32Array(2 * old.length);
    for (const held of old) if (held !== 0) this.slots[this.slotOf(this.numbers.at(held - 1) ?? 0)] = held;
  }
}

function isDirect(value: number, length: number): boolean {
  return value >= 0 && value < length && value === Math.trunc(value);
}

const double = new Float64Array(1);
const halves = new Int32Array(double.buffer);

/** Stirred well: neighbours side by side would pile up into long runs, and looking for one ends only behind its run. */
function hashOfNumber(value: number): number {
  double[0] = value + 0;
  let hash = (halves[0] ?? 0) ^ Math.imul(halves[1] ?? 0, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return hash ^ (hash >>> 15);
}
