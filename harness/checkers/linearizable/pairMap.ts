/** A map from two non-negative integers to one, in flat arrays: open addressing, load at most one half. */
import { zeros } from './arrays.ts';

const none = new Int32Array(0);
const lengthMin = 64;

export class PairMap {
  // Many a map stays empty.
  private keys = none;
  private values = none;
  private count = 0;

  /** The value of the pair, or undefined. */
  get(a: number, b: number): number | undefined {
    if (this.count === 0) return undefined;
    const slot = this.slot(a, b);
    return this.keys[2 * slot] === -1 ? undefined : this.values[slot];
  }

  /** Sets a pair that has no value yet. */
  add(a: number, b: number, value: number): void {
    if (2 * (this.count + 1) > this.values.length) this.grow();
    this.count++;
    const slot = this.slot(a, b);
    this.keys[2 * slot] = a;
    this.keys[2 * slot + 1] = b;
    this.values[slot] = value;
  }

  /** Where the pair stands, or the free slot where it would. */
  private slot(a: number, b: number): number {
    const mask = this.values.length - 1;
    let hash = Math.imul(a + 1, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
    let slot = (hash ^ (hash >>> 13)) & mask;
    while (this.keys[2 * slot] !== -1 && (this.keys[2 * slot] !== a || this.keys[2 * slot + 1] !== b))
      slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { keys, values } = this;
    const length = Math.max(lengthMin, 2 * values.length);
    this.keys = zeros(2 * length).fill(-1);
    this.values = zeros(length);
    for (let slot = 0; slot < values.length; slot++) {
      const a = keys[2 * slot] as number;
      if (a === -1) continue;
      const b = keys[2 * slot + 1] as number;
      const moved = this.slot(a, b);
      this.keys[2 * moved] = a;
      this.keys[2 * moved + 1] = b;
      this.values[moved] = values[slot] as number;
    }
  }
}
