/**
 * The values of every key in blocks that stand together in any sequential order: a value that was written blindly (or
 * the initial one), then what a cas made of it, what the next cas made of that, and so on.
 */
import { fromInitial, none, readsNothing, type ReadsFrom } from '../readsFrom.ts';

/** Nodes are values: the number of the write that left it, or `initialNode` of the key. */
export class Blocks {
  /** By node: the first node of its block, and its place in it. */
  readonly head: Int32Array;
  readonly place: Int32Array;
  /** By node: the cas that saw it, or `none`. */
  readonly next: Int32Array;
  /** Pairs of cas that saw the same value. */
  readonly forks: (readonly [number, number])[] = [];
  private readonly readsFrom: ReadsFrom;

  /** For a history in which no cas depends on itself. O(operations). */
  constructor(readsFrom: ReadsFrom) {
    const { length, keyCount, writes, from } = readsFrom;
    const count = length + keyCount;
    this.readsFrom = readsFrom;
    this.head = new Int32Array(count).fill(none);
    this.place = new Int32Array(count);
    this.next = new Int32Array(count).fill(none);
    for (let id = 0; id < length; id++)
      if (writes[id] === 1 && from[id] !== readsNothing) this.link(this.seenNode(id), id);
    for (let node = 0; node < count; node++) {
      const isHead = node >= length || (writes[node] === 1 && from[node] === readsNothing);
      if (isHead) this.number(node);
    }
  }

  initialNode(key: number): number {
    return this.readsFrom.length + key;
  }

  isInitial(node: number): boolean {
    return node >= this.readsFrom.length;
  }

  /** The value that an operation saw. */
  seenNode(id: number): number {
    const source = this.readsFrom.from[id] ?? none;
    return source === fromInitial ? this.initialNode(this.readsFrom.key[id] ?? 0) : source;
  }

  /** The value that stood when an operation was done: what it left, or what it saw. */
  leftNode(id: number): number {
    return this.readsFrom.writes[id] === 1 ? id : this.seenNode(id);
  }

  /** The cas by which one value of a block became a later one. */
  changesBetween(earlier: number, later: number): number[] {
    const changes: number[] = [];
    for (let node = earlier; node !== later && node !== none;) {
      node = this.next[node] ?? none;
      if (node !== none) changes.push(node);
    }
    return changes;
  }

  private link(seen: number, cas: number): void {
    const other = this.next[seen] ?? none;
    if (other === none) this.next[seen] = cas;
    else this.forks.push([other, cas]);
  }

  private number(head: number): void {
    let place = 0;
    for (let node = head; node !== none; node = this.next[node] ?? none) {
      this.head[node] = head;
      this.place[node] = place++;
    }
  }
}
