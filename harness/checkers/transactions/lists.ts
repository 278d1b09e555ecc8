/** Inference for list-append: what reads of lists tell about the order of transactions (Elle §4.3). */
import { Edges, rwEdge, wrEdge, wwEdge } from './edges.ts';
import type { Findings } from './findings.ts';
import { findFutureReads, findInternalLists } from './internal.ts';
import { ListAnomalies } from './listAnomalies.ts';
import { listOrderOf, type ListOrder } from './listOrder.ts';
import { appendMicro } from './microScanner.ts';
import type { Narrator } from './narrator.ts';
import { addOverwrites, findLostUpdates } from './overwrites.ts';
import { committed, type Transactions } from './transactions.ts';
import type { Inference } from './inference.ts';
import type { Writers } from './writers.ts';

/** Everything that lists tell. Open transactions that were seen become committed. O(size of the answers). */
export function inferFromLists(
  txns: Transactions,
  writers: Writers,
  findings: Findings,
  narrator: Narrator,
): Inference {
  const order = listOrderOf(txns, writers);
  const anomalies = new ListAnomalies(txns, writers, order, findings, narrator);
  anomalies.find();
  const { isCorrupt, placeOf } = anomalies;
  findInternalLists(txns, findings, narrator);
  const seenEnd = (read: number): number =>
    (order.firstPlace[txns.key[read] ?? 0] ?? 0) + (order.seen[read] ?? 0);
  findFutureReads(
    txns,
    (read) => {
      const write = txns.nextWrite[read] ?? -1;
      const place = write < 0 ? 0 : (placeOf[write] ?? 0);
      return place > 0 && place <= seenEnd(read) ? write : -1;
    },
    findings,
    narrator,
  );
  const versionOf = (read: number): number =>
    isCorrupt[txns.key[read] ?? 0] === 1 ? -1 : seenEnd(read) + (txns.key[read] ?? 0);
  findLostUpdates(txns, order.writer.length + txns.keyCount, versionOf, findings, narrator);
  const found = new ListEdges(txns, order, isCorrupt, placeOf);
  return { edges: found.edges(), replacedBy: (append) => found.before(append) };
}

class ListEdges {
  private readonly txns: Transactions;
  private readonly order: ListOrder;
  private readonly isCorrupt: Uint8Array;
  private readonly placeOf: Int32Array;
  /** By place: the next committed append at or behind it, or −1. */
  private readonly nextWriter: Int32Array;
  /** By key: the last committed append that was read, or −1. */
  private readonly lastWriter: Int32Array;
  private readonly found: Edges;

  constructor(txns: Transactions, order: ListOrder, isCorrupt: Uint8Array, placeOf: Int32Array) {
    this.txns = txns;
    this.order = order;
    this.isCorrupt = isCorrupt;
    this.placeOf = placeOf;
    this.nextWriter = new Int32Array(order.writer.length);
    this.lastWriter = new Int32Array(txns.keyCount).fill(-1);
    this.found = new Edges(txns.length);
  }

  edges(): Edges {
    for (let key = 0; key < this.txns.keyCount; key++) if (this.isCorrupt[key] === 0) this.followOrder(key);
    const lastReads = new MicrosByKey(this.txns);
    const unread = new MicrosByKey(this.txns);
    // Backwards, so that the lists come out in order.
    for (let micro = this.txns.kind.length - 1; micro >= 0; micro--) {
      if (this.isCorrupt[this.txns.key[micro] ?? 0] === 1) continue;
      if (this.isUnread(micro)) unread.prepend(micro);
      else if (this.txns.isExternal[micro] === 1 && this.followRead(micro)) lastReads.prepend(micro);
    }
    for (let key = 0; key < this.txns.keyCount; key++)
      if (unread.first(key) >= 0) this.followUnread(key, lastReads, unread);
    return this.found;
  }

