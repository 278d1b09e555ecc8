/** Hinted handoff, sloppy quorums, and what a journal keeps of them. */
import assert from 'node:assert/strict';
import { HandoffHints } from '../../../nodes/quorum/handoffHints.ts';
import { n1, n2, n3, n4, n5, Stepper, to } from './stepper.ts';

const version = (counter: number, value: unknown = counter) => ({
  value: value as number,
  timestamp: [counter, 1] as const,
});

describe('hints', () => {
  it('are kept for each node and key, the newest one', () => {
    const hints = new HandoffHints();
    assert.equal(hints.add(n1, 'x', version(2)), true);
    assert.equal(hints.add(n1, 'x', version(1)), false);
    assert.equal(hints.add(n1, 'x', version(3)), true);
    assert.equal(hints.add(n2, 'x', version(1)), true);
    assert.equal(hints.size, 2);
    assert.deepEqual(hints.newestOf('x'), version(3));
    assert.equal(hints.newestOf('y'), null);
  });

  it('go when their node has this or a later one, not an earlier one', () => {
    const hints = new HandoffHints();
    hints.add(n1, 'x', version(2));
    assert.equal(hints.drop(n1, 'x', [1, 9]), null);
    assert.equal(hints.drop(n2, 'x', [2, 1]), null);
    assert.deepEqual(hints.drop(n1, 'x', [2, 1])?.dropped, [2, 1]);
    assert.equal(hints.size, 0);
    assert.deepEqual(hints.nodes, []);
  });

  it('are sent in batches, the next one when the last is answered', () => {
    const hints = new HandoffHints();
    for (let at = 0; at < 150; at++) hints.add(n1, `k${at}`, version(1));
    const sizes: number[] = [];
    for (let batch = hints.batch(n1); batch.length > 0; batch = hints.batch(n1)) {
      sizes.push(batch.length);
      const answers = batch.map(([key]) => hints.drop(n1, key, [1, 1])?.isReady);
      assert.deepEqual([...new Set(answers.slice(0, -1))], [false]);
      assert.equal(answers.at(-1), true);
    }
    assert.deepEqual(sizes, [64, 64, 22]);
  });
});

describe('hinted handoff (DeCandia et al. 2007, §4.6)', () => {
  it('brings a replica what it missed while it was down', () => {
    const cluster = new Stepper(3);
    cluster.crash(n3);
    const write = cluster.write(n1, 'x', 1);
    cluster.run(1000);
    assert.equal(cluster.response(write)?.type, 'written');
    assert.equal(cluster.status(n1).hints, 1);
    cluster.start(n3);
    cluster.run(500);
    assert.equal(cluster.held(n3, 'x')?.value, 1);
    assert.equal(cluster.status(n1).hints, 0);
    assert.deepEqual(cluster.violations, []);
  });

  it('does so also when the coordinator crashed meanwhile', () => {
    const cluster = new Stepper(3, { options: { readRepair: 'off' } });
    cluster.crash(n3);
    cluster.write(n1, 'x', 1);
    cluster.settle();
    cluster.restart(n1);
    cluster.start(n3);
    cluster.run(500);
    assert.equal(cluster.held(n3, 'x')?.value, 1);
    assert.deepEqual(cluster.violations, []);
  });

  it('does so for a write that missed its quorum: its outcome was open', () => {
    const cluster = new Stepper(3, { options: { r: 1, w: 3 } });
    cluster.crash(n2, n3);
    const write = cluster.write(n1, 'x', 1);
    cluster.run(1000);
    assert.equal(cluster.response(write)?.type, 'no-quorum');
    cluster.start(n2);
    cluster.start(n3);
    cluster.run(500);
    for (const node of [n2, n3]) assert.equal(cluster.held(node, 'x')?.value, 1);
  });

  it('leaves what is newer alone', () => {
    const cluster = new Stepper(3);
    cluster.isolate(n3);
    cluster.write(n1, 'x', 'old');
    cluster.run(1000);
    cluster.put(n3, 'x', 'new', [9, 3]);
    cluster.heal();
    cluster.run(500);
    assert.equal(cluster.held(n3, 'x')?.value, 'new');
    assert.equal(cluster.status(n1).hints, 0, 'and the hint is not needed any more');
    assert.deepEqual(cluster.violations, []);
  });

  it('hands thousands of hints over in little time', () => {
    const cluster = new Stepper(3);
    cluster.crash(n3);
    for (let at = 0; at < 1000; at++) cluster.write(n1, `k${at}`, at);
    cluster.settle();
    assert.equal(cluster.status(n1).hints, 1000);
    cluster.start(n3);
    cluster.run(300);
    assert.equal(cluster.status(n3).keys, 1000);
    assert.equal(cluster.status(n1).hints, 0);
  });

  it('with handoff=off keeps none', () => {
    const cluster = new Stepper(3, { options: { handoff: 'off' } });
    cluster.crash(n3);
    cluster.write(n1, 'x', 1);
    cluster.run(1000);
    assert.equal(cluster.status(n1).hints, 0);
    cluster.start(n3);
    cluster.run(2000);
    assert.equal(cluster.held(n3, 'x'), null);
  });
});

