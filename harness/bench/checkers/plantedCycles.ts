/**
 * Small sets of list-append transactions that no serial order explains, each with one cycle of a known kind. The kinds
 * are Adya's, as Elle names them (Kingsbury & Alvaro 2020, §4).
 */
import type { Json } from '../../../nodes/kernel/wire.ts';

/** Micro-operations as they were answered. */
export type Transaction = readonly (readonly [f: 'append' | 'r', key: 'x' | 'y' | 'z' | 'u', value: Json])[];

export interface PlantedCycle {
  readonly kind: string;
  /** The transactions of a round are concurrent; each round begins when the one before it has ended. */
  readonly rounds: readonly (readonly Transaction[])[];
}

export const plantedCycles: readonly PlantedCycle[] = [
  {
    // T1 appends to x before T2, and to y after it.
    kind: 'G0',
    rounds: [
      [
        [
          ['append', 'x', 1],
          ['append', 'y', 1],
        ],
        [
          ['append', 'x', 2],
          ['append', 'y', 2],
        ],
      ],
      [
        [
          ['r', 'x', [1, 2]],
          ['r', 'y', [2, 1]],
        ],
      ],
    ],
  },
  {
    // Each reads what the other one appends.
    kind: 'G1c',
    rounds: [
      [
        [
          ['append', 'x', 1],
          ['r', 'y', [1]],
        ],
        [
          ['append', 'y', 1],
          ['r', 'x', [1]],
        ],
      ],
    ],
  },
  {
    // One half of a transaction is seen, the other one is not.
    kind: 'G-single',
    rounds: [
      [
        [
          ['r', 'x', []],
          ['r', 'y', [1]],
        ],
        [
          ['append', 'x', 1],
          ['append', 'y', 1],
        ],
      ],
      [[['r', 'x', [1]]]],
    ],
  },
  {
    // Two readers see two independent appends in opposite orders (a long fork).
    kind: 'G-nonadjacent',
    rounds: [
      [
        [
          ['r', 'x', []],
          ['r', 'y', [1]],
        ],
        [['append', 'x', 1]],
        [
          ['r', 'x', [1]],
          ['r', 'y', []],
        ],
        [['append', 'y', 1]],
      ],
    ],
  },
  {
    // Write skew: each misses what the other one appends.
    kind: 'G2-item',
    rounds: [
      [
        [
          ['r', 'x', []],
          ['append', 'y', 1],
        ],
        [
          ['r', 'y', []],
          ['append', 'x', 1],
        ],
      ],
      [
        [
          ['r', 'x', [1]],
          ['r', 'y', [1]],
        ],
      ],
    ],
  },
  {
    // A stale read: serializable, but against real time.
    kind: 'G-single-realtime',
    rounds: [[[['append', 'x', 1]]], [[['r', 'x', []]]], [[['r', 'x', [1]]]]],
  },
];
