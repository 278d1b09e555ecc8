/** Log compaction (§5.1) and InstallSnapshot in chunks (Figure 5.3). */
import assert from 'node:assert/strict';
import { describeLog } from '../../../nodes/raft/describe.ts';
import { n1, n2, n3, ofType, Stepper, to } from './stepper.ts';

const options = { snapshotEntries: 4, snapshotChunkBytes: 20 };

/** n3 has missed so much that the leader cannot send entries any more. */
function behind(more: { bug?: string } = {}): Stepper {
  const cluster = new Stepper(3, { options, ...more });
  cluster.elect(n1);
  cluster.isolate(n3);
  for (let write = 1; write <= 20; write++) {
    cluster.put(n1, `k${write}`, write);
    cluster.settle();
  }
  cluster.heal();
  return cluster;
}

describe('raft snapshots', () => {
  it('take the place of log and journal, but for some entries for followers that lag', () => {
    const cluster = behind();
    const { log, snapshotIndex, commitIndex } = cluster.status(n1);
    assert(commitIndex - snapshotIndex < 4);
    assert.equal(log.baseIndex, snapshotIndex - 2);
    const records = cluster.journal(n1).map(({ type }) => type);
    assert.equal(records[0], 'snapshot');
    assert(records.length < 15, records.join(' '));
    assert.deepEqual(cluster.violations, []);
  });

  it('are what a restart begins with', () => {
    const cluster = behind();
    const before = cluster.status(n1);
    cluster.restart(n1);
    const after = cluster.status(n1);
    assert.equal(describeLog(after.log), describeLog(before.log));
    assert.equal(after.commitIndex, before.journaledCommitIndex);
    cluster.restart(n2);
    cluster.elect(n1);
    for (let write = 1; write <= 20; write++) {
      const read = cluster.get(n1, `k${write}`);
      cluster.settle();
      assert.equal(cluster.valueRead(read), write);
    }
    assert.deepEqual(cluster.violations, []);
  });

  it('bring a follower up to date that needs compacted entries, chunk by chunk', () => {
    const cluster = behind();
    cluster.run(500);
    assert((cluster.probes.get('snapshot-installed') ?? 0) >= 1);
    assert.equal(cluster.status(n3).appliedIndex, cluster.status(n1).appliedIndex);
    cluster.elect(n3);
    const read = cluster.get(n3, 'k7');
    cluster.settle();
    assert.equal(cluster.valueRead(read), 7);
    assert.deepEqual(cluster.violations, []);
  });

  it('survive lost, doubled and overtaken chunks, and a restart half way', () => {
    const cluster = behind();
    for (let step = 0; step < 200 && cluster.status(n3).snapshotIndex === 0; step++) {
      if (step === 5) cluster.restart(n3);
      cluster.wait(200);
      cluster.fire(n1, 'heartbeat');
      const chunks = cluster.letters.filter(to(n3));
      cluster.deliver();
      if (step % 3 === 0) cluster.drop();
      for (const chunk of chunks.reverse()) cluster.hand(chunk);
      cluster.deliver();
      assert.equal(cluster.role(n1), 'leader');
    }
    assert(cluster.status(n3).snapshotIndex > 0);
    cluster.settle();
    assert.deepEqual(cluster.violations, []);
  });

  it('change nothing on a node that is further already', () => {
    const cluster = behind();
    cluster.wait(500);
    cluster.fire(n1, 'heartbeat');
    const chunks = [];
    while (cluster.letters.length > 0) {
      chunks.push(...cluster.letters.filter(ofType('install-snapshot')));
      cluster.deliver();
    }
    assert(chunks.length > 1);
    for (let write = 1; write <= 3; write++) cluster.put(n1, 'later', write);
    cluster.settle();
    const before = cluster.status(n3);
    for (const chunk of chunks) cluster.hand(chunk);
    assert.deepEqual(cluster.status(n3), before);
    assert.deepEqual(cluster.violations, []);
  });

  it('keep the entries behind them that agree, and drop a log that does not (§5.1)', () => {
    for (const [term, kept] of [
      [1, '(2/1) 3/1'],
      [9, '(2/9)'],
    ] as const) {
      const cluster = new Stepper(3);
      const entries = [1, 2, 3].map((index) => ({ term: 1, index, command: { type: 'no-op' } as const }));
      const append = {
        type: 'append-entries',
        term: 9,
        round: 1,
        previousIndex: 0,
        previousTerm: 0,
      } as const;
      cluster.hand({ from: n2, to: n1, message: { ...append, entries, commitIndex: 0 } });
      const chunk = JSON.stringify({ index: 2, term, members: [n1, n2, n3], state: [], sessions: [] });
      const install = { type: 'install-snapshot', term: 9, round: 1, lastIndex: 2, lastTerm: term } as const;
      cluster.hand({ from: n2, to: n1, message: { ...install, offset: 0, chunk, done: true } });
      assert.equal(describeLog(cluster.status(n1).log), kept);
      cluster.restart(n1);
      assert.equal(describeLog(cluster.status(n1).log), kept, 'the journal says the same');
    }
  });
});
