/**
 * Typed arrays that are made often, or grow. A search of eighty operations needs fifty of them, and to make one takes V8
 * longer than to fill it: so small ones are cut from blocks, each part of a block once, so that it holds zeros.
 */

const blockLength = 16 * 1024;
/** Longer ones are made alone: they would keep too much of a block from the others. */
const smallMax = blockLength / 16;

let block = new ArrayBuffer(4 * blockLength);
let used = 0;

/** So many zeros. */
export function zeros(length: number): Int32Array<ArrayBuffer> {
  if (length > smallMax) return new Int32Array(length);
  if (used + length > blockLength) {
    block = new ArrayBuffer(4 * blockLength);
    used = 0;
  }
  const from = used;
  used += length;
  return new Int32Array(block, 4 * from, length);
}

/** The same numbers in an array. */
export function arrayOf(numbers: readonly number[]): Int32Array<ArrayBuffer> {
  const array = zeros(numbers.length);
  for (let at = 0; at < numbers.length; at++) array[at] = numbers[at] as number;
  return array;
}

/** The same numbers at the beginning of a longer array; zeros follow. */
export function lengthened(numbers: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const longer = zeros(length);
  longer.set(numbers.length > length ? numbers.subarray(0, length) : numbers);
  return longer;
}
