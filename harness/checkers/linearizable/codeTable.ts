/** Numbers from 0 for triples of integers, in the order of first sight: open addressing, load at most one half. */
import { lengthened, zeros } from './arrays.ts';

export class CodeTable {
  size = 0;
  private triples = zeros(3 * 64);
  /** The number in each slot, or -1. */
  private table = zeros(128).fill(-1);

  numberOf(first: number, second: number, third: number): number {
    const { table, triples } = this;
    const mask = table.length - 1;
    let slot = hashOf(first, second, third) & mask;
    for (;;) {
      const number = table[slot] as number;
      if (number === -1) return this.add(slot, first, second, third);
      const at = 3 * number;
      if (triples[at] === first && triples[at + 1] === second && triples[at + 2] === third) return number;
      slot = (slot + 1) & mask;
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
    this.table = zeros(2 * this.table.length).fill(-1);
    const mask = this.table.length - 1;
    for (let number = 0; number < this.size; number++) {
      let slot = hashOf(this.first(number), this.second(number), this.third(number)) & mask;
      while (this.table[slot] !== -1) slot = (slot + 1) & mask;
      this.table[slot] = number;
    }
  }
}

function hashOf(first: number, second: number, third: number): number {
  // One multiplication: code that was never compiled calls it.
  const hash = Math.imul(first + 3 * second + 65_537 * third, 0x9e3779b1);
  return hash ^ (hash >>> 15);
}
