/** What a leader knows of a follower (§3.5): 0 ≤ match < next, whatever arrives in whatever order. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Progress } from '../../../nodes/raft/progress.ts';

/** A follower that has acknowledged everything up to `match`. */
function replicating(match: number): Progress {
  const progress = new Progress(match + 1, 0);
  progress.acknowledged(match);
  return progress;
}

describe('raft progress', () => {
  it('probes with one message at a time, then pipelines', () => {
    const progress = new Progress(5, 0);
    progress.sent(3);
    assert.deepEqual([progress.mayCarryEntries, progress.next], [false, 5]);
    progress.acknowledged(7);
    assert.deepEqual([progress.mayCarryEntries, progress.match, progress.next], [true, 7, 8]);
    progress.sent(2);
    assert.deepEqual([progress.mayCarryEntries, progress.match, progress.next], [true, 7, 10]);
  });

  it('stops at a full window, and goes on as acknowledgements come', () => {
    const progress = replicating(0);
    for (let message = 0; message < 8; message++) progress.sent(1);
    assert.equal(progress.mayCarryEntries, false);
    progress.acknowledged(3);
    assert.equal(progress.mayCarryEntries, true);
  });

  it('steps back to where the logs may agree, never to what is acknowledged', () => {
    const progress = replicating(4);
    progress.sent(6);
    assert.equal(progress.rejected(10, 7), true);
    assert.equal(progress.next, 8);
    assert.equal(progress.rejected(7, 2), true);
    assert.equal(progress.next, 5);
  });

  it('always gets on after a rejection, even if the follower claims to agree', () => {
    const progress = new Progress(9, 0);
    progress.rejected(8, 8);
    assert.equal(progress.next, 8);
  });

  it('ignores late rejections and late acknowledgements', () => {
    const progress = replicating(4);
    assert.equal(progress.rejected(3, 1), false);
    progress.acknowledged(2);
    assert.deepEqual([progress.match, progress.next], [4, 5]);
    progress.rejected(9, 6);
    assert.equal(progress.rejected(9, 6), false, 'that is not what was asked last');
  });

  it('keeps match below next under any sequence of events', () => {
    const event = fc.oneof(
      fc.record({ type: fc.constant('sent' as const), count: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ type: fc.constant('acknowledged' as const), match: fc.integer({ min: 0, max: 30 }) }),
      fc.record({
        type: fc.constant('rejected' as const),
        previous: fc.integer({ min: 0, max: 30 }),
        possible: fc.integer({ min: 0, max: 30 }),
      }),
      fc.record({ type: fc.constant('retry' as const) }),
      fc.record({ type: fc.constant('installed' as const), index: fc.integer({ min: 0, max: 30 }) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.array(event, { maxLength: 40 }), (next, events) => {
        const progress = new Progress(next, 0);
        for (const one of events) {
          const { match } = progress;
          if (one.type === 'sent' && progress.mayCarryEntries) progress.sent(one.count);
          if (one.type === 'acknowledged') progress.acknowledged(one.match);
          if (one.type === 'rejected') progress.rejected(one.previous, one.possible);
          if (one.type === 'retry') progress.retryProbe();
          if (one.type === 'installed') progress.installed(one.index);
          assert(match <= progress.match, 'match never goes back');
          assert(0 <= progress.match && progress.match < progress.next);
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