describe('a sloppy quorum (DeCandia et al. 2007, §4.6)', () => {
  const options = { n: 3, sloppy: 'on', readRepair: 'off' };
  /** The preference list of x, as far as a test needs it. */
  const replicasOf = (key: string): { replicas: (typeof n1)[]; others: (typeof n1)[] } => {
    const cluster = new Stepper(5, { options });
    cluster.write(n1, key, 1, 'ALL');
    cluster.settle();
    const replicas = cluster.nodes.filter((node) => cluster.held(node, key) !== null);
    return { replicas, others: [n1, n2, n3, n4, n5].filter((node) => !replicas.includes(node)) };
  };

  it('has others stand in for replicas that do not answer, and hand over later', () => {
    const { replicas, others } = replicasOf('x');
    const [first, ...down] = replicas;
    const [coordinator, other] = others;
    assert(first && coordinator && other);
    const cluster = new Stepper(5, { options });
    cluster.crash(...down);
    const write = cluster.write(coordinator, 'x', 1);
    cluster.run(400);
    assert.equal(cluster.response(write)?.type, 'written');
    assert(cluster.status(other).hints + cluster.status(coordinator).hints > 0);
    assert.equal(cluster.held(other, 'x'), null, 'a hint is no version of its own');
    const read = cluster.read(coordinator, 'x');
    cluster.run(400);
    assert.equal(cluster.valueRead(read), 1);
    for (const node of down) cluster.start(node);
    cluster.run(1000);
    for (const node of replicas) assert.equal(cluster.held(node, 'x')?.value, 1);
    assert.equal(cluster.status(other).hints, 0);
    assert.deepEqual(cluster.violations, []);
  });

  it('a strict one does not', () => {
    const { replicas, others } = replicasOf('x');
    const [coordinator] = others;
    assert(coordinator);
    const cluster = new Stepper(5, { options: { ...options, sloppy: 'off' } });
    cluster.crash(...replicas.slice(1));
    const write = cluster.write(coordinator, 'x', 1);
    cluster.run(1000);
    assert.equal(cluster.response(write)?.type, 'no-quorum');
  });

  it('forgets an acknowledged write for a while: that is why it claims convergence only', () => {
    const { replicas, others } = replicasOf('x');
    const [coordinator] = others;
    const [first, second, third] = replicas;
    assert(coordinator && first && second && third);
    const cluster = new Stepper(5, { options });
    // One side of a split has one replica, the other one has two.
    cluster.isolate(second, third);
    const write = cluster.write(coordinator, 'x', 1);
    cluster.run(400);
    assert.equal(cluster.response(write)?.type, 'written');
    const read = cluster.read(second, 'x');
    cluster.run(400);
    assert.equal(cluster.valueRead(read), null);
  });
});

describe('the journal of a quorum node', () => {
  it('is compacted, and brings back what it held: versions, timestamps, hints', () => {
    const cluster = new Stepper(4, { options: { n: 3 } });
    cluster.crash(n4);
    for (let at = 0; at < 1500; at++) {
      cluster.write(n1, `k${at % 7}`, at);
      cluster.settle();
    }
    assert((cluster.probes.get('journal-compacted') ?? 0) > 0);
    for (const node of [n1, n2, n3]) assert(cluster.journal(node).length < 1100, node);
    const before = [0, 1, 2, 3, 4, 5, 6].map((at) => cluster.held(n1, `k${at}`));
    const { hints } = cluster.status(n1);
    assert(hints > 0);
    cluster.restart(n1);
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5, 6].map((at) => cluster.held(n1, `k${at}`)),
      before,
    );
    assert(cluster.status(n1).hints >= hints, 'and perhaps hints that were delivered since');
    cluster.write(n1, 'k0', 'after');
    cluster.settle(to(n1));
    cluster.settle();
    assert.deepEqual(cluster.violations, []);
  });
});
