/** Membership changes (chapter 4) and leadership transfer (§3.10). */
import assert from 'node:assert/strict';
import type { NodeId } from '../../../nodes/kernel/ids.ts';
import type { Entry } from '../../../nodes/raft/messages.ts';
import { n1, n2, n3, n4, ofType, Stepper, to } from './stepper.ts';

function errorOf(cluster: Stepper, id: ReturnType<Stepper['put']>): string | null {
  const response = cluster.response(id);
  return response?.type === 'refused' ? response.error : null;
}

describe('raft membership changes', () => {
  let cluster: Stepper;
  beforeEach(() => {
    cluster = new Stepper(3, { joining: 1 });
    cluster.elect(n1);
    cluster.settle();
  });
  afterEach(() => {
    assert.deepEqual(cluster.violations, []);
  });

  it('add a node once it has caught up, without a vote until then (§4.2.1)', () => {
    for (let write = 0; write < 10; write++) cluster.put(n1, 'x', write);
    cluster.settle();
    const added = cluster.request(n1, { type: 'add-member', node: n4 });
    assert.deepEqual(cluster.status(n1).members, [n1, n2, n3], 'not yet');
    cluster.settle();
    assert.deepEqual(cluster.response(added), { type: 'members', members: [n1, n2, n3, n4] });
    cluster.fire(n1, 'heartbeat');
    cluster.settle();
    assert.deepEqual(cluster.status(n4).members, [n1, n2, n3, n4]);
    assert.equal(cluster.status(n4).appliedIndex, cluster.status(n1).appliedIndex);
  });

  it('leave a joining node alone: it runs for no election', () => {
    cluster.run(5000);
    assert.deepEqual([cluster.role(n4), cluster.status(n4).term], ['follower', 0]);
  });

  it('give up on a new node that does not answer', () => {
    cluster.crash(n4);
    const added = cluster.request(n1, { type: 'add-member', node: n4 });
    cluster.run(3000);
    assert.equal(errorOf(cluster, added), 'temporarily-unavailable');
    assert.deepEqual(cluster.status(n1).members, [n1, n2, n3]);
  });

  it('count for majorities as soon as they are in the log (§4.1)', () => {
    cluster.isolate(n3);
    cluster.request(n1, { type: 'add-member', node: n4 });
    cluster.settle();
    assert.deepEqual(cluster.status(n2).members, [n1, n2, n3, n4]);
    cluster.crash(n4);
    const write = cluster.put(n1, 'x', 1);
    cluster.settle();
    assert.equal(cluster.response(write), null, 'two of four');
    cluster.heal();
    cluster.fire(n1, 'heartbeat');
    cluster.settle();
    assert.equal(cluster.response(write)?.type, 'written');
  });

  it('happen one at a time', () => {
    const first = cluster.request(n1, { type: 'remove-member', node: n3 });
    const second = cluster.request(n1, { type: 'remove-member', node: n2 });
    assert.equal(errorOf(cluster, second), 'temporarily-unavailable');
    cluster.settle();
    assert.deepEqual(cluster.response(first), { type: 'members', members: [n1, n2] });
  });

  it('do not begin before an entry of the leader’s own term is committed (Ongaro 2015)', () => {
    cluster.wait(1000);
    cluster.fire(n2, 'election');
    cluster.settle(ofType('request-vote', 'vote'));
    const early = cluster.request(n2, { type: 'remove-member', node: n3 });
    assert.equal(errorOf(cluster, early), 'temporarily-unavailable');
    cluster.settle();
    const late = cluster.request(n2, { type: 'remove-member', node: n3 });
    cluster.settle();
    assert.equal(cluster.response(late)?.type, 'members');
  });

  it('let a leader that is taken out commit that, without its own vote, and step down (§4.2.2)', () => {
    const removed = cluster.request(n1, { type: 'remove-member', node: n1 });
    cluster.drop(to(n2));
    cluster.settle();
    assert.equal(cluster.response(removed), null, 'n3 alone is no majority of n2 and n3');
    cluster.fire(n1, 'heartbeat');
    cluster.settle();
    assert.deepEqual(cluster.response(removed), { type: 'members', members: [n2, n3] });
    assert.equal(cluster.role(n1), 'follower');
    cluster.run(5000);
    assert.equal(cluster.role(n1), 'follower', 'it is out of the game');
    assert([n2, n3].some((node) => cluster.role(node) === 'leader'));
  });

  it('keep at least one member, and change nothing that is so already', () => {
    const same = cluster.request(n1, { type: 'add-member', node: n2 });
    assert.deepEqual(cluster.response(same), { type: 'members', members: [n1, n2, n3] });
    const single = new Stepper(1);
    single.elect(n1);
    const last = single.request(n1, { type: 'remove-member', node: n1 });
    assert.equal(errorOf(single, last), 'malformed-request');
  });

  it('fall with their entry when that is truncated, in the journal too (§4.1)', () => {
    cluster.isolate(n1);
    cluster.request(n1, { type: 'remove-member', node: n3 });
    assert.deepEqual(cluster.status(n1).members, [n1, n2]);
    cluster.elect(n2);
    cluster.heal();
    cluster.fire(n2, 'heartbeat');
    cluster.settle();
    assert.deepEqual(cluster.status(n1).members, [n1, n2, n3]);
    cluster.restart(n1);
    assert.deepEqual(cluster.status(n1).members, [n1, n2, n3]);
  });

  it('are in a snapshot as of its index, and stay in force if their entry lies behind it (§5.1)', () => {
    cluster = new Stepper(3, { options: { snapshotEntries: 2 } });
    const entryOf = (index: number, members?: readonly NodeId[]): Entry => ({
      term: 1,
      index,
      command: members ? { type: 'members', members } : { type: 'no-op' },
    });
    const take = (entries: readonly Entry[], commitIndex: number): void => {
      const previousIndex = (entries[0]?.index ?? 1) - 1;
      const previousTerm = previousIndex === 0 ? 0 : 1;
      const message = { type: 'append-entries', term: 1, round: 1, previousIndex, previousTerm } as const;
      cluster.hand({ from: n2, to: n1, message: { ...message, entries, commitIndex } });
    };
    const snapshotMembers = (): readonly NodeId[] | null => {
      const [record] = cluster.journal(n1);
      return record?.type === 'snapshot' ? record.snapshot.members : null;
    };
    take([entryOf(1), entryOf(2), entryOf(3, [n1, n2])], 2);
    assert.deepEqual(
      [snapshotMembers(), cluster.status(n1).members],
      [
        [n1, n2, n3],
        [n1, n2],
      ],
    );
    cluster.restart(n1);
    assert.deepEqual(cluster.status(n1).members, [n1, n2]);
    take([entryOf(4, [n1, n2, n3])], 4);
    assert.deepEqual(snapshotMembers(), [n1, n2, n3]);
    take([entryOf(5), entryOf(6, [n1, n3])], 4);
    const chunk = JSON.stringify({ index: 5, term: 1, members: [n1, n2, n3], state: [], sessions: [] });
    const install = { type: 'install-snapshot', term: 1, round: 1, lastIndex: 5, lastTerm: 1 } as const;
    cluster.hand({ from: n2, to: n1, message: { ...install, offset: 0, chunk, done: true } });
    assert.deepEqual([cluster.status(n1).snapshotIndex, cluster.status(n1).members], [5, [n1, n3]]);
  });

  it('survive snapshots and restarts', () => {
    cluster = new Stepper(3, { joining: 1, options: { snapshotEntries: 3 } });
    cluster.elect(n1);
    cluster.request(n1, { type: 'add-member', node: n4 });
    cluster.settle();
    for (let write = 0; write < 10; write++) cluster.put(n1, 'x', write);
    cluster.settle();
    cluster.restart(n1, n2, n3, n4);
    for (const node of [n1, n2, n3, n4]) assert.deepEqual(cluster.status(node).members, [n1, n2, n3, n4]);
  });
});

