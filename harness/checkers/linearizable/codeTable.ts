/** Numbers from 0 for triples of integers, in the order of first sight: open addressing, load at most one half. */
import { lengthened } from './arrays.ts';

export class CodeTable {
  size = 0;
  private triples = new Int32Array(3 * 16);
  /** The number in each slot, or -1. */
  private table = new Int32Array(32).fill(-1);

  numberOf(first: number, second: number, third: number): number {
    let slot = hashOf(first, second, third) & (this.table.length - 1);
    for (;;) {
      const number = this.table[slot] as number;
      if (number === -1) return this.add(slot, first, second, third);
      if (
        this.triples[3 * number] === first &&
        this.triples[3 * number + 1] === second &&
        this.triples[3 * number + 2] === third
      )
        return number;
      slot = (slot + 1) & (this.table.length - 1);
    }
  }

  first(number: number): number {
    return this.triples[3 * number] as number;
  }

  second(number: number): number {
    return this.triples[3 * number + 1] as number;
  }

  third(number: number): number {
    return this.triples[3 * number + 2] as number;
  }

  private add(slot: number, first: number, second: number, third: number): number {
    const number = this.size++;
    if (3 * number === this.triples.length) this.triples = lengthened(this.triples, 6 * number);
    this.triples[3 * number] = first;
    this.triples[3 * number + 1] = second;
    this.triples[3 * number + 2] = third;
    this.table[slot] = number;
    if (2 * this.size > this.table.length) this.rehash();
    return number;
  }

  private rehash(): void {
    this.table = new Int32Array(2 * this.table.length).fill(-1);
    const mask = this.table.length - 1;
    for (let number = 0; number < this.size; number++) {
      let slot = hashOf(this.first(number), this.second(number), this.third(number)) & mask;
      while (this.table[slot] !== -1) slot = (slot + 1) & mask;
      this.table[slot] = number;
    }
  }
}

function hashOf(first: number, second: number, third: number): number {
  let hash =
    Math.imul(first + 1, 0x9e3779b1) ^ Math.imul(second + 1, 0x85ebca6b) ^ Math.imul(third + 2, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
