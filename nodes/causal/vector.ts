/**
 * Vectors: of every node, how many of its writes. What a node has applied, what a write depends on and what a session
 * has seen are all prefixes of what each node wrote, so one number for each node says it (Ladin et al. 1992, §3; the
 * vector timestamps of Ahamad et al. 1995, §3). Entries are named by the numbers of nodes; a missing one is 0.
 */

export type Vector = Readonly<Record<string, number>>;

export function entryOf(vector: Vector, node: string): number {
  return vector[node] ?? 0;
}

export function withEntry(vector: Vector, node: string, count: number): Vector {
  return { ...vector, [node]: count };
}

/** Whether all that `part` names is in `whole`. O(entries). */
export function covers(whole: Vector, part: Vector): boolean {
  return Object.entries(part).every(([node, count]) => count <= entryOf(whole, node));
}

/** The entry-wise maximum. O(entries). */
export function joined(one: Vector, other: Vector): Vector {
  const entries: Record<string, number> = { ...one };
  for (const [node, count] of Object.entries(other)) {
    if (count > entryOf(entries, node)) entries[node] = count;
  }
  return entries;
}

/** `1:5,3:2`. Equal vectors have one text: members whose names are numbers stand in the order of these. */
export function textOfVector(vector: Vector): string {
  return Object.entries(vector)
    .filter(([, count]) => count > 0)
    .map(([node, count]) => `${node}:${count}`)
    .join();
}

/** What `vectorOf` understands, as the pattern of a JSON schema: what `textOfVector` says, for up to 100 nodes. */
export const vectorPattern = '^([1-9]\\d{0,4}:\\d{1,15}(,[1-9]\\d{0,4}:\\d{1,15}){0,99})?$';

/** The vector of a text that matches the pattern. */
export function vectorOf(text: string): Vector {
  const entries = text === '' ? [] : text.split(',').map((entry) => entry.split(':'));
  return entries.reduce<Vector>(
    (vector, [node = '', count = '0']) => joined(vector, { [node]: Number(count) }),
    {},
  );
}
