/**
 * Numbers for things that are compared and counted often: equal things have equal numbers, and comparing numbers is
 * all that a checker's inner loop does.
 */
import type { Json } from '../../nodes/kernel/wire.ts';

/** The id of null, false and true in every table of values. */
export const nullId = 0;
export const falseId = 1;
export const trueId = 2;

/** JSON values, numbered when they are first seen. Values are equal if they are the same JSON, whatever its spelling. */
export class Values {
  private readonly values: Json[] = [null, false, true];
  private readonly idOfPrimitive = new Map<number | string, number>();
  private readonly idOfText = new Map<string, number>();

  get size(): number {
    return this.values.length;
  }

  /** O(size of the value). */
  idOf(value: Json): number {
    if (value === null) return nullId;
    if (typeof value === 'boolean') return value ? trueId : falseId;
    if (typeof value === 'object') return this.number(this.idOfText, canonical(value), value);
    return this.number(this.idOfPrimitive, value, value);
  }

  /** The value with this id. */
  get(id: number): Json {
    const value = this.values[id];
    if (value === undefined) throw new RangeError(`no value has the id ${id}`);
    return value;
  }

  private number<K>(ids: Map<K, number>, name: K, value: Json): number {
    const known = ids.get(name);
    if (known !== undefined) return known;
    ids.set(name, this.values.length);
    return this.values.push(value) - 1;
  }
}

/** JSON with the keys of objects in order, so that equal values have equal texts. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(canonical).join()}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value as Readonly<Record<string, Json>>).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join()}}`;
}

/** No name: an operation without a key, an event without a node. */
export const noName = -1;

/** Strings, numbered from 0 when they are first seen. */
export class Names {
  private readonly names: string[] = [];
  private readonly ids = new Map<string, number>();

  get size(): number {
    return this.names.length;
  }

  idOf(name: string): number {
    const known = this.ids.get(name);
    if (known !== undefined) return known;
    this.ids.set(name, this.names.length);
    return this.names.push(name) - 1;
  }

  /** The id of a name if it was seen, else `noName`. */
  find(name: string): number {
    return this.ids.get(name) ?? noName;
  }

  get(id: number): string {
    const name = this.names[id];
    if (name === undefined) throw new RangeError(`no name has the id ${id}`);
    return name;
  }
}
