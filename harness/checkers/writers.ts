/** Who wrote which value to which key: a hash table over the accesses, without an object or a string per write. */
import { noValue, type Accesses } from './accesses.ts';

/** Nobody wrote it. */
export const noWriter = -1;

/** The writers of a history's values. O(accesses) to build, O(1) to ask. */
export class Writers {
  private readonly accesses: Accesses;
  /** Open addressing, at most half full: index of the first writer of a value, plus one; 0 is empty. */
  private readonly slots: Int32Array;
  /** By first writer: another one of the same value, or `noWriter`. */
  private readonly second: Int32Array;

  constructor(accesses: Accesses) {
    this.accesses = accesses;
    const { length, left } = accesses;
    let writes = 0;
    for (let at = 0; at < length; at++) if (left[at] !== noValue) writes++;
    this.slots = new Int32Array(capacityFor(writes));
    this.second = new Int32Array(length).fill(noWriter);
    for (let at = 0; at < length; at++) if (left[at] !== noValue) this.add(at);
  }

  /** The first write of this value to this key, or `noWriter`. */
  firstOf(key: number, value: number): number {
    return (this.slots[this.slotOf(key, value)] ?? 0) - 1;
  }

  /** Another write of the value that `first` was the first to write, or `noWriter`. */
  secondOf(first: number): number {
    return this.second[first] ?? noWriter;
  }

  private add(at: number): void {
    const slot = this.slotOf(this.accesses.key[at] ?? 0, this.accesses.left[at] ?? 0);
    const first = (this.slots[slot] ?? 0) - 1;
    if (first === noWriter) this.slots[slot] = at + 1;
    else this.second[first] = at;
  }

  /** Where the value stands, or the empty slot where it would. */
  private slotOf(key: number, value: number): number {
    const { slots } = this;
    const mask = slots.length - 1;
    const { key: keys, left } = this.accesses;
    let slot = mix(key, value) & mask;
    for (;;) {
      const at = (slots[slot] ?? 0) - 1;
      if (at === -1 || (left[at] === value && keys[at] === key)) return slot;
      slot = (slot + 1) & mask;
    }
  }
}

function capacityFor(writes: number): number {
  let capacity = 16;
  while (capacity < 2 * writes) capacity *= 2;
  return capacity;
}

/** Murmur's last steps: ids that follow each other land far apart. */
function mix(key: number, value: number): number {
  let hash = Math.imul(key, 0x9e3779b1) ^ Math.imul(value, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