describe('raft leadership transfer (§3.10)', () => {
  let cluster: Stepper;
  beforeEach(() => {
    cluster = new Stepper(3);
    cluster.elect(n1);
    cluster.settle();
  });
  afterEach(() => {
    assert.deepEqual(cluster.violations, []);
  });

  it('brings the target up to date first, takes no entries meanwhile, and makes it the leader at once', () => {
    cluster.put(n1, 'x', 1);
    cluster.drop(to(n2));
    cluster.settle();
    const transfer = cluster.request(n1, { type: 'transfer', to: n2 });
    assert(!cluster.letters.some(ofType('timeout-now')), 'n2 lacks an entry');
    const write = cluster.put(n1, 'x', 2);
    assert.equal(errorOf(cluster, write), 'temporarily-unavailable');
    cluster.fire(n1, 'heartbeat');
    cluster.settle();
    assert.deepEqual(cluster.response(transfer), { type: 'transferred', leader: n2 });
    assert.deepEqual([cluster.role(n2), cluster.status(n3).leader], ['leader', n2]);
  });

  it('is given up when the target does not take over in time', () => {
    cluster.crash(n2);
    const transfer = cluster.request(n1, { type: 'transfer', to: n2 });
    cluster.run(2000);
    assert.equal(errorOf(cluster, transfer), 'timeout');
    const write = cluster.put(n1, 'x', 1);
    cluster.settle();
    assert.equal(cluster.response(write)?.type, 'written');
  });

  it('goes to members only, and to itself without further ado', () => {
    assert.equal(errorOf(cluster, cluster.request(n1, { type: 'transfer', to: n4 })), 'malformed-request');
    const toItself = cluster.request(n1, { type: 'transfer', to: n1 });
    assert.deepEqual(cluster.response(toItself), { type: 'transferred', leader: n1 });
  });

  it('happens alone: no second transfer, and no change of members beside it', () => {
    cluster.request(n1, { type: 'transfer', to: n2 });
    for (const request of [
      { type: 'transfer', to: n3 },
      { type: 'remove-member', node: n3 },
    ] as const)
      assert.equal(errorOf(cluster, cluster.request(n1, request)), 'temporarily-unavailable');
    cluster.settle();
    const changed = cluster.request(n2, { type: 'remove-member', node: n3 });
    const transfer = cluster.request(n2, { type: 'transfer', to: n1 });
    assert.equal(errorOf(cluster, transfer), 'temporarily-unavailable');
    cluster.settle();
    assert.equal(cluster.response(changed)?.type, 'members');
  });

  it('moves nobody who is no member', () => {
    cluster = new Stepper(3, { joining: 1 });
    cluster.hand({ from: n1, to: n4, message: { type: 'timeout-now', term: 0 } });
    assert.deepEqual([cluster.role(n4), cluster.status(n4).term], ['follower', 0]);
  });

  it('ignores a TimeoutNow of an earlier term', () => {
    cluster.elect(n2);
    cluster.hand({ from: n1, to: n3, message: { type: 'timeout-now', term: 1 } });
    assert.equal(cluster.role(n3), 'follower');
  });
});
