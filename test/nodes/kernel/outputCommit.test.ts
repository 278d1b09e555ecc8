/** Host law 2, as a queue. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { OutputCommit } from '../../../nodes/kernel/outputCommit.ts';

describe('output commit', () => {
  it('lets a batch without records go at once when nothing waits', () => {
    const commit = new OutputCommit<string>();
    assert.equal(commit.add('read', false), true);
    assert.equal(commit.wantsSync, false);
  });

  it('holds a batch with records until its sync has ended', () => {
    const commit = new OutputCommit<string>();
    assert.equal(commit.add('write', true), false);
    assert.equal(commit.wantsSync, true);
    commit.beginSync();
    assert.equal(commit.wantsSync, false);
    assert.deepEqual(commit.endSync(), ['write']);
  });

  it('lets a batch without records share the sync under way, if that covers all before it', () => {
    const commit = new OutputCommit<string>();
    commit.add('write', true);
    commit.beginSync();
    assert.equal(commit.add('read', false), false);
    assert.deepEqual(commit.endSync(), ['write', 'read']);
  });

  it('holds a batch without records for the next sync, if one before it came too late for this one', () => {
    const commit = new OutputCommit<string>();
    commit.add('write 1', true);
    commit.beginSync();
    commit.add('write 2', true);
    commit.add('read', false);
    assert.deepEqual(commit.endSync(), ['write 1']);
    commit.beginSync();
    assert.deepEqual(commit.endSync(), ['write 2', 'read']);
  });

  it('covers everything that came during one sync by the next', () => {
    const commit = new OutputCommit<number>();
    commit.add(0, true);
    commit.beginSync();
    for (let batch = 1; batch <= 100; batch++) commit.add(batch, true);
    commit.endSync();
    commit.beginSync();
    assert.equal(commit.endSync().length, 100);
  });

  it('refuses a second sync, and the end of none', () => {
    const commit = new OutputCommit<string>();
    assert.throws(() => commit.endSync(), /never began/);
    commit.add('write', true);
    commit.beginSync();
    assert.throws(() => commit.beginSync(), /one sync at a time/);
  });

  it('releases what the law allows, in order, for any course of events', () => {
    const events = fc.array(fc.constantFrom('records', 'no records', 'sync'), { maxLength: 60 });
    fc.assert(
      fc.property(events, (course) => {
        const commit = new OutputCommit<number>();
        const released: number[] = [];
        // The slow twin: which batches have records, and how many batches the last ended sync covered.
        const hasRecords: boolean[] = [];
        let coveredCount = 0;
        let durableCount = 0;
        let isSyncing = false;
        for (const event of course) {
          if (event !== 'sync') {
            hasRecords.push(event === 'records');
            const batch = hasRecords.length - 1;
            if (commit.add(batch, event === 'records')) released.push(batch);
          } else if (isSyncing) {
            durableCount = coveredCount;
            isSyncing = false;
            released.push(...commit.endSync());
          } else if (commit.wantsSync) {
            coveredCount = hasRecords.length;
            isSyncing = true;
            commit.beginSync();
          }
          const undurable = hasRecords.findIndex((has, batch) => has && batch >= durableCount);
          const allowed = undurable < 0 ? hasRecords.length : undurable;
          assert.deepEqual(
            released,
            Array.from({ length: allowed }, (_, batch) => batch),
          );
        }
      }),
      { seed: 3, numRuns: 500 },
    );
  });
});
