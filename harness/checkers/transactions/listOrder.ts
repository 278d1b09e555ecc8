/**
 * The order of the elements of every list: that of the longest read. Lists only grow, so every other read must be a
 * prefix of it, and a read is known by its length (traceability, Elle §4.2).
 */
import { readMicro } from './microScanner.ts';
import { endOfValue } from './tokens.ts';
import type { Transactions } from './transactions.ts';
import type { Writers } from './writers.ts';

/** Of a read that is no prefix of the order: it stands nowhere in it. */
export const nowhere = -1;

export interface ListOrder {
  /** The elements of a key are `firstPlace[key] … firstPlace[key + 1] − 1`, in order. */
  readonly firstPlace: Int32Array;
  /** By place: the micro-operation that appended the element, or −1 when nobody did. */
  readonly writer: Int32Array;
  /** By place: the element. */
  readonly element: Int32Array;
  /** By key: the read that the order was taken from, or −1 when nobody read an element. */
  readonly longest: Int32Array;
  /** By micro-operation: how many elements a read saw, `nowhere` if it is no prefix; 0 of those that are no reads. */
  readonly seen: Int32Array;
}

/** O(bytes of all reads): a read is compared with the order byte by byte, and only the longest is taken apart. */
export function listOrderOf(txns: Transactions, writers: Writers): ListOrder {
  const longest = longestReads(txns);
  const { firstPlace, element, endOf } = placesOf(txns, longest);
  const writer = new Int32Array(element.length);
  for (let key = 0; key < txns.keyCount; key++)
    for (let place = firstPlace[key] ?? 0; place < (firstPlace[key + 1] ?? 0); place++)
      writer[place] = writers.find(key, element[place] ?? 0);
  return { firstPlace, writer, element, longest, seen: seenBy(txns, longest, firstPlace, endOf) };
}

/** By key, the first of its longest reads; by bytes, which is the same for reads of which one begins the other. */
function longestReads({ kind, key, listStart, listEnd, keyCount }: Transactions): Int32Array {
  const longest = new Int32Array(keyCount).fill(-1);
  const bytesOf = new Uint32Array(keyCount);
  for (let micro = 0; micro < kind.length; micro++) {
    const length = (listEnd[micro] ?? 0) - (listStart[micro] ?? 0);
    const of = key[micro] ?? 0;
    if (kind[micro] !== readMicro || length <= (bytesOf[of] ?? 0)) continue;
    longest[of] = micro;
    bytesOf[of] = length;
  }
  return longest;
}

/** Takes the longest reads apart; `endOf` is where each element ends, in bytes from the beginning of its list. */
function placesOf(txns: Transactions, longest: Int32Array) {
  const { bytes, keyCount, listStart, listEnd, tokens } = txns;
  const firstPlace = new Int32Array(keyCount + 1);
  for (let key = 0; key < keyCount; key++)
    firstPlace[key + 1] = (firstPlace[key] ?? 0) + elementsOf(txns, longest[key] ?? -1);
  const element = new Int32Array(firstPlace[keyCount] ?? 0);
  const endOf = new Uint32Array(element.length);
  for (let key = 0, place = 0; key < keyCount; key++) {
    const micro = longest[key] ?? -1;
    if (micro < 0) continue;
    const start = listStart[micro] ?? 0;
    const end = listEnd[micro] ?? 0;
    for (let at = start; at < end; place++) {
      const to = endOfValue(bytes, at);
      element[place] = tokens.of(bytes, at, to);
      endOf[place] = to - start;
      at = to + 1;
    }
  }
  return { firstPlace, element, endOf };
}

function elementsOf({ bytes, listStart, listEnd }: Transactions, micro: number): number {
  if (micro < 0) return 0;
  const end = listEnd[micro] ?? 0;
  let count = 0;
  for (let at = listStart[micro] ?? 0; at < end; at = endOfValue(bytes, at) + 1) count++;
  return count;
}

function seenBy(
  txns: Transactions,
  longest: Int32Array,
  firstPlace: Int32Array,
  endOf: Uint32Array,
): Int32Array {
  const { kind, key, bytes, listStart, listEnd } = txns;
  const seen = new Int32Array(kind.length);
  for (let micro = 0; micro < kind.length; micro++) {
    const start = listStart[micro] ?? 0;
    const length = (listEnd[micro] ?? 0) - start;
    if (kind[micro] !== readMicro || length === 0) continue;
    const of = key[micro] ?? 0;
    const order = listStart[longest[of] ?? 0] ?? 0;
    const first = firstPlace[of] ?? 0;
    const place = placeEndingAt(endOf, first, firstPlace[of + 1] ?? 0, length);
    seen[micro] = place === nowhere || !isSame(bytes, start, order, length) ? nowhere : place - first + 1;
  }
  return seen;
}

/** The place in `[from, to)` whose element ends after so many bytes, or `nowhere`. O(log(to − from)). */
function placeEndingAt(endOf: Uint32Array, from: number, to: number, length: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((endOf[middle] ?? 0) < length) low = middle + 1;
    else high = middle;
  }
  return low < to && endOf[low] === length ? low : nowhere;
}

function isSame(bytes: Uint8Array, a: number, b: number, length: number): boolean {
  if (a === b) return true;
  for (let at = 0; at < length; at++) if (bytes[a + at] !== bytes[b + at]) return false;
  return true;
}
