/** The load of the harness benchmark: reads and writes, half and half, over a fixed set of keys. */
import { fromFunction } from '../generator/index.ts';
import type { Workload } from '../workload.ts';

const keys = 64;

/** The key of this number, in [0, keys). */
export function keyOf(number: number): string {
  return `bench${number % keys}`;
}

/** The same values for whoever drives the load: as short as those of a usual run. */
export function valueOf(number: number): number {
  return number % 1_000_000;
}

/** As fast as the clients go; nothing is checked. */
export const mixedLoad: Workload = {
  name: 'bench',
  meaning: 'reads and writes, half and half',
  idempotent: ['read'],
  needs: [['read', 'write']],
  spec: 'register',
  generator: () =>
    fromFunction(({ prng }) => {
      const key = keyOf(prng.int(0, keys));
      return prng.chance(0.5)
        ? { f: 'read', key, value: null }
        : { f: 'write', key, value: valueOf(prng.int(0, 1_000_000)) };
    }),
  finalGenerator: () => fromFunction(() => 'exhausted'),
  action: ({ f, key = '', value }) => (f === 'read' ? { kind: 'read', key } : { kind: 'write', key, value }),
  completed: ({ f, value }, result) => (f === 'read' ? result : value),
  checker: () => null,
  always: [],
};
