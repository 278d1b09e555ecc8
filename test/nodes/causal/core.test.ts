/** Causal+ by scripted events: dependencies, sessions, what is sent again, states, restarts, bounds. */
import assert from 'node:assert/strict';
import { entryOf } from '../../../nodes/causal/vector.ts';
import { n1, n2, n3, nodes, Stepper } from './stepper.ts';

describe('a write (Lloyd et al. 2011, §3)', () => {
  it('is shown at its node at once, and pushed to all others', () => {
    const cluster = new Stepper();
    assert.deepEqual(cluster.response(cluster.put(n1, 'k', 1)), {
      type: 'written',
      key: 'k',
      value: 1,
      session: null,
    });
    assert.deepEqual([cluster.held(n1, 'k'), cluster.held(n2, 'k')], [1, null]);
    cluster.settle();
    for (const node of nodes) assert.equal(cluster.held(node, 'k'), 1);
    assert.deepEqual(cluster.violations, []);
  });

  it('waits where what was read before it is missing', () => {
    const cluster = new Stepper();
    cluster.put(n1, 'photo', 1);
    cluster.deliver(({ to }) => to === n2);
    cluster.put(n2, 'album', 'photo');
    cluster.deliver(({ from, to }) => from === n2 && to === n3);
    assert.equal(cluster.held(n3, 'album'), null, 'the album must not be there before its photo');
    assert.equal(cluster.status(n3).buffered, 1);
    cluster.deliver(({ from, to }) => from === n1 && to === n3);
    assert.deepEqual([cluster.held(n3, 'photo'), cluster.held(n3, 'album')], [1, 'photo']);
    assert.equal(cluster.status(n3).buffered, 0);
    assert.deepEqual(cluster.violations, []);
  });

  it('waits for the earlier ones of its node, and is applied once', () => {
    const cluster = new Stepper();
    for (const value of [1, 2, 3]) cluster.put(n1, 'k', value);
    const letters = cluster.letters.filter(({ to }) => to === n2);
    for (const letter of [...letters].reverse()) cluster.hand(letter);
    for (const letter of letters) cluster.hand(letter);
    assert.equal(cluster.held(n2, 'k'), 3);
    assert.deepEqual(cluster.status(n2).applied, { '1': 3 });
    assert.deepEqual(cluster.violations, []);
  });

  it('that did not know of another one loses or wins at all nodes alike', () => {
    const cluster = new Stepper();
    cluster.put(n1, 'k', 'one');
    cluster.put(n2, 'k', 'two');
    cluster.settle();
    for (const node of nodes) assert.equal(cluster.held(node, 'k'), 'two', 'the greater node decides');
    cluster.put(n1, 'k', 'three');
    cluster.settle();
    for (const node of nodes) assert.equal(cluster.held(node, 'k'), 'three', 'what was read is overwritten');
    assert.deepEqual(cluster.violations, []);
  });

  it('of null deletes, and is not undone by an earlier one that comes late', () => {
    const cluster = new Stepper();
    cluster.put(n1, 'k', 1);
    cluster.deliver(({ to }) => to === n2);
    cluster.put(n2, 'k', null);
    cluster.deliver(({ from }) => from === n2);
    cluster.settle();
    for (const node of nodes) assert.equal(cluster.held(node, 'k'), null);
  });
});

describe('a session that roams (Terry et al. 1994)', () => {
  const roaming = { options: { sessions: 'roaming', waitTimeout: 100 } };

  function wrote(cluster: Stepper): void {
    const response = cluster.response(cluster.put(n1, 'k', 1));
    assert(response?.type === 'written');
    assert.deepEqual(response.session, { '1': 1 });
  }

  it('waits at a node that is behind, and is answered when that has caught up', () => {
    const cluster = new Stepper(roaming);
    wrote(cluster);
    const [read, put] = [cluster.get(n2, 'k', '1:1'), cluster.put(n2, 'j', 2, '1:1')];
    assert.deepEqual([cluster.response(read), cluster.response(put)], [null, null]);
    assert.equal(cluster.status(n2).waiting, 2);
    cluster.settle();
    assert.deepEqual(cluster.response(read), { type: 'read', key: 'k', value: 1, session: { '1': 1 } });
    assert.deepEqual(cluster.response(put), {
      type: 'written',
      key: 'j',
      value: 2,
      session: { '1': 1, '2': 1 },
    });
    assert.equal(cluster.status(n2).waiting, 0);
  });

  it('is refused after a while, each request in its time, and nothing was started', () => {
    const cluster = new Stepper(roaming);
    wrote(cluster);
    cluster.drop();
    const first = cluster.put(n2, 'k', 2, '1:1');
    cluster.nowMs += 60;
    const second = cluster.get(n2, 'k', '1:1');
    assert.equal(cluster.dueInMs(n2, 'wait'), 40);
    cluster.nowMs += 40;
    cluster.fire(n2, 'wait');
    const refused = cluster.response(first);
    assert(refused?.type === 'refused' && refused.error === 'temporarily-unavailable');
    assert.equal(cluster.response(second), null);
    assert.equal(cluster.dueInMs(n2, 'wait'), 60);
    cluster.nowMs += 60;
    cluster.fire(n2, 'wait');
    assert.equal(cluster.response(second)?.type, 'refused');
    assert.equal(cluster.dueInMs(n2, 'wait'), null);
    assert.deepEqual(cluster.status(n2).applied, {});
    assert.equal(cluster.journal(n2).length, 0);
  });

  it('never has a timer without a delay', () => {
    const cluster = new Stepper(roaming);
    cluster.get(n2, 'k', '1:1');
    cluster.nowMs += 99.9999;
    cluster.fire(n2, 'wait');
    assert.equal(cluster.dueInMs(n2, 'wait'), 1);
  });

  it('is refused at once when too many wait, or none may', () => {
    const cluster = new Stepper(roaming);
    for (let waiting = 0; waiting < 1000; waiting++) cluster.get(n2, 'k', '1:1');
    assert.equal(cluster.response(cluster.get(n2, 'k', '1:1'))?.type, 'refused');
    assert.equal(cluster.status(n2).waiting, 1000);
    const impatient = new Stepper({ options: { sessions: 'roaming', waitTimeout: 0 } });
    assert.equal(impatient.response(impatient.get(n2, 'k', '1:1'))?.type, 'refused');
  });
});

