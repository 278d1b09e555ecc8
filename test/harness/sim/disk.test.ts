import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createPrng } from '../../../nodes/kernel/prng.ts';
import { SimDisk } from '../../../harness/sim/disk.ts';

type Act = { act: 'append'; record: number } | { act: 'compact' | 'sync-begins' | 'sync-ends' | 'crash' };

const acts: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.nat(99).map((record) => ({ act: 'append' as const, record })) },
  { weight: 1, arbitrary: fc.constant({ act: 'compact' as const }) },
  { weight: 2, arbitrary: fc.constant({ act: 'sync-begins' as const }) },
  { weight: 2, arbitrary: fc.constant({ act: 'sync-ends' as const }) },
  { weight: 1, arbitrary: fc.constant({ act: 'crash' as const }) },
);

describe('the simulated disk', () => {
  it('recovers after a crash one of the journals since the last sync began, never a mixture', () => {
    fc.assert(
      fc.property(fc.array(acts, { maxLength: 60 }), fc.nat(), (script, seed) => {
        const prng = createPrng(seed);
        const disk = new SimDisk();
        /** Every journal that was ever written since the last durable one, oldest first. */
        let journals: (readonly unknown[])[] = [[]];
        let covered = 0;
        let isSyncing = false;
        for (const step of script) {
          const last = journals.at(-1) ?? [];
          if (step.act === 'append') {
            disk.append(step.record);
            journals.push([...last, step.record]);
          } else if (step.act === 'compact') {
            const compacted = [`${last.length} records`];
            disk.compact(compacted);
            journals.push(compacted);
          } else if (step.act === 'sync-begins' && !isSyncing) {
            disk.beginSync();
            [isSyncing, covered] = [true, journals.length - 1];
          } else if (step.act === 'sync-ends' && isSyncing) {
            disk.endSync();
            [isSyncing, journals] = [false, journals.slice(covered)];
          } else if (step.act === 'crash') {
            disk.crash(prng);
            const found = disk.recover();
            assert(journals.some((journal) => JSON.stringify(journal) === JSON.stringify(found)));
            [isSyncing, journals] = [false, [found]];
          }
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('keeps nothing of what was not synced when it is told so, and any prefix otherwise', () => {
    const left = (seed: number | null): number => {
      const disk = new SimDisk();
      for (const record of [1, 2, 3]) disk.append(record);
      disk.crash(seed === null ? null : createPrng(seed));
      return disk.recover().length;
    };
    assert.equal(left(null), 0);
    const lengths = new Set(Array.from({ length: 40 }, (_, seed) => left(seed)));
    assert.deepEqual([...lengths].sort(), [0, 1, 2, 3]);
  });
});
