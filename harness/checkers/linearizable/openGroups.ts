/**
 * The open operations of a problem: they may take effect at any time after their start, or never.
 *
 * Those with the same code are a group. Whichever of them is used, the one that started first could stand in its place
 * and leave the others for later, so a group is told by how many of it are used. The counts stand in fields of words,
 * each with a guard bit above it: subtracting words of counts from each other with the guard bits set compares all
 * their fields at once.
 */
import { never } from '../../columns/operations.ts';
import { arrayOf, lengthened, zeros } from './arrays.ts';
import type { Problem } from './problem.ts';

export class OpenGroups {
  readonly count: number;
  /** By group, in the order of their first starts. */
  readonly code: Int32Array;
  /** Where the starts of its operations begin; there is one entry more than there are groups. */
  readonly startsAt: Int32Array;
  /** The starts of all operations, group by group, ascending in each; and their places in the problem. */
  readonly starts: Int32Array;
  readonly place: Int32Array;
  /** The field of the group: which word, the place of its lowest bit, its bits moved there. */
  readonly word: Int32Array;
  readonly shift: Int32Array;
  readonly field: Int32Array;
  /** Words of counts. */
  readonly words: number;
  readonly guards: Int32Array;

  /** Of the open operations those whose code is kept. O(operations). */
  constructor(problem: Problem, isKept: (code: number, firstStart: number) => boolean) {
    const groupOf = new Map<number, number>();
    const codes: number[] = [];
    const sizes: number[] = [];
    for (let at = 0; at < problem.length; at++) {
      if (problem.end[at] !== never) continue;
      const code = problem.code[at] as number;
      let group = groupOf.get(code);
      if (group === undefined) {
        group = isKept(code, problem.start[at] as number) ? codes.push(code) - 1 : -1;
        groupOf.set(code, group);
        if (group !== -1) sizes.push(0);
      }
      if (group !== -1) sizes[group] = (sizes[group] as number) + 1;
    }
    this.count = codes.length;
    this.code = arrayOf(codes);
    this.startsAt = sums(sizes);
    const total = this.startsAt[this.count] as number;
    this.starts = zeros(total);
    this.place = zeros(total);
    this.fill(problem, groupOf);
    this.word = zeros(this.count);
    this.shift = zeros(this.count);
    this.field = zeros(this.count);
    this.words = this.layOut(sizes);
    this.guards = zeros(this.words);
    for (let group = 0; group < this.count; group++) {
      const guard = (this.field[group] as number) + (1 << (this.shift[group] as number));
      this.guards[this.word[group] as number] = (this.guards[this.word[group] as number] as number) | guard;
    }
  }

  /** How many of a group are used, in words that begin at `from`. */
  used(words: Int32Array, from: number, group: number): number {
    const field = this.field[group] as number;
    return ((words[from + (this.word[group] as number)] as number) & field) >>> (this.shift[group] as number);
  }

  size(group: number): number {
    return (this.startsAt[group + 1] as number) - (this.startsAt[group] as number);
  }

  private fill(problem: Problem, groupOf: ReadonlyMap<number, number>): void {
    const next = lengthened(this.startsAt, this.count);
    for (let at = 0; at < problem.length; at++) {
      if (problem.end[at] !== never) continue;
      const group = groupOf.get(problem.code[at] as number) ?? -1;
      if (group === -1) continue;
      const to = next[group] as number;
      next[group] = to + 1;
      this.starts[to] = problem.start[at] as number;
      this.place[to] = at;
    }
  }

  /** Places the fields, each with its guard bit, into words; the number of words. */
  private layOut(sizes: readonly number[]): number {
    let word = 0;
    let shift = 0;
    for (let group = 0; group < sizes.length; group++) {
      const bits = 33 - Math.clz32(sizes[group] as number);
      if (shift + bits > 32) {
        word++;
        shift = 0;
      }
      this.word[group] = word;
      this.shift[group] = shift;
      this.field[group] = ((1 << (bits - 1)) - 1) << shift;
      shift += bits;
    }
    return sizes.length === 0 ? 0 : word + 1;
  }
}

function sums(sizes: readonly number[]): Int32Array {
  const from = zeros(sizes.length + 1);
  for (let at = 0; at < sizes.length; at++) from[at + 1] = (from[at] as number) + (sizes[at] as number);
  return from;
}