  /** The committed append that stands before one in the order of its key, or −1. */
  before(append: number): number {
    const { writer, firstPlace } = this.order;
    const { key, owner, status } = this.txns;
    const of = key[append] ?? 0;
    const place = (this.placeOf[append] ?? 0) - 1;
    if (place < 0) return this.lastWriter[of] ?? -1;
    for (let at = place - 1; at >= (firstPlace[of] ?? 0); at--)
      if (status[owner[writer[at] ?? 0] ?? 0] === committed) return writer[at] ?? -1;
    return -1;
  }

  /** ww: who appended an element, and who appended the next one. */
  private followOrder(key: number): void {
    const { firstPlace, writer } = this.order;
    const { owner, status } = this.txns;
    let next = -1;
    for (let place = (firstPlace[key + 1] ?? 0) - 1; place >= (firstPlace[key] ?? 0); place--) {
      const micro = writer[place] ?? 0;
      if (status[owner[micro] ?? 0] === committed) {
        if (next < 0) this.lastWriter[key] = micro;
        else this.found.add(owner[micro] ?? 0, owner[next] ?? 0, wwEdge, next);
        next = micro;
      }
      this.nextWriter[place] = next;
    }
  }

  /** wr from the last element, rw to the next one; true when it saw all that was ever read. */
  private followRead(read: number): boolean {
    const { firstPlace, writer, seen } = this.order;
    const { owner, status, key } = this.txns;
    const of = key[read] ?? 0;
    const reader = owner[read] ?? 0;
    const end = (firstPlace[of] ?? 0) + (seen[read] ?? 0);
    if ((seen[read] ?? 0) > 0) {
      const last = writer[end - 1] ?? 0;
      if (status[owner[last] ?? 0] === committed) this.found.add(owner[last] ?? 0, reader, wrEdge, last);
    }
    const next = end < (firstPlace[of + 1] ?? 0) ? (this.nextWriter[end] ?? -1) : -1;
    if (next >= 0) this.found.add(reader, owner[next] ?? 0, rwEdge, next);
    return next < 0;
  }

  /** A committed append that nobody read. */
  private isUnread(micro: number): boolean {
    const { kind, owner, status } = this.txns;
    return (
      kind[micro] === appendMicro && status[owner[micro] ?? 0] === committed && this.placeOf[micro] === 0
    );
  }

  /** What nobody read stands behind all that somebody read, in some order. */
  private followUnread(key: number, lastReads: MicrosByKey, unread: MicrosByKey): void {
    const { owner, nextWrite } = this.txns;
    const readers: number[] = [];
    const updaters: number[] = [];
    const blind: number[] = [];
    const reads = new Set<number>();
    for (let read = lastReads.first(key); read >= 0; read = lastReads.next(read)) {
      const reader = owner[read] ?? 0;
      // A transaction that read the same twice.
      if (reads.has(reader)) continue;
      reads.add(reader);
      readers.push(reader);
      if ((nextWrite[read] ?? -1) >= 0) updaters.push(nextWrite[read] ?? 0);
    }
    const last = this.lastWriter[key] ?? -1;
    for (let micro = unread.first(key); micro >= 0; micro = unread.next(micro)) {
      if (!reads.has(owner[micro] ?? 0)) blind.push(micro);
      if (last >= 0) this.found.add(owner[last] ?? 0, owner[micro] ?? 0, wwEdge, micro);
    }
    addOverwrites(this.found, this.txns, readers, updaters, blind);
  }
}

/** Linked lists of micro-operations, one a key. */
class MicrosByKey {
  private readonly key: Int32Array;
  private readonly head: Int32Array;
  private readonly behind: Int32Array;

  constructor({ key, keyCount }: Transactions) {
    this.key = key;
    this.head = new Int32Array(keyCount).fill(-1);
    this.behind = new Int32Array(key.length);
  }

  prepend(micro: number): void {
    const key = this.key[micro] ?? 0;
    this.behind[micro] = this.head[key] ?? -1;
    this.head[key] = micro;
  }

  first(key: number): number {
    return this.head[key] ?? -1;
  }

  next(micro: number): number {
    return this.behind[micro] ?? -1;
  }
}
