/** The order of versions: total, over both kinds of timestamps, and the same for everyone. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Timestamp, Version } from '../../../nodes/quorum/messages.ts';
import {
  compareTimestamps,
  compareVersions,
  covers,
  newest,
  wallTimestamp,
} from '../../../nodes/quorum/timestamps.ts';

const timestamps: fc.Arbitrary<Timestamp> = fc.oneof(
  fc.integer({ min: 0, max: 4 }),
  fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 1, max: 3 })),
);
const versions: fc.Arbitrary<Version> = fc.record(
  {
    timestamp: timestamps,
    value: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constant(null), fc.constant([1])),
  },
  { noNullPrototype: true },
);
const settings = { seed: 7, numRuns: 2000 };

describe('versions of a register', () => {
  it('stand in a total order', () => {
    fc.assert(
      fc.property(versions, versions, versions, (a, b, c) => {
        assert.equal(Math.sign(compareVersions(a, b)), -Math.sign(compareVersions(b, a)) + 0);
        if (compareVersions(a, b) === 0) assert.deepEqual(a, b);
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) assert(compareVersions(a, c) <= 0);
      }),
      settings,
    );
  });

  it('leave the same one at every replica, in whatever order they come', () => {
    const chosen = fc
      .array(versions, { minLength: 1, maxLength: 6 })
      .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
    fc.assert(
      fc.property(chosen, ([one, other]) => {
        assert.deepEqual(newest(one), newest(other));
      }),
      settings,
    );
  });

  for (const [earlier, later] of [
    [0, [0, 1]],
    [[5, 3], 6],
    [5, [5, 1]],
    [
      [5, 1],
      [5, 2],
    ],
    [
      [9, 9],
      [10, 1],
    ],
    [1.5, [2, 1]],
  ] as [Timestamp, Timestamp][]) {
    it(`have ${JSON.stringify(earlier)} before ${JSON.stringify(later)}`, () => {
      assert(compareTimestamps(earlier, later) < 0);
      assert(compareTimestamps(later, earlier) > 0);
    });
  }

  it('are covered by what is at least as late', () => {
    const version = { value: 1, timestamp: [2, 1] as const };
    assert.equal(covers(null, version), false);
    assert.equal(covers({ value: 0, timestamp: [1, 9] }, version), false);
    assert.equal(covers({ value: 0, timestamp: [2, 1] }, version), true);
    assert.equal(covers({ value: 0, timestamp: [2, 2] }, version), true);
  });
});

describe('a wall clock', () => {
  const now = 1_750_000_000_123;

  it('gives different nodes different ticks of the same millisecond, all within it', () => {
    const ticks = Array.from({ length: 25 }, (_, at) => wallTimestamp(now, at + 1, 0));
    assert.equal(new Set(ticks).size, 25);
    for (const tick of ticks) assert.equal(Math.floor(tick * 1000), now);
  });

  it('never ticks twice alike, nor backwards, though the time of day is set back', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 40 }), (offsets) => {
        let previous = 0;
        for (const offset of offsets) {
          const tick = wallTimestamp(now + offset, 3, previous);
          assert(tick > previous, `${tick} after ${previous}`);
          assert.equal(Math.round(tick * 1e6) % 64, 3, 'and stays recognisable as its own');
          previous = tick;
        }
      }),
      settings,
    );
  });

  it('is the time of day in seconds, as other programs have it', () => {
    assert(Math.abs(wallTimestamp(now, 1, 0) - now / 1000) < 0.001);
  });
});
