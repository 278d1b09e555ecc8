/**
 * Numbers from 0 for the elements of collections. Reads of a large set name millions of elements, most of them small
 * numbers; those are looked up in an array, everything else in a map.
 */
import { nameOfValue } from '../../specs/describe.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';

/** Whole numbers below this stand in the array. */
const tableLengthMax = 1 << 22;

export class Elements {
  /** By element: its number + 1. */
  private table = new Int32Array(256);
  private readonly numbers = new Map<Json, number>();
  private readonly composite = new Map<string, number>();
  private readonly values: Json[] = [];

  get size(): number {
    return this.values.length;
  }

  /** The element with this number. */
  get(id: number): Json {
    return this.values[id] ?? null;
  }

  /** The number of an element, a new one at first sight. O(1) for numbers, else O(size of the element). */
  idOf(value: Json): number {
    if (typeof value === 'number' && value >= 0 && value < tableLengthMax && Number.isInteger(value))
      return this.idOfSmall(value);
    const isComposite = typeof value === 'object' && value !== null;
    return isComposite
      ? number(this.composite, nameOfValue(value), value, this.values)
      : number(this.numbers, value, value, this.values);
  }

  private idOfSmall(value: number): number {
    if (value >= this.table.length) this.grow(value);
    const known = this.table[value] ?? 0;
    if (known > 0) return known - 1;
    this.values.push(value);
    this.table[value] = this.values.length;
    return this.values.length - 1;
  }

  private grow(value: number): void {
    let length = this.table.length;
    while (length <= value) length *= 2;
    const larger = new Int32Array(length);
    larger.set(this.table);
    this.table = larger;
  }
}

function number<K>(ids: Map<K, number>, name: K, value: Json, values: Json[]): number {
  const known = ids.get(name);
  if (known !== undefined) return known;
  ids.set(name, values.length);
  return values.push(value) - 1;
}
