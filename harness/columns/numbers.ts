/**
 * A table of distinct numbers. Open addressing in typed arrays: about thirty bytes a number, where a Map needs twice as
 * much and ends at sixteen million.
 */
import { Growing } from './growing.ts';

/** Numbers, numbered from 0 when they are first seen. −0 and 0 are one number. */
export class Numbers {
  private readonly numbers = new Growing(Float64Array);
  /** Ordinals + 1, by hash; 0 where nothing is. At most half full. */
  private slots = new Int32Array(2048);

  get size(): number {
    return this.numbers.length;
  }

  /** The ordinal of a number, a new one if it was never seen. */
  ordinalOf(value: number): number {
    let slot = this.slotOf(value);
    const known = this.slots[slot] ?? 0;
    if (known !== 0) return known - 1;
    if (2 * this.size >= this.slots.length) {
      this.rehash(2 * this.slots.length);
      slot = this.slotOf(value);
    }
    // Adding 0 turns −0 into 0.
    this.numbers.push(value + 0);
    return (this.slots[slot] = this.numbers.length) - 1;
  }

  /** The ordinal of a number, or −1 if it was never seen. */
  find(value: number): number {
    return (this.slots[this.slotOf(value)] ?? 0) - 1;
  }

  get(ordinal: number): number {
    const value = this.numbers.at(ordinal);
    if (value === undefined) throw new RangeError(`no number has the ordinal ${ordinal}`);
    return value;
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

  private rehash(length: number): void {
    this.slots = new Int32Array(length);
    const numbers = this.numbers.filled();
    for (let ordinal = 0; ordinal < numbers.length; ordinal++)
      this.slots[this.slotOf(numbers[ordinal] ?? 0)] = ordinal + 1;
  }
}

const double = new Float64Array(1);
const halves = new Int32Array(double.buffer);

/** Neighbours stay together, since most values are counted up; multiples of a power of two are strewn about. */
function hashOfNumber(value: number): number {
  const whole = value | 0;
  if (whole === value) return whole + Math.imul(whole >>> 10, 0x9e3779b1);
  double[0] = value;
  const mixed = Math.imul((halves[0] ?? 0) ^ Math.imul(halves[1] ?? 0, 0x85ebca6b), 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
