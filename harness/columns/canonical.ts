/** The one text that stands for a JSON value: equal values have equal texts, whatever their spelling. */
import type { Json } from '../../nodes/kernel/wire.ts';

/** Values nested deeper are refused: whoever walks them, by recursion as is natural, shall not run out of stack. */
export const nestingMax = 256;

/** A value that no history can hold. */
export class UnfitValue extends Error {
  override name = 'UnfitValue';
}

/**
 * The canonical text: no spaces, the names of an object in the order of their UTF-16 units, everything else as
 * `JSON.stringify` spells it. O(n log n) in the size of the value. Throws UnfitValue.
 */
export function canonicalText(value: Json, nesting = 0): string {
  if (value === null || typeof value !== 'object') return textOfPrimitive(value);
  if (nesting === nestingMax) throw new UnfitValue(`the value is nested deeper than ${nestingMax} levels`);
  if (Array.isArray(value)) {
    const items = (value as readonly Json[]).map((item) => canonicalText(item, nesting + 1));
    return `[${items.join()}]`;
  }
  const members = value as Readonly<Record<string, Json | undefined>>;
  const texts = Object.keys(members)
    .sort(byUnits)
    .flatMap((name) => {
      const member = members[name];
      // An absent member may be spelt as undefined, as for JSON.stringify.
      return member === undefined ? [] : [`${JSON.stringify(name)}:${canonicalText(member, nesting + 1)}`];
    });
  return `{${texts.join()}}`;
}

/** Throws UnfitValue for a number that JSON cannot spell, such as the one that 1e999 is read as. */
export function refuseInfinite(value: number): void {
  if (!Number.isFinite(value)) throw new UnfitValue('the value holds a number beyond the range of doubles');
}

function textOfPrimitive(value: null | boolean | number | string): string {
  if (typeof value === 'number') refuseInfinite(value);
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new UnfitValue(`the value is no JSON: ${typeof value}`);
  return text;
}

function byUnits(a: string, b: string): number {
  return a < b ? -1 : 1;
}
