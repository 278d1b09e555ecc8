/** What is wrong with lists by itself, before anybody looks for cycles (Adya §4.2; Elle §4.3 and §5). */
import type { Findings } from './findings.ts';
import { nowhere, type ListOrder } from './listOrder.ts';
import { appendMicro, readMicro } from './microScanner.ts';
import type { Narrator } from './narrator.ts';
import { endOfValue } from './tokens.ts';
import { aborted, committed, unseen, type Transactions } from './transactions.ts';
import type { Writers } from './writers.ts';

export class ListAnomalies {
  /** By key: its order cannot be trusted, and tells nothing about the order of transactions. */
  readonly isCorrupt: Uint8Array;
  /** By appending micro-operation: the place of its element + 1, or 0 when nobody read it. */
  readonly placeOf: Int32Array;
  private readonly txns: Transactions;
  private readonly writers: Writers;
  private readonly order: ListOrder;
  private readonly findings: Findings;
  private readonly narrator: Narrator;

  constructor(
    txns: Transactions,
    writers: Writers,
    order: ListOrder,
    findings: Findings,
    narrator: Narrator,
  ) {
    this.txns = txns;
    this.writers = writers;
    this.order = order;
    this.findings = findings;
    this.narrator = narrator;
    this.isCorrupt = new Uint8Array(txns.keyCount);
    this.placeOf = new Int32Array(txns.kind.length);
  }

  /** Finds them all, and counts open transactions that were seen as committed. O(size of the answers). */
  find(): void {
    for (let key = 0; key < this.txns.keyCount; key++) this.judgeOrder(key);
    const { kind, owner } = this.txns;
    for (let micro = 0; micro < kind.length; micro++)
      if (kind[micro] === readMicro && this.order.seen[micro] === nowhere) this.judgeMismatch(micro);
    for (let micro = 0; micro < kind.length; micro++) {
      if (kind[micro] === readMicro) this.judgeRead(micro);
      else if (kind[micro] === appendMicro && this.txns.status[owner[micro] ?? 0] === committed)
        this.judgeAppend(micro);
    }
  }

  /** The longest read: elements from nowhere, elements twice, elements of failed transactions under later ones. */
  private judgeOrder(key: number): void {
    const { firstPlace, writer, longest, element } = this.order;
    const reader = longest[key] ?? -1;
    let dirty = -1;
    for (let place = firstPlace[key] ?? 0; place < (firstPlace[key + 1] ?? 0); place++) {
      const micro = writer[place] ?? -1;
      if (micro < 0) this.garbage(reader, element[place] ?? 0);
      else if (this.placeOf[micro] !== 0) this.duplicate(reader, micro);
      else {
        this.placeOf[micro] = place + 1;
        const isAborted = this.see(micro);
        if (isAborted && dirty < 0) dirty = micro;
        if (!isAborted && dirty >= 0) {
          this.dirtyUpdate(dirty, micro, reader);
          dirty = -1;
        }
      }
    }
  }

  /** Whoever was read from took effect, unless it is known to have failed: then true. */
  private see(micro: number): boolean {
    const { status, owner } = this.txns;
    const txn = owner[micro] ?? 0;
    if (status[txn] === unseen) status[txn] = committed;
    return status[txn] === aborted;
  }

  /** A read that is no prefix of the longest: because it holds what never was, or in another order. */
  private judgeMismatch(read: number): void {
    const { txns, writers, narrator } = this;
    const { bytes, listStart, listEnd, tokens, key, owner } = txns;
    const of = key[read] ?? 0;
    const found = new Set<number>();
    let isExplained = false;
    for (let at = listStart[read] ?? 0; at < (listEnd[read] ?? 0);) {
      const end = endOfValue(bytes, at);
      const element = tokens.of(bytes, at, end);
      const micro = writers.find(of, element);
      isExplained ||= micro < 0 || found.has(micro);
      if (micro < 0) this.garbage(read, element);
      else if (found.has(micro)) this.duplicate(read, micro);
      else if (this.see(micro)) this.abortedRead(read, micro);
      found.add(micro);
      at = end + 1;
    }
    this.isCorrupt[of] = 1;
    if (isExplained) return;
    const other = this.findings.keeps('incompatible-order') ? this.contradicting(read) : read;
    this.findings.add('incompatible-order', [owner[read] ?? 0, owner[other] ?? 0], of, () => {
      const lists = `${narrator.who(owner[other] ?? 0)} read ${narrator.key(read)} as ${narrator.read(other)}, but ${narrator.who(owner[read] ?? 0)} read ${narrator.read(read)}`;
      return `${lists}: neither list begins with the other, so no order of the appends explains both.`;
    });
  }

  /** The shortest of the reads in order that shows another element where this one leaves it. O(reads). */
  private contradicting(read: number): number {
    const { bytes, listStart, listEnd, tokens, key, kind } = this.txns;
    const { seen, element, firstPlace, longest } = this.order;
    const of = key[read] ?? 0;
    let common = 0;
    for (let at = listStart[read] ?? 0; at < (listEnd[read] ?? 0); common++) {
      const end = endOfValue(bytes, at);
      if (tokens.of(bytes, at, end) !== element[(firstPlace[of] ?? 0) + common]) break;
      at = end + 1;
    }
    let shortest = longest[of] ?? 0;
    for (let micro = 0; micro < kind.length; micro++) {
      const length = seen[micro] ?? 0;
      if (kind[micro] !== readMicro || key[micro] !== of || length <= common) continue;
      if (length < (seen[shortest] ?? 0)) shortest = micro;
    }
    return shortest;
  }

