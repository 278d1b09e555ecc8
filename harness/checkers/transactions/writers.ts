/**
 * Who wrote an element: the table from (key, token) to the micro-operation. Elements are written once to a key, else
 * nobody knows whom a reader read from (Elle calls it recoverability).
 */
import { describeValue } from '../../specs/describe.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import { readMicro } from './microScanner.ts';
import { aborted, NotApplicable, type Transactions } from './transactions.ts';

export class Writers {
  private readonly txns: Transactions;
  /** Micro-operations + 1; 0 where nothing is. At most half full. */
  private readonly slots: Int32Array;

  /** O(micro-operations). Throws NotApplicable when two transactions that may have happened wrote the same. */
  constructor(txns: Transactions) {
    this.txns = txns;
    let size = 16;
    while (size < 2 * txns.kind.length) size *= 2;
    this.slots = new Int32Array(size);
    // A failed write of an element that was written again counts for nothing.
    this.enter(false);
    this.enter(true);
  }

  /** The micro-operation that wrote the token to the key, or −1. */
  find(key: number, token: number): number {
    return (this.slots[this.slotOf(key, token)] ?? 0) - 1;
  }

  private enter(failed: boolean): void {
    const { kind, key, token, owner, status } = this.txns;
    for (let micro = 0; micro < kind.length; micro++) {
      if (kind[micro] === readMicro || (status[owner[micro] ?? 0] === aborted) !== failed) continue;
      const slot = this.slotOf(key[micro] ?? 0, token[micro] ?? 0);
      const known = (this.slots[slot] ?? 0) - 1;
      if (known >= 0 && !failed) throw this.writtenTwice(known, micro);
      if (known < 0) this.slots[slot] = micro + 1;
    }
  }

  private slotOf(key: number, token: number): number {
    const { slots, txns } = this;
    const mask = slots.length - 1;
    let hash = Math.imul(key, 0x9e3779b1) ^ Math.imul(token, 0x85ebca6b);
    hash ^= hash >>> 15;
    let slot = hash & mask;
    for (;;) {
      const micro = (slots[slot] ?? 0) - 1;
      if (micro < 0 || (txns.key[micro] === key && txns.token[micro] === token)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  private writtenTwice(first: number, second: number): NotApplicable {
    const { txns } = this;
    const { start } = txns.history.operations;
    const [a, b] = [first, second].map((micro) => start[txns.owner[micro] ?? 0]);
    const element = describeValue(JSON.parse(txns.tokens.textOf(txns.token[first] ?? 0)) as Json);
    const key = txns.keyText(txns.key[first] ?? 0);
    const on = key === '' ? '' : ` to ${describeValue(JSON.parse(key) as Json)}`;
    return new NotApplicable(
      `${element} was written twice${on} (ops ${a} and ${b}): nobody can tell whom a reader read from`,
    );
  }
}
