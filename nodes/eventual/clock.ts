/**
 * Version vectors (Parker et al. 1983): per node, how many of its writes of a key are known. The course calls them
 * vector clocks, and so do the routes. Entries are named by the numbers of nodes: `{"1": 2, "3": 1}`; a missing entry
 * is 0.
 */

export type Clock = Readonly<Record<string, number>>;

/** What an entry may hold at most, so that sums of entries stay exact. A trillion writes of one key at one node. */
export const counterMax = 2 ** 40;

/**
 * How many entries a write may come to have: more than any cluster has nodes. A version that other nodes would refuse
 * must not come into being, for they would refuse all that comes with it.
 */
export const entriesMax = { written: 1000, synced: 2 ** 53 / counterMax } as const;

/** What an entry may be called: programs of the course read it as a number, and fail at what is none. */
export const nodeNumberPattern = '^(0|[1-9][0-9]{0,5})$';

/** Names come from clients: inherited members (`constructor`) are no entries. */
export function counterOf(clock: Clock, node: string): number {
  return Object.hasOwn(clock, node) ? (clock[node] ?? 0) : 0;
}

/** The entry-wise maximum. O(entries). */
export function joined(one: Clock, other: Clock): Clock {
  const entries = new Map(Object.entries(one));
  for (const [node, counter] of Object.entries(other)) {
    if (counter > (entries.get(node) ?? 0)) entries.set(node, counter);
  }
  return Object.fromEntries(entries);
}

export function sizeOf(clock: Clock): number {
  return Object.keys(clock).length;
}

export function withEntry(clock: Clock, node: string, counter: number): Clock {
  return Object.fromEntries([...Object.entries(clock).filter(([name]) => name !== node), [node, counter]]);
}

/** Whether `clock` knows of all that `other` knows of. */
export function covers(clock: Clock, other: Clock): boolean {
  return Object.entries(other).every(([node, counter]) => counter <= counterOf(clock, node));
}

/** Grows with every write that a clock comes to know of: a clock that covers another one has the larger sum. */
export function sumOf(clock: Clock): number {
  return Object.values(clock).reduce((sum, counter) => sum + counter, 0);
}

/** One text for equal clocks, in whatever order their entries came. */
export function textOfClock(clock: Clock): string {
  const entries = Object.entries(clock).filter(([, counter]) => counter > 0);
  return entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([node, counter]) => `${node}:${counter}`)
    .join();
}
