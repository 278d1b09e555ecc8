/**
 * Seeded randomness. There is one seed a run; every consumer draws from its own named stream, so that one more draw
 * in one place moves nothing anywhere else.
 */
import seedrandom from 'seedrandom';
import type { NodeId } from './ids.ts';

export interface Prng {
  /** An independent stream: the same seed and path of names give the same draws, whatever else was drawn. */
  fork(name: string): Prng;
  /** A uniform number in [0, 1), with 32 bits of randomness. */
  next(): number;
  /** A uniform integer in [from, to), `from < to`. */
  int(from: number, to: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** One of `items`, which must not be empty. */
  pick<T>(items: readonly T[]): T;
  /** A new array with the items in random order (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[];
}

/** The stream of one incarnation of a node: no host may give a core another one. */
export function corePrng(seed: string | number, node: NodeId, incarnation: number): Prng {
  return createPrng(seed).fork(`core/${node}/${incarnation}`);
}

/** The stream of this name. `alea` is used because a simulation makes thousands of streams and draws. */
export function createPrng(seed: string | number): Prng {
  const name = String(seed);
  // Seeding costs microseconds and many streams are only forked from: seed on the first draw.
  let source: seedrandom.PRNG | undefined;
  const next = (): number => (source ??= seedrandom.alea(name))();
  const int = (from: number, to: number): number => from + Math.floor(next() * (to - from));
  return {
    fork: (child) => createPrng(`${name}/${child}`),
    next,
    int,
    chance: (probability) => next() < probability,
    pick: (items) => {
      const item = items[int(0, items.length)];
      if (item === undefined) throw new RangeError('pick from nothing');
      return item;
    },
    shuffle: (items) => {
      const shuffled = [...items];
      for (let last = shuffled.length - 1; last > 0; last--) {
        const other = int(0, last + 1);
        [shuffled[last], shuffled[other]] = [shuffled[other] as never, shuffled[last] as never];
      }
      return shuffled;
    },
  };
}
