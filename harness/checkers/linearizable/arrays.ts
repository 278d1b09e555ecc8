/** Typed arrays that grow. */

/** The same numbers at the beginning of a longer array; zeros follow. */
export function lengthened(numbers: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(length);
  longer.set(numbers.length > length ? numbers.subarray(0, length) : numbers);
  return longer;
}