describe('anti-entropy', () => {
  it('sends again what was lost, also what others wrote', () => {
    const cluster = new Stepper();
    for (const value of [1, 2, 3]) cluster.put(n1, 'k', value);
    cluster.deliver(({ to }) => to === n2);
    cluster.drop();
    cluster.fire(n3, 'sync');
    cluster.deliver(({ from, to }) => from === n3 && to === n2);
    cluster.deliver(({ from }) => from === n2);
    assert.equal(cluster.held(n3, 'k'), 3);
    assert.equal(cluster.probes.get('state-sent'), undefined);
    assert.deepEqual(cluster.violations, []);
  });

  it('sends nothing to one that has all', () => {
    const cluster = new Stepper();
    cluster.put(n1, 'k', 1);
    cluster.settle();
    for (const node of nodes) cluster.fire(node, 'sync');
    cluster.deliver();
    assert.deepEqual(cluster.letters, []);
  });

  it('sends a long absence in parts, until nothing lacks', () => {
    const cluster = new Stepper();
    for (let value = 1; value <= 450; value++) cluster.put(n1, 'k', value);
    cluster.drop();
    cluster.sync();
    assert.equal(entryOf(cluster.status(n2).applied, '1'), 200);
    cluster.sync(2);
    assert.equal(cluster.held(n2, 'k'), 450);
    assert.deepEqual(cluster.violations, []);
  });

  it('sends the whole state where writes are not kept; what the other wrote meanwhile stays', () => {
    const cluster = new Stepper({ options: { keptWrites: 2 } });
    for (let value = 1; value <= 20; value++) cluster.put(n1, `k${value % 3}`, value);
    cluster.put(n2, 'k0', 'lower');
    for (let value = 1; value <= 25; value++) cluster.put(n2, 'k1', `own ${value}`);
    cluster.drop();
    cluster.sync(2);
    assert((cluster.probes.get('state-joined') ?? 0) > 0);
    for (const node of nodes) {
      assert.deepEqual(
        ['k0', 'k1', 'k2'].map((key) => cluster.held(node, key)),
        [18, 'own 25', 20],
      );
      assert.deepEqual(cluster.status(node).applied, { '1': 20, '2': 26 });
    }
    assert.deepEqual(cluster.violations, []);
  });

  it('does not take writes that are too far ahead, and gets them all the same', () => {
    const cluster = new Stepper({ options: { keptWrites: 5000 } });
    for (let value = 1; value <= 1100; value++) cluster.put(n1, 'k', value);
    cluster.letters = cluster.letters.filter(({ to }) => to === n2).slice(1);
    cluster.settle();
    assert.equal(cluster.status(n2).buffered, 999);
    cluster.sync(2);
    assert.equal(cluster.status(n2).buffered, 0);
    assert.equal(cluster.held(n2, 'k'), 1100);
  });

  it('goes on as long as a node runs', () => {
    const cluster = new Stepper({ options: { syncInterval: 300 } });
    cluster.fire(n1, 'sync');
    assert.equal(cluster.dueInMs(n1, 'sync'), 300);
  });
});

describe('a restart', () => {
  for (const keptWrites of [1, 1000]) {
    it(`brings back all that was applied, with ${keptWrites} kept`, () => {
      const cluster = new Stepper({ options: { keptWrites } });
      for (let value = 1; value <= 9; value++) {
        cluster.put(n1, 'k', value);
        cluster.put(n2, 'j', value);
        cluster.settle();
      }
      const before = cluster.status(n1);
      cluster.restart(n1);
      const after = cluster.status(n1);
      assert.deepEqual([after.applied, after.lamport], [before.applied, before.lamport]);
      cluster.put(n1, 'k', 'new');
      cluster.settle();
      for (const node of nodes) assert.equal(cluster.held(node, 'k'), 'new');
      cluster.restart(n2);
      cluster.sync();
      assert.deepEqual([cluster.held(n2, 'k'), cluster.held(n2, 'j')], ['new', 9]);
      assert.deepEqual(cluster.violations, []);
    });
  }

  it('forgets what was buffered, which comes again', () => {
    const cluster = new Stepper();
    cluster.put(n1, 'k', 1);
    cluster.drop();
    cluster.put(n1, 'k', 2);
    cluster.settle();
    assert.equal(cluster.status(n2).buffered, 1);
    cluster.restart(n2);
    assert.equal(cluster.status(n2).buffered, 0);
    cluster.sync();
    assert.equal(cluster.held(n2, 'k'), 2);
  });

  it('reads a journal that does not grow for ever', () => {
    const cluster = new Stepper({ options: { keptWrites: 50 } });
    for (let value = 1; value <= 500; value++) cluster.put(n1, `k${value % 5}`, value);
    assert(cluster.journal(n1).length <= 60, String(cluster.journal(n1).length));
    assert((cluster.probes.get('journal-compacted') ?? 0) > 0);
  });
});
