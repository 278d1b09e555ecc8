/**
 * The configurations that a search has been in (Lowe's memo). A configuration is the set of completed operations that
 * are linearized, the state, and the set of open operations that are used.
 *
 * - Hashes only find candidates; equality is decided on the full sets.
 * - A set of completed operations is stored as its words from the first incomplete one to the last one that is not
 *   empty, so an entry costs what is concurrent, not the length of the history.
 * - Of two configurations that differ only in the open operations used, the one that used fewer can do all that the
 *   other can, because open operations need not happen. So whatever uses a superset of a stored one is not new.
 */

/** Words of memory that several memos may still take together. */
export interface MemoryAllowance {
  wordsLeft: number;
}

/** Next entry with the same hash slot and the same set and state; hash; state; first word; number of words. */
const headerWords = 5;

export class Memo {
  private readonly allowance: MemoryAllowance;
  private readonly openWords: number;
  private arena = new Int32Array(512);
  private used = 0;
  /** Offset of the newest entry of each (set, state), or -1. */
  private table = new Int32Array(64).fill(-1);
  private heads = 0;

  constructor(openWords: number, allowance: MemoryAllowance) {
    this.openWords = openWords;
    this.allowance = allowance;
  }

  /** Whether the allowance is used up: nothing more must be added. */
  get isFull(): boolean {
    return this.allowance.wordsLeft < 0;
  }

  /**
   * Adds a configuration; false when it, or one that can do as much, is known. `first` is the index of the first word
   * of `done` that has a zero; `last` that of its last word that is not zero (or less than `first`).
   */
  add(state: number, done: Int32Array, first: number, last: number, open: Int32Array, hash: number): boolean {
    const mixed = mix(hash, state);
    const slot = this.slot(mixed, state, done, first, last);
    const head = this.table[slot] as number;
    for (let entry = head; entry !== -1; entry = this.arena[entry] as number)
      if (this.usesSubset(entry, open)) return false;
    this.table[slot] = this.store(head, mixed, state, done, first, last, open);
    if (head === -1 && 2 * ++this.heads > this.table.length) this.grow();
    return true;
  }

  /** Gives the memory back. */
  clear(): void {
    this.allowance.wordsLeft += this.used;
    this.used = 0;
    this.arena = new Int32Array(0);
    this.table = new Int32Array(0);
  }

  /** The states of all configurations in which all of `required` is linearized and `without` is not. */
  statesWith(required: Int32Array, without: number): Set<number> {
    const states = new Set<number>();
    for (let entry = 0; entry < this.used; entry += this.lengthOf(entry))
      if (this.includes(entry, required) && (this.word(entry, without >>> 5) & (1 << (without & 31))) === 0)
        states.add(this.arena[entry + 2] as number);
    return states;
  }

  private slot(hash: number, state: number, done: Int32Array, first: number, last: number): number {
    const mask = this.table.length - 1;
    let slot = hash & mask;
    for (;;) {
      const entry = this.table[slot] as number;
      if (entry === -1 || this.matches(entry, hash, state, done, first, last)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  private matches(
    entry: number,
    hash: number,
    state: number,
    done: Int32Array,
    first: number,
    last: number,
  ): boolean {
    const { arena } = this;
    if (arena[entry + 1] !== hash || arena[entry + 2] !== state || arena[entry + 3] !== first) return false;
    const words = Math.max(0, last + 1 - first);
    if (arena[entry + 4] !== words) return false;
    for (let word = 0; word < words; word++)
      if (arena[entry + headerWords + word] !== done[first + word]) return false;
    return true;
  }

  private usesSubset(entry: number, open: Int32Array): boolean {
    const at = entry + headerWords + (this.arena[entry + 4] as number);
    for (let word = 0; word < this.openWords; word++)
      if (((this.arena[at + word] as number) & ~(open[word] as number)) !== 0) return false;
    return true;
  }

  private store(
    next: number,
    hash: number,
    state: number,
    done: Int32Array,
    first: number,
    last: number,
    open: Int32Array,
  ): number {
    const words = Math.max(0, last + 1 - first);
    const length = headerWords + words + this.openWords;
    this.reserve(length);
    const entry = this.used;
    const { arena } = this;
    arena[entry] = next;
    arena[entry + 1] = hash;
    arena[entry + 2] = state;
    arena[entry + 3] = first;
    arena[entry + 4] = words;
    for (let word = 0; word < words; word++) arena[entry + headerWords + word] = done[first + word] as number;
    for (let word = 0; word < this.openWords; word++)
      arena[entry + headerWords + words + word] = open[word] as number;
    this.used += length;
    this.allowance.wordsLeft -= length;
    return entry;
  }

  private lengthOf(entry: number): number {
    return headerWords + (this.arena[entry + 4] as number) + this.openWords;
  }

  private includes(entry: number, required: Int32Array): boolean {
    for (let word = this.arena[entry + 3] as number; word < required.length; word++)
      if (((required[word] as number) & ~this.word(entry, word)) !== 0) return false;
    return true;
  }

  /** A word of the set of an entry: full before the stored ones, empty after them. */
  private word(entry: number, word: number): number {
    const at = word - (this.arena[entry + 3] as number);
    if (at < 0) return -1;
    return at < (this.arena[entry + 4] as number) ? (this.arena[entry + headerWords + at] as number) : 0;
  }

  private reserve(words: number): void {
    if (this.used + words <= this.arena.length) return;
    const larger = new Int32Array(Math.max(2 * this.arena.length, this.used + words));
    larger.set(this.arena.subarray(0, this.used));
    this.arena = larger;
  }

  private grow(): void {
    const old = this.table;
    this.table = new Int32Array(2 * old.length).fill(-1);
    const mask = this.table.length - 1;
    for (const entry of old) {
      if (entry === -1) continue;
      let slot = (this.arena[entry + 1] as number) & mask;
      while (this.table[slot] !== -1) slot = (slot + 1) & mask;
      this.table[slot] = entry;
    }
  }
}

function mix(hash: number, state: number): number {
  const mixed = Math.imul(hash ^ Math.imul(state + 1, 0x85ebca6b), 0xc2b2ae35);
  return mixed ^ (mixed >>> 15);
}
