/** Configurations that lead nowhere, kept whole: a hash only says where to look. */

/** 64 MB. */
const wordsMax = 16 * 1024 * 1024;

export class DeadEnds {
  private readonly width: number;
  private readonly countMax: number;
  /** Configuration after configuration. */
  private entries: Int32Array;
  private count = 0;
  /** Open addressing, at most half full: number of an entry plus one; 0 is empty. */
  private slots = new Int32Array(1024);

  /** For configurations of `width` numbers. */
  constructor(width: number) {
    this.width = width;
    this.countMax = Math.floor(wordsMax / Math.max(1, width));
    this.entries = new Int32Array(Math.min(64, this.countMax) * width);
  }

  has(configuration: Int32Array): boolean {
    return (this.slots[this.slotOf(configuration)] ?? 0) > 0;
  }

  /** Remembers it as long as there is room; without it a search takes longer, and is still right. */
  add(configuration: Int32Array): void {
    const slot = this.slotOf(configuration);
    if ((this.slots[slot] ?? 0) > 0 || this.count === this.countMax) return;
    const at = this.count * this.width;
    if (at + this.width > this.entries.length) this.enlarge();
    this.entries.set(configuration, at);
    this.slots[slot] = ++this.count;
    if (2 * this.count > this.slots.length) this.rehash();
  }

  private slotOf(configuration: Int32Array): number {
    const mask = this.slots.length - 1;
    let slot = hash(configuration) & mask;
    for (;;) {
      const entry = (this.slots[slot] ?? 0) - 1;
      if (entry === -1 || this.isEntry(entry, configuration)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  private isEntry(entry: number, configuration: Int32Array): boolean {
    const from = entry * this.width;
    for (let at = 0; at < this.width; at++) if (this.entries[from + at] !== configuration[at]) return false;
    return true;
  }

  private enlarge(): void {
    const larger = new Int32Array(Math.min(2 * this.entries.length, this.countMax * this.width));
    larger.set(this.entries);
    this.entries = larger;
  }

  private rehash(): void {
    this.slots = new Int32Array(2 * this.slots.length);
    for (let entry = 0; entry < this.count; entry++) {
      const from = entry * this.width;
      this.slots[this.slotOf(this.entries.subarray(from, from + this.width))] = entry + 1;
    }
  }
}

function hash(values: Int32Array): number {
  let mixed = 0;
  for (let at = 0; at < values.length; at++) {
    mixed = Math.imul(mixed ^ (values[at] ?? 0), 0x9e3779b1);
    mixed ^= mixed >>> 15;
  }
  return mixed;
}
