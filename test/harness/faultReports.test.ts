import assert from 'node:assert/strict';
import { faultReports, faultWarnings } from '../../harness/faultReports.ts';
import type { Op } from '../../harness/history.ts';
import type { Json } from '../../nodes/kernel/wire.ts';

/** `[ms, f, value]` of the nemesis, or `[ms]` for an invocation of a client. */
function history(...events: [number, string?, Json?][]): Op[] {
  return events.map(([ms, f, value], index) =>
    f === undefined
      ? { index, timeNs: ms * 1e6, process: 0, type: 'invoke', f: 'read', value: null }
      : { index, timeNs: ms * 1e6, process: 'nemesis', type: 'info', f, value: value ?? null },
  );
}

const changed = { changed: true, leaderHit: false };

describe('the report of a fault', () => {
  it('counts entries, hits on the leader, and the time with at least one active entry', () => {
    const ops = history(
      [100, 'start-kill', { entry: 0, ...changed, leaderHit: true }],
      [150],
      [200, 'start-kill', { entry: 1, ...changed }],
      [300, 'stop-kill', { entry: 0 }],
      [400, 'stop-kill', { entry: 1 }],
      [500, 'unavailable-kill', { entry: 2, why: 'no leader is known' }],
      [600, 'start-kill', { entry: 3, ...changed }],
      [700],
    );
    assert.deepEqual(faultReports(ops, { faults: ['kill', 'pause'] }), {
      kill: { injected: 3, unavailable: 1, activeMs: 400, leaderHit: 1, effective: true },
      pause: { injected: 0, unavailable: 0, activeMs: 0, leaderHit: 0, effective: false },
    });
  });

  it('is not effective when clients were only answered meanwhile', () => {
    const ops = history(
      [50],
      [100, 'start-kill', { entry: 0, ...changed }],
      [200],
      [300, 'stop-kill', { entry: 0 }],
    );
    const answered = ops.map((op): Op => (op.index === 2 ? { ...op, type: 'ok' } : op));
    assert.equal(faultReports(answered, { faults: ['kill'] })['kill']?.effective, false);
    assert.equal(faultReports(ops, { faults: ['kill'] })['kill']?.effective, true);
  });

  it('is effective when it blocks all clients, so that nobody can ask for anything meanwhile', () => {
    const blocked = (change: boolean): Op[] =>
      history(
        [50],
        [100, 'start-pause', { entry: 0, changed: change }],
        [300, 'stop-pause', { entry: 0 }],
        [400],
      );
    assert.equal(faultReports(blocked(true), { faults: ['pause'] })['pause']?.effective, true);
    assert.equal(faultReports(blocked(false), { faults: ['pause'] })['pause']?.effective, false);
  });

  it('is not effective when nobody asked for anything meanwhile, or nothing was changed', () => {
    const quiet = history(
      [100, 'start-kill', { entry: 0, ...changed }],
      [200, 'stop-kill', { entry: 0 }],
      [300],
    );
    assert.equal(faultReports(quiet, { faults: ['kill'] })['kill']?.effective, false);
    const void_ = history(
      [100, 'start-kill', { entry: 0, changed: false }],
      [150],
      [200, 'stop-kill', { entry: 0 }],
    );
    const reports = faultReports(void_, { faults: ['kill'] });
    assert.equal(reports['kill']?.effective, false);
    assert.deepEqual(faultWarnings(void_, reports), [
      'the fault kill had no effect, though it was injected once',
      'no fault ever hit the leader',
    ]);
  });

  it('warns of faults that never came, of nodes that ended, and of actions that failed', () => {
    const ops = history(
      [100, 'unavailable-kill', { entry: 0 }],
      [200, 'node-exited', { node: 'n2', why: 'exit code 1' }],
      [300, 'start-pause', { entry: 1, changed: true, leaderHit: true, problems: ['n3 is gone'] }],
      [400],
    );
    assert.deepEqual(faultWarnings(ops, faultReports(ops, { faults: ['kill', 'pause'] })), [
      'the fault kill was never injected: its targets did not exist',
      'node n2 ended by itself: exit code 1',
      'a fault could not be carried out: n3 is gone',
    ]);
  });

  it('says why a fault never came, and that members were not put back', () => {
    const ops = history(
      [100, 'unavailable-membership', { entry: 0, why: 'the members of this cluster cannot be changed' }],
      [200, 'members-given-up', { members: ['n1'] }],
    );
    assert.deepEqual(faultWarnings(ops, faultReports(ops, { faults: ['membership'] })), [
      'the fault membership was never injected: the members of this cluster cannot be changed',
      'the cluster did not get back the members that faults had taken from it, or added',
    ]);
  });

  it('takes a change of members for one when the cluster has confirmed it, while its entry is active', () => {
    const confirmed = (entry: number): boolean | undefined => {
      const ops = history(
        [100, 'start-membership', { entry: 0, changed: false }],
        [200, 'members-changed', { node: 'n2', is: 'outside', fault: 'membership', entry }],
        [300],
        [400, 'stop-membership', { entry: 0 }],
        [500, 'members-changed', { node: 'n2', is: 'member', fault: null, entry: 0 }],
        [600],
      );
      return faultReports(ops, { faults: ['membership'] })['membership']?.effective;
    };
    assert.deepEqual([confirmed(0), confirmed(7)], [true, false]);
  });

  it('survives values that no nemesis has written', () => {
    const ops = history(
      [1, 'start-kill', null],
      [2, 'stop-kill', [1]],
      [3, 'stop-nothing', 7],
      [4, 'odd', 'x'],
    );
    assert.equal(faultReports(ops, { faults: ['kill'] })['kill']?.injected, 1);
  });
});
