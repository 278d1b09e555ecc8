/**
 * Numbers for things that are compared and counted often: equal things have equal numbers, and comparing numbers is
 * all that a checker's inner loop does.
 */
import type { Json } from '../../nodes/kernel/wire.ts';
import { canonicalText, refuseInfinite, UnfitValue } from './canonical.ts';
import { Growing } from './growing.ts';
import { Numbers } from './numbers.ts';
import { Texts } from './texts.ts';

/** The id of null, false and true in every table of values. */
export const nullId = 0;
export const falseId = 1;
export const trueId = 2;

/** How many values that were asked for lately are kept, so that few distinct ones are parsed once each. */
const recentMax = 1024;

/**
 * JSON values, numbered when they are first seen. Values are equal if they are the same JSON, whatever its spelling:
 * `{"a":1,"b":2}` is `{"b":2,"a":1}`, 1.0 is 1, −0 is 0, and 1 is not "1".
 *
 * Numbers are kept as they are, all else as canonical text, parsed when somebody asks for it: of the million lists that
 * a history may hold, few are ever looked at twice.
 */
export class Values {
  private readonly numbers = new Numbers();
  private readonly texts = new Texts();
  private readonly idOfNumber = new Growing(Int32Array, 64);
  private readonly idOfText = new Growing(Int32Array, 64);
  /** By id: the ordinal of the number, or the complement of the ordinal of the text. */
  private readonly place = new Growing(Int32Array, 64);
  private readonly recentId = new Int32Array(recentMax).fill(-1);
  private readonly recent: Json[] = [];

  constructor() {
    // Null, false and true have ids, and stand in no table.
    for (let id = nullId; id <= trueId; id++) this.place.push(0);
  }

  /** How many values there are; the ids are the numbers below. */
  get size(): number {
    return this.place.length;
  }

  /** O(size of the value). Throws UnfitValue for what is no JSON, or is nested beyond all reason. */
  idOf(value: Json): number {
    if (typeof value === 'number') return this.idOfDouble(value);
    if (value === null) return nullId;
    if (typeof value === 'boolean') return value ? trueId : falseId;
    if (typeof value !== 'string' && typeof value !== 'object')
      throw new UnfitValue(`the value is no JSON: ${typeof value}`);
    return this.named(this.texts.ordinalOfString(canonicalText(value)));
  }

  /**
   * The id of the string, array or object whose canonical text stands in `bytes[from, to)`. The caller knows that it
   * is canonical: nobody looks at it before somebody asks for the value. O(to − from).
   */
  idOfCanonical(bytes: Uint8Array, from: number, to: number): number {
    return this.named(this.texts.ordinalOf(bytes, from, to));
  }

  /** The value with this id. Of an array or object it is a copy; who asks again soon gets the same one. */
  get(id: number): Json {
    const place = this.place.at(id);
    if (place === undefined) throw new RangeError(`no value has the id ${id}`);
    if (id <= trueId) return id === nullId ? null : id === trueId;
    if (place >= 0) return this.numbers.get(place);
    const slot = id % recentMax;
    if (this.recentId[slot] === id) return this.recent[slot] ?? null;
    const value = JSON.parse(this.texts.get(~place)) as Json;
    while (this.recent.length <= slot) this.recent.push(null);
    this.recentId[slot] = id;
    this.recent[slot] = value;
    return value;
  }

  /**
   * The canonical texts of strings, arrays and objects, for who reads them without making objects: the value with an id
   * stands in `textBytes[textStart(id), textEnd(id))`, which is empty for null, booleans and numbers.
   */
  get textBytes(): Uint8Array {
    return this.texts.allBytes;
  }

  textStart(id: number): number {
    const place = this.place.at(id) ?? 0;
    return place < 0 ? this.texts.startOf(~place) : 0;
  }

  textEnd(id: number): number {
    const place = this.place.at(id) ?? 0;
    return place < 0 ? this.texts.endOf(~place) : 0;
  }

  private idOfDouble(value: number): number {
    refuseInfinite(value);
    const ordinal = this.numbers.ordinalOf(value);
    if (ordinal === this.idOfNumber.length) {
      this.idOfNumber.push(this.size);
      this.place.push(ordinal);
    }
    return this.idOfNumber.at(ordinal) ?? nullId;
  }

  private named(ordinal: number): number {
    if (ordinal === this.idOfText.length) {
      this.idOfText.push(this.size);
      this.place.push(~ordinal);
    }
    return this.idOfText.at(ordinal) ?? nullId;
  }
}

/** No name: an operation without a key, an event without a node. */
export const noName = -1;

/** Strings, numbered from 0 when they are first seen. */
export class Names {
  /** As JSON spells them, without the quotes: so every string has its own bytes, even half of a surrogate pair. */
  private readonly texts = new Texts();
  private readonly strings: string[] = [];

  get size(): number {
    return this.texts.size;
  }

  idOf(name: string): number {
    return this.texts.ordinalOfString(inQuotes(name));
  }

  /** The id of the string that stands in `bytes[from, to)`, between its quotes, as JSON.stringify spells it. */
  idOfCanonical(bytes: Uint8Array, from: number, to: number): number {
    return this.texts.ordinalOf(bytes, from, to);
  }

  /** The id of a name if it was seen, else `noName`. */
  find(name: string): number {
    return this.texts.findString(inQuotes(name));
  }

  get(id: number): string {
    const known = this.strings[id];
    if (known !== undefined) return known;
    if (!(id >= 0 && id < this.size)) throw new RangeError(`no name has the id ${id}`);
    for (let next = this.strings.length; next <= id; next++)
      this.strings.push(JSON.parse(`"${this.texts.get(next)}"`) as string);
    return this.strings[id] ?? '';
  }
}

/** Characters that JSON spells otherwise than as themselves. */
const escaped = /[\u0000-\u001f"\\\ud800-\udfff]/;

function inQuotes(name: string): string {
  return escaped.test(name) ? JSON.stringify(name).slice(1, -1) : name;
}
