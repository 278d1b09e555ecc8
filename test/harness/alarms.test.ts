import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Alarms } from '../../harness/alarms.ts';

describe('alarms', () => {
  it('go off once, at their last time, earliest first: as a plain list of them does', () => {
    const step = fc.record({
      name: fc.integer({ min: 0, max: 5 }),
      inMs: fc.option(fc.integer({ min: 0, max: 20 })),
      passMs: fc.integer({ min: 0, max: 6 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const alarms = new Alarms<number>();
        const plain = new Map<number, number>();
        let now = 0;
        for (const { name, inMs, passMs } of steps) {
          alarms.set(name, inMs === null ? null : now + inMs);
          if (inMs === null) plain.delete(name);
          else plain.set(name, now + inMs);
          now += passMs;
          const due = [...plain].filter(([, atMs]) => atMs <= now).map(([due]) => due);
          const rung: number[] = [];
          for (let next = alarms.takeDue(now); next !== null; next = alarms.takeDue(now)) rung.push(next);
          assert.deepEqual(rung.sort(), due.sort());
          for (const name of due) plain.delete(name);
          // Looking too early costs a look; looking too late would miss an alarm.
          const earliest = Math.min(...plain.values());
          if (plain.size > 0) assert((alarms.earliestNs ?? Infinity) <= earliest);
          assert((alarms.earliestNs ?? Infinity) > now);
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