  /** A read of a failed append (G1a), or of a transaction that was not done with the key (G1b). */
  private judgeRead(read: number): void {
    const { order, txns } = this;
    const { status, owner, nextWrite, key } = txns;
    const of = key[read] ?? 0;
    const seen = order.seen[read] ?? 0;
    if (seen <= 0) return;
    const first = order.firstPlace[of] ?? 0;
    const failed = this.firstAborted(of);
    if (failed >= 0 && failed < first + seen) this.abortedRead(read, order.writer[failed] ?? 0);
    const last = order.writer[first + seen - 1] ?? -1;
    if (last < 0 || owner[last] === owner[read] || status[owner[last] ?? 0] === aborted) return;
    const next = nextWrite[last] ?? -1;
    if (next >= 0) this.intermediateRead(read, last, next);
  }

  private readonly firstAbortedOf = new Map<number, number>();

  /** The first place of a key that holds an element of a failed transaction, or −1. */
  private firstAborted(key: number): number {
    const known = this.firstAbortedOf.get(key);
    if (known !== undefined) return known;
    const { firstPlace, writer } = this.order;
    const { status, owner } = this.txns;
    let place = firstPlace[key] ?? 0;
    const end = firstPlace[key + 1] ?? 0;
    while (place < end && !((writer[place] ?? -1) >= 0 && status[owner[writer[place] ?? 0] ?? 0] === aborted))
      place++;
    const first = place < end ? place : -1;
    this.firstAbortedOf.set(key, first);
    return first;
  }

  /** The appends of one transaction stand in the order in which it made them. */
  private judgeAppend(micro: number): void {
    const { txns, narrator, order } = this;
    let before = txns.earlier[micro] ?? -1;
    while (before >= 0 && txns.kind[before] !== appendMicro) before = txns.earlier[before] ?? -1;
    if (before < 0 || this.placeOf[micro] === 0) return;
    const place = this.placeOf[before] ?? 0;
    if (place !== 0 && place < (this.placeOf[micro] ?? 0)) return;
    const key = txns.key[micro] ?? 0;
    const reader = order.longest[key] ?? 0;
    const txn = txns.owner[micro] ?? 0;
    // What nobody read stands behind the longest read.
    this.isCorrupt[key] = 1;
    this.findings.add('incompatible-order', [txn, txns.owner[reader] ?? 0], key, () => {
      const saw = `${narrator.who(txns.owner[reader] ?? 0)} read ${narrator.read(reader)}`;
      return `${narrator.who(txn)} appended ${narrator.element(before)} to ${narrator.key(micro)} before ${narrator.element(micro)}, but ${saw}.`;
    });
  }

  private garbage(read: number, element: number): void {
    const { narrator, findings, txns } = this;
    const key = txns.key[read] ?? 0;
    this.isCorrupt[key] = 1;
    findings.add('garbage-read', [txns.owner[read] ?? 0], key, () => {
      const never = `nobody ever appended ${narrator.token(element)} to it`;
      return `${narrator.who(txns.owner[read] ?? 0)} read ${narrator.key(read)} as ${narrator.read(read)}, but ${never}.`;
    });
  }

  private duplicate(read: number, micro: number): void {
    const { narrator, findings, txns } = this;
    const key = txns.key[read] ?? 0;
    this.isCorrupt[key] = 1;
    findings.add('duplicate-elements', [txns.owner[read] ?? 0, txns.owner[micro] ?? 0], key, () => {
      const once = `${narrator.element(micro)} stands in it twice, but was appended once, by ${narrator.who(txns.owner[micro] ?? 0)}`;
      return `${narrator.who(txns.owner[read] ?? 0)} read ${narrator.key(read)} as ${narrator.read(read)}: ${once}.`;
    });
  }

  private abortedRead(read: number, micro: number): void {
    const { narrator, findings, txns } = this;
    const writer = txns.owner[micro] ?? 0;
    findings.add('G1a', [txns.owner[read] ?? 0, writer], txns.key[read] ?? 0, () => {
      const failed = `${narrator.element(micro)} was only appended by a transaction that failed, ${narrator.who(writer)}`;
      return `${narrator.who(txns.owner[read] ?? 0)} read ${narrator.key(read)} as ${narrator.read(read)}, but ${failed}.`;
    });
  }

  private intermediateRead(read: number, last: number, next: number): void {
    const { narrator, findings, txns } = this;
    const writer = txns.owner[last] ?? 0;
    findings.add('G1b', [txns.owner[read] ?? 0, writer], txns.key[read] ?? 0, () => {
      const half = `${narrator.who(writer)} appended ${narrator.element(next)} after ${narrator.element(last)}: a state that it never committed`;
      return `${narrator.who(txns.owner[read] ?? 0)} read ${narrator.key(read)} as ${narrator.read(read)}, but ${half}.`;
    });
  }

  private dirtyUpdate(failed: number, micro: number, read: number): void {
    const { narrator, findings, txns } = this;
    const { owner } = txns;
    const all = [owner[failed] ?? 0, owner[micro] ?? 0, owner[read] ?? 0];
    findings.add('dirty-update', all, txns.key[read] ?? 0, () => {
      const onTop = `${narrator.who(owner[micro] ?? 0)} appended ${narrator.element(micro)} on top of it, as ${narrator.who(owner[read] ?? 0)} read: ${narrator.read(read)}`;
      return `${narrator.who(owner[failed] ?? 0)} failed, but its append of ${narrator.element(failed)} to ${narrator.key(failed)} was not undone, and ${onTop}.`;
    });
  }
}
