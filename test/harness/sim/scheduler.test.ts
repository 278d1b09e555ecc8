import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Scheduler } from '../../../harness/sim/scheduler.ts';

describe('the scheduler', () => {
  it('takes things by time, and at the same time in the order in which they were planned', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 200 }), (times) => {
        const scheduler = new Scheduler();
        const taken: { atUs: number; number: number }[] = [];
        times.forEach((atUs, number) => {
          scheduler.at(atUs, () => {
            assert.equal(scheduler.nowUs, atUs);
            taken.push({ atUs, number });
          });
        });
        while (scheduler.step());
        const expected = times
          .map((atUs, number) => ({ atUs, number }))
          .sort((a, b) => a.atUs - b.atUs || a.number - b.number);
        assert.deepEqual(taken, expected);
      }),
      { seed: 1 },
    );
  });

  it('plans nothing in the past, and takes what is planned while it runs', () => {
    const scheduler = new Scheduler();
    const times: number[] = [];
    scheduler.at(10, () => {
      scheduler.at(3, () => times.push(scheduler.nowUs));
      scheduler.after(5, () => times.push(scheduler.nowUs));
    });
    while (scheduler.step());
    assert.deepEqual(times, [10, 15]);
  });

  it('runs up to a time, the time itself included, and leaves the clock there', () => {
    const scheduler = new Scheduler();
    const times: number[] = [];
    for (const atUs of [5, 10, 11]) scheduler.at(atUs, () => times.push(atUs));
    scheduler.runUntil(10);
    assert.deepEqual([times, scheduler.nowUs, scheduler.nextUs()], [[5, 10], 10, 11]);
  });
});
