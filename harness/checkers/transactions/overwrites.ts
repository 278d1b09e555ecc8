/**
 * Readers of a version come before all who overwrote it. With many readers and many writers the edges between them all
 * would be too many; they are led through a meeting point.
 */
import { meetingEdge, noMicro, rwEdge, type Edges } from './edges.ts';
import type { Findings } from './findings.ts';
import type { Narrator } from './narrator.ts';
import type { Transactions } from './transactions.ts';

/**
 * Adds the rw edges from the readers of a version to those that wrote a later one: the `updaters`, which read it
 * themselves, and the `blind`, which did not. Readers are transactions, writers are micro-operations. O(all of them).
 *
 * Two updaters of one version have lost an update, and each comes before the other; then it is enough to say so of the
 * first two.
 */
export function addOverwrites(
  edges: Edges,
  { owner }: Transactions,
  readers: readonly number[],
  updaters: readonly number[],
  blind: readonly number[],
): void {
  const [first, second] = updaters;
  if (first !== undefined) {
    for (const reader of readers) edges.add(reader, owner[first] ?? 0, rwEdge, first);
    if (second !== undefined) edges.add(owner[first] ?? 0, owner[second] ?? 0, rwEdge, second);
  }
  const [only] = blind;
  if (only === undefined || readers.length === 0) return;
  if (blind.length === 1) for (const reader of readers) edges.add(reader, owner[only] ?? 0, rwEdge, only);
  else {
    const meeting = edges.meetingPoint();
    for (const reader of readers) edges.add(reader, meeting, rwEdge, noMicro);
    for (const write of blind) edges.add(meeting, owner[write] ?? 0, meetingEdge, write);
  }
}

/**
 * Lost updates: two transactions that read the same version of a key, and both wrote the key. `versionOf` numbers the
 * version that a read saw, from 0 and below `versions`, −1 when it is not known. O(micro-operations + versions).
 */
export function findLostUpdates(
  txns: Transactions,
  versions: number,
  versionOf: (read: number) => number,
  findings: Findings,
  narrator: Narrator,
): void {
  const { isExternal, earlier, nextWrite, owner, key } = txns;
  const updater = new Int32Array(versions);
  for (let read = 0; read < isExternal.length; read++) {
    const write = nextWrite[read] ?? -1;
    // Of several reads of a transaction the first one counts.
    if (isExternal[read] === 0 || (earlier[read] ?? -1) >= 0 || write < 0) continue;
    const version = versionOf(read);
    if (version < 0) continue;
    const other = (updater[version] ?? 0) - 1;
    if (other < 0) {
      updater[version] = read + 1;
      continue;
    }
    findings.add('lost-update', [owner[other] ?? 0, owner[read] ?? 0], key[read] ?? 0, () => {
      const both = `${narrator.who(owner[other] ?? 0)} and ${narrator.who(owner[read] ?? 0)} both read ${narrator.key(read)} as ${narrator.read(read)}`;
      const writes = `${narrator.element(nextWrite[other] ?? 0)} and ${narrator.element(write)}`;
      return `${both}, and both wrote to it (${writes}): one did not know of the other's update.`;
    });
  }
}
