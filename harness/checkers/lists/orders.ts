/**
 * The orders in which reads show the elements of each key. Where there is one list that grows, every read shows a
 * beginning of the longest one.
 */
import { none, type Lists } from './lists.ts';

export interface Orders {
  /** The longest list that was read, by key. */
  readonly longest: readonly Int32Array[];
  /** The node that read it, or `none` where nothing was read. */
  readonly reader: Int32Array;
  /** A read that shows what nobody appended, or an element twice. */
  readonly strange: number | undefined;
  /** Two reads of a key of which neither shows the beginning of the other. */
  readonly incompatible: readonly [number, number] | undefined;
  /** All orders that reads show, those left out that are beginnings of the longest one of their key. */
  readonly distinct: readonly Int32Array[];
}

/** O(elements read). */
export function ordersOf(lists: Lists): Orders {
  const longest: Int32Array[] = Array.from({ length: lists.keyCount }, () => new Int32Array(0));
  const reader = new Int32Array(lists.keyCount).fill(none);
  for (const [node, elements] of lists.elements.entries()) {
    const key = lists.key[node] ?? 0;
    if (!elements || (reader[key] !== none && elements.length <= (longest[key]?.length ?? 0))) continue;
    longest[key] = elements;
    reader[key] = node;
  }
  const distinct = [...longest];
  let strange: number | undefined;
  let incompatible: readonly [number, number] | undefined;
  for (const [node, elements] of lists.elements.entries()) {
    if (!elements) continue;
    const key = lists.key[node] ?? 0;
    if (isStrange(elements)) strange ??= node;
    else if (!isBeginning(elements, longest[key])) {
      incompatible ??= [reader[key] ?? none, node];
      distinct.push(elements);
    }
  }
  return { longest, reader, strange, incompatible, distinct };
}

function isStrange(elements: Int32Array): boolean {
  return elements.includes(none) || new Set(elements).size < elements.length;
}

function isBeginning(elements: Int32Array, whole: Int32Array | undefined): boolean {
  return elements.every((element, at) => element === whole?.[at]);
}
