/** Counts by replica, by its index from 0. What is not there is 0, and nothing ends with a 0, so equals look alike. */
export type Vector = readonly number[];

export function countOf(vector: Vector, replica: number): number {
  return vector[replica] ?? 0;
}

/** The greater of both counts for each replica; `a` itself when `b` adds nothing. O(replicas). */
export function joined(a: Vector, b: Vector): Vector {
  if (b.every((count, replica) => count <= countOf(a, replica))) return a;
  const length = Math.max(a.length, b.length);
  return trimmed(Array.from({ length }, (_, replica) => Math.max(countOf(a, replica), countOf(b, replica))));
}

/** One count, and zeros before it. */
export function only(replica: number, count: number): Vector {
  return trimmed(Array.from({ length: replica + 1 }, (_, at) => (at === replica ? count : 0)));
}

export function sumOf(vector: Vector): number {
  return vector.reduce((sum, count) => sum + count, 0);
}

/** The greatest of them, 0 for none; of however many. */
export function greatestOf(numbers: readonly number[]): number {
  return numbers.reduce((greatest, number) => Math.max(greatest, number), 0);
}

/** With zeros up to the size of the cluster, as clients and programs of others expect it. */
export function padded(vector: Vector, size: number): Vector {
  return Array.from({ length: Math.max(size, vector.length) }, (_, replica) => countOf(vector, replica));
}

function trimmed(counts: readonly number[]): Vector {
  return counts.slice(0, counts.findLastIndex((count) => count !== 0) + 1);
}
