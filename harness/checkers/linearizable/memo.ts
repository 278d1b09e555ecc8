/**
 * The configurations that a search has been in (Lowe's memo): the completion to be reached next, the state, the mask of
 * operations in flight that have taken effect, and the counts of open operations that are used.
 *
 * - Hashes only find candidates; equality is decided on the full key.
 * - Of two configurations that differ only in the open operations used, the one that used fewer can do all that the
 *   other can, because open operations need not happen. So whatever uses at least what a stored one used is not new.
 */
import type { MemoryAllowance } from './automaton.ts';
import { lengthened, zeros } from './arrays.ts';

/** Of an entry: the next one with the same key but other counts (or -1), its hash, r, the state; mask and counts follow. */
const nextWord = 0;
const hashWord = 1;
export const numberWord = 2;
export const stateWord = 3;
export const maskWord = 4;

/** What `add` answers for a configuration that is not new. */
export const known = -1;

/** Room for so many entries is made in the beginning, a power of two between these two. */
const entriesMin = 32;
const entriesMax = 4096;

export class Memo {
  /** The entries, one after the other; an entry is named by where it begins. */
  arena: Int32Array;
  /** Words in use. */
  used = 0;
  readonly entryWords: number;
  private readonly slotWords: number;
  private readonly guards: Int32Array;
  private readonly allowance: MemoryAllowance;
  /** The newest entry of each key, or -1. */
  private table: Int32Array;
  private keys = 0;

  /** `expected` is about how many configurations there will be. */
  constructor(slotWords: number, guards: Int32Array, allowance: MemoryAllowance, expected: number) {
    this.slotWords = slotWords;
    this.guards = guards;
    this.allowance = allowance;
    this.entryWords = maskWord + slotWords + guards.length;
    const entries = 1 << (32 - Math.clz32(Math.min(Math.max(expected, entriesMin), entriesMax) - 1));
    this.arena = zeros(entries * this.entryWords);
    this.table = zeros(2 * entries).fill(-1);
    allowance.wordsLeft -= this.arena.length + this.table.length;
  }

  /** Adds a configuration (mask and counts in `current`); the entry, or `known` when nothing new can come of it. */
  add(number: number, state: number, current: Int32Array): number {
    const { table } = this;
    const hash = this.hash(number, state, current);
    const mask = table.length - 1;
    let slot = hash & mask;
    let head = table[slot] as number;
    while (head !== -1 && !this.matches(head, hash, number, state, current)) {
      slot = (slot + 1) & mask;
      head = table[slot] as number;
    }
    if (head !== -1) {
      if (this.guards.length === 0) return known;
      for (let entry = head; entry !== -1; entry = this.arena[entry + nextWord] as number)
        if (this.usesAtMost(entry, current)) return known;
    }
    const entry = this.store(head, hash, number, state, current);
    table[slot] = entry;
    if (head === -1 && 2 * ++this.keys > table.length) this.rehash();
    return entry;
  }

  /** Lets go of the memory; the memo cannot be used any more. */
  close(): void {
    this.arena = new Int32Array(0);
    this.table = new Int32Array(0);
    this.used = 0;
  }

  private hash(number: number, state: number, current: Int32Array): number {
    // As few multiplications as will do: code that was never compiled calls them.
    let hash = number + 65_537 * state;
    for (let word = 0; word < this.slotWords; word++) {
      hash = Math.imul(hash ^ (current[word] as number), 0xcc9e2d51);
      hash ^= hash >>> 15;
    }
    return hash;
  }

  private matches(entry: number, hash: number, number: number, state: number, current: Int32Array): boolean {
    const { arena } = this;
    if (arena[entry + hashWord] !== hash) return false;
    if (arena[entry + numberWord] !== number || arena[entry + stateWord] !== state) return false;
    for (let word = 0; word < this.slotWords; word++)
      if (arena[entry + maskWord + word] !== current[word]) return false;
    return true;
  }

  /** Whether each count of the entry is at most the current one: a field that is greater borrows its guard bit. */
  private usesAtMost(entry: number, current: Int32Array): boolean {
    const { arena, guards, slotWords } = this;
    const counts = entry + maskWord + slotWords;
    for (let word = 0; word < guards.length; word++) {
      const guard = guards[word] as number;
      const difference = ((current[slotWords + word] as number) | guard) - (arena[counts + word] as number);
      if ((difference & guard) !== guard) return false;
    }
    return true;
  }

  private store(next: number, hash: number, number: number, state: number, current: Int32Array): number {
    const entry = this.used;
    this.used += this.entryWords;
    if (this.used > this.arena.length) {
      this.allowance.wordsLeft -= this.arena.length;
      this.arena = lengthened(this.arena, 2 * this.arena.length);
    }
    const { arena } = this;
    arena[entry + nextWord] = next;
    arena[entry + hashWord] = hash;
    arena[entry + numberWord] = number;
    arena[entry + stateWord] = state;
    const words = this.entryWords - maskWord;
    for (let word = 0; word < words; word++) arena[entry + maskWord + word] = current[word] as number;
    return entry;
  }

  private rehash(): void {
    const old = this.table;
    this.allowance.wordsLeft -= old.length;
    this.table = zeros(2 * old.length).fill(-1);
    const { arena, table } = this;
    const mask = table.length - 1;
    for (let at = 0; at < old.length; at++) {
      const entry = old[at] as number;
      if (entry === -1) continue;
      let slot = (arena[entry + hashWord] as number) & mask;
      while (table[slot] !== -1) slot = (slot + 1) & mask;
      table[slot] = entry;
    }
  }
}
