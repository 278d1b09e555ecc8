/**
 * Inference for rw-register: values are unique, so a read names its writer; but what a write replaced is known only of
 * transactions that had read the key before (writes follow reads, Elle §4.4), and of what was there at first.
 */
import { Edges, wrEdge, wwEdge } from './edges.ts';
import type { Findings } from './findings.ts';
import { findFutureReads, findInternalRegisters } from './internal.ts';
import type { Inference } from './inference.ts';
import type { VersionPair } from './keyOrder.ts';
import { readMicro } from './microScanner.ts';
import type { Narrator } from './narrator.ts';
import { addOverwrites, findLostUpdates } from './overwrites.ts';
import { assumedPairs } from './keyVersions.ts';
import { aborted, committed, nothing, unseen, type Transactions } from './transactions.ts';
import type { Writers } from './writers.ts';

/** A read of what was there before the first write. */
const initially = -1;
/** A read of what nobody wrote. */
const garbage = -2;

/** What the reads of registers tell, whatever is assumed of their keys. */
interface Versions {
  readonly txns: Transactions;
  readonly source: Int32Array;
  /** How many there are. */
  readonly count: number;
  /** The version that a read saw, or −1. */
  readonly of: (read: number) => number;
  /** By write: the write that its transaction had read and replaced, or −1. */
  readonly previous: Int32Array;
}

/** Everything that registers tell. Open transactions that were seen become committed. O(micro-operations). */
export function inferFromRegisters(
  txns: Transactions,
  writers: Writers,
  findings: Findings,
  narrator: Narrator,
): Inference {
  const source = sourcesOf(txns, writers);
  for (let read = 0; read < source.length; read++) judgeRead(txns, source, read, findings, narrator);
  findInternalRegisters(txns, findings, narrator);
  findFutureReads(
    txns,
    (read) => {
      const write = source[read] ?? garbage;
      return write > read && txns.owner[write] === txns.owner[read] ? write : -1;
    },
    findings,
    narrator,
  );
  // A version is a write, or what a key held at first.
  const versions: Versions = {
    txns,
    source,
    count: txns.kind.length + txns.keyCount,
    of: (read) => versionRead(txns, source, read),
    previous: previousWrites(txns, source),
  };
  findLostUpdates(txns, versions.count, versions.of, findings, narrator);
  findCyclicVersions(txns, versions.previous, findings, narrator);
  return {
    ...inferredFrom(versions, []),
    assuming: (assumption, further) =>
      inferredFrom(
        versions,
        assumedPairs(txns, versions.of, versions.previous, assumption, further, narrator),
      ),
  };
}

/** What versions tell, with pairs of them of which the first came before the second. */
function inferredFrom(versions: Versions, pairs: readonly VersionPair[]): Inference {
  const { txns } = versions;
  return {
    edges: edgesOf(versions, pairs),
    replacedBy: (write, by) => ownWrite(txns, write, by),
    evidence: (micro, write) => {
      const version = txns.kind[micro] === readMicro ? versions.of(micro) : micro;
      return pairs.find(({ from, to }) => from === version && to === write);
    },
  };
}

/** By reading micro-operation: the write that it saw, `initially` or `garbage`. Marks open writers as committed. */
function sourcesOf(txns: Transactions, writers: Writers): Int32Array {
  const { kind, key, token, owner, status } = txns;
  const source = new Int32Array(kind.length).fill(garbage);
  for (let read = 0; read < kind.length; read++) {
    if (kind[read] !== readMicro) continue;
    if (token[read] === nothing) {
      source[read] = initially;
      continue;
    }
    const write = writers.find(key[read] ?? 0, token[read] ?? 0);
    source[read] = write < 0 ? garbage : write;
    if (write >= 0 && status[owner[write] ?? 0] === unseen) status[owner[write] ?? 0] = committed;
  }
  return source;
}

