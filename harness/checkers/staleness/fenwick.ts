/** Sums of a growing set of positions (Fenwick, 1994): both operations are O(log size). */
export class Fenwick {
  private readonly tree: Int32Array;
  private total = 0;

  constructor(size: number) {
    this.tree = new Int32Array(size + 1);
  }

  add(position: number): void {
    this.total++;
    for (let at = position + 1; at < this.tree.length; at += at & -at)
      this.tree[at] = (this.tree[at] ?? 0) + 1;
  }

  /** How many were added at this position or after it. */
  countFrom(position: number): number {
    let before = 0;
    for (let at = Math.min(position, this.tree.length - 1); at > 0; at -= at & -at)
      before += this.tree[at] ?? 0;
    return this.total - before;
  }
}