/** A read of what nobody wrote, of a failed write (G1a), or of one that its transaction replaced again (G1b). */
function judgeRead(
  txns: Transactions,
  source: Int32Array,
  read: number,
  findings: Findings,
  narrator: Narrator,
): void {
  const { kind, owner, key, status, nextWrite } = txns;
  const write = source[read] ?? garbage;
  if (kind[read] !== readMicro || write === initially) return;
  const reader = owner[read] ?? 0;
  const saw = (): string => `${narrator.who(reader)} read ${narrator.key(read)} as ${narrator.read(read)}`;
  if (write === garbage) {
    findings.add(
      'garbage-read',
      [reader],
      key[read] ?? 0,
      () => `${saw()}, but nobody ever wrote that to it.`,
    );
    return;
  }
  const writer = owner[write] ?? 0;
  if (status[writer] === aborted)
    findings.add('G1a', [reader, writer], key[read] ?? 0, () => {
      return `${saw()}, but that was only written by a transaction that failed, ${narrator.who(writer)}.`;
    });
  else if (writer !== reader && (nextWrite[write] ?? -1) >= 0)
    findings.add('G1b', [reader, writer], key[read] ?? 0, () => {
      const replaced = `${narrator.who(writer)} replaced it by ${narrator.element(nextWrite[write] ?? 0)} before it was done`;
      return `${saw()}, but ${replaced}: a state that was never committed.`;
    });
}

function versionRead({ kind, key }: Transactions, source: Int32Array, read: number): number {
  const write = source[read] ?? garbage;
  if (write === garbage) return -1;
  return write === initially ? kind.length + (key[read] ?? 0) : write;
}

/**
 * Versions that each came after the next: every transaction that replaced what it read follows the writer of that.
 * A version has one predecessor at most, so chains are followed, each write once.
 */
function findCyclicVersions(
  txns: Transactions,
  previous: Int32Array,
  findings: Findings,
  narrator: Narrator,
): void {
  const { kind, owner, key } = txns;
  const visitedFrom = new Int32Array(kind.length).fill(-1);
  for (let start = 0; start < kind.length; start++) {
    let write = start;
    while (write >= 0 && visitedFrom[write] === -1) {
      visitedFrom[write] = start;
      write = previous[write] ?? -1;
    }
    if (write < 0 || visitedFrom[write] !== start || (previous[write] ?? -1) < 0) continue;
    const cycle = [write];
    for (let at = previous[write] ?? write; at !== write; at = previous[at] ?? write) cycle.push(at);
    cycle.reverse();
    const txnsOf = cycle.map((micro) => owner[micro] ?? 0);
    findings.add('cyclic-versions', txnsOf, key[write] ?? 0, () => {
      const values = cycle.slice(0, 8).map((micro) => narrator.element(micro));
      const who = txnsOf.slice(0, 8).map((txn) => narrator.who(txn));
      return `${narrator.key(write)} went from ${[...values, values[0]].join(' to ')}: each value was written by a transaction that had read the one before (${who.join(', ')}).`;
    });
  }
}

/** By write: the write that its transaction had read and replaced, or −1. */
function previousWrites(txns: Transactions, source: Int32Array): Int32Array {
  const { kind, isExternal, earlier, nextWrite, owner } = txns;
  const previous = new Int32Array(kind.length).fill(-1);
  for (let read = 0; read < kind.length; read++) {
    if (isExternal[read] === 0 || (earlier[read] ?? -1) >= 0) continue;
    const last = lastWrite(txns, read);
    const write = source[read] ?? garbage;
    // What a transaction read of itself is a future read, and what was not committed has no place among the versions.
    if (last < 0 || write < 0 || owner[write] === owner[read] || (nextWrite[write] ?? -1) >= 0) continue;
    previous[last] = write;
  }
  return previous;
}

/** The last write of a transaction to a key, seen from its first read of it; −1 when there is none. */
function lastWrite({ nextWrite }: Transactions, micro: number): number {
  let last = -1;
  for (let next = nextWrite[micro] ?? -1; next >= 0; next = nextWrite[next] ?? -1) last = next;
  return last;
}

/** The last write of a transaction to the key of another one's write. */
function ownWrite({ kind, key, firstMicro }: Transactions, write: number, txn: number): number {
  let own = -1;
  for (let micro = firstMicro[txn] ?? 0; micro < (firstMicro[txn + 1] ?? 0); micro++)
    if (kind[micro] !== readMicro && key[micro] === key[write]) own = micro;
  return own;
}

function edgesOf({ txns, source, count, of: versionOf }: Versions, pairs: readonly VersionPair[]): Edges {
  const { kind, owner, status, isExternal } = txns;
  const edges = new Edges(txns.length);
  const readsOf = new ByVersion(count, kind.length);
  for (let read = kind.length - 1; read >= 0; read--) {
    const write = source[read] ?? garbage;
    if (isExternal[read] === 0 || write === garbage) continue;
    if (write >= 0 && status[owner[write] ?? 0] === committed)
      edges.add(owner[write] ?? 0, owner[read] ?? 0, wrEdge, write);
    readsOf.prepend(versionOf(read), read);
  }
  for (const { from, to } of pairs)
    if (from < kind.length) edges.add(owner[from] ?? 0, owner[to] ?? 0, wwEdge, to);
  const pairsOf = new ByVersion(count, pairs.length);
  for (let pair = pairs.length - 1; pair >= 0; pair--) pairsOf.prepend(pairs[pair]?.from ?? -1, pair);
  const blind = blindWrites(txns);
  for (let version = 0; version < count; version++) {
    if (readsOf.first(version) < 0) continue;
    const later = version < kind.length ? [] : [...(blind.get(version - kind.length) ?? [])];
    for (let pair = pairsOf.first(version); pair >= 0; pair = pairsOf.next(pair))
      later.push(pairs[pair]?.to ?? -1);
    overwrite(edges, txns, readsOf, version, later);
  }
  return edges;
}

function overwrite(
  edges: Edges,
  txns: Transactions,
  readsOf: ByVersion,
  version: number,
  later: readonly number[],
): void {
  const readers: number[] = [];
  const updaters: number[] = [];
  for (let read = readsOf.first(version); read >= 0; read = readsOf.next(read)) {
    const reader = txns.owner[read] ?? 0;
    // A transaction that read the same twice.
    if (readers.at(-1) === reader) continue;
    readers.push(reader);
    if ((txns.nextWrite[read] ?? -1) >= 0) updaters.push(lastWrite(txns, read));
  }
  // Those who had read the version are among the updaters.
  const isReader = new Set(later.length > 0 ? readers : []);
  const blind = new Set(later.filter((write) => !isReader.has(txns.owner[write] ?? 0)));
  addOverwrites(edges, txns, readers, updaters, [...blind]);
}

/** By key: the committed writes, one a transaction, of those that had not read the key before. */
function blindWrites({ kind, earlier, owner, status, key }: Transactions): Map<number, number[]> {
  const blind = new Map<number, number[]>();
  for (let micro = 0; micro < kind.length; micro++) {
    if (kind[micro] === readMicro || (earlier[micro] ?? -1) >= 0) continue;
    if (status[owner[micro] ?? 0] !== committed) continue;
    const known = blind.get(key[micro] ?? 0);
    if (known) known.push(micro);
    else blind.set(key[micro] ?? 0, [micro]);
  }
  return blind;
}

/** Linked lists of numbered things, one a version. */
class ByVersion {
  private readonly head: Int32Array;
  private readonly behind: Int32Array;

  constructor(versions: number, things: number) {
    this.head = new Int32Array(versions).fill(-1);
    this.behind = new Int32Array(things);
  }

  prepend(version: number, thing: number): void {
    if (version < 0) return;
    this.behind[thing] = this.head[version] ?? -1;
    this.head[version] = thing;
  }

  first(version: number): number {
    return this.head[version] ?? -1;
  }

  next(thing: number): number {
    return this.behind[thing] ?? -1;
  }
}
