import assert from 'node:assert/strict';
import { LatencyWindow } from '../../harness/latencyWindow.ts';
import { LeaderWatch } from '../../harness/leaderWatch.ts';
import { keyValueProfile } from '../../harness/profiles/keyValue.ts';
import { nodeId, type NodeId } from '../../nodes/kernel/ids.ts';
import type { Json } from '../../nodes/kernel/wire.ts';

const nodes = [1, 2, 3].map(nodeId);

function watch(profile = keyValueProfile): { watch: LeaderWatch; asked: NodeId[] } {
  const asked: NodeId[] = [];
  const send = (node: NodeId): number => asked.push(node) - 1;
  return { watch: new LeaderWatch({ nodes, profile, pollMs: 200, send }), asked };
}

function answer(body: Json): { kind: 'answer'; status: number; body: Json } {
  return { kind: 'answer', status: 200, body };
}

describe('the leader watch', () => {
  it('believes the highest term, and counts changes and elections', () => {
    const { watch: leaders } = watch();
    assert.equal(leaders.poll(0), 200e6);
    const told: [number, Json][] = [
      [0, { leader: 'n1', term: 3 }],
      [1, { leader: 'n2', term: 2 }],
      [2, { leader: null, term: 9 }],
    ];
    for (const [id, body] of told) assert.equal(leaders.onOutcome(id, answer(body)), true);
    assert.deepEqual([leaders.leader, leaders.term, leaders.changes, leaders.elections], ['n1', 3, 0, 1]);
    leaders.poll(200e6);
    leaders.onOutcome(3, answer({ leader: 'n1', term: 4 }));
    leaders.onOutcome(4, answer({ leader: 'n3', term: 5 }));
    assert.deepEqual([leaders.leader, leaders.term, leaders.changes, leaders.elections], ['n3', 5, 1, 3]);
  });

  it('assumes who leads until a node tells, which is no change then', () => {
    const [n1] = nodes;
    const leaders = new LeaderWatch({
      nodes,
      profile: keyValueProfile,
      pollMs: 200,
      send: (node) => nodes.indexOf(node),
      assumed: n1,
    });
    leaders.poll(0);
    leaders.onOutcome(0, { kind: 'answer', status: 404, body: undefined });
    assert.deepEqual([leaders.leader, leaders.term, leaders.changes], ['n1', null, 0]);
    leaders.onOutcome(1, answer({ leader: 'n2', term: 1 }));
    assert.deepEqual([leaders.leader, leaders.term, leaders.changes], ['n2', 1, 0]);
  });

  it('believes the first one of two that claim the same term, and counts one election', () => {
    const { watch: leaders } = watch();
    leaders.poll(0);
    leaders.onOutcome(0, answer({ leader: 'n1', term: 3 }));
    leaders.onOutcome(1, answer({ leader: 'n2', term: 3 }));
    assert.deepEqual([leaders.leader, leaders.changes, leaders.elections], ['n1', 0, 1]);
  });

  it('takes nonsense for no answer, and leaves the outcomes of others alone', () => {
    const { watch: leaders } = watch();
    leaders.poll(0);
    for (const [id, body] of (
      [null, { leader: 'n9', term: 1 }, { leader: 'n1', term: '1' }] as Json[]
    ).entries())
      assert.equal(leaders.onOutcome(id, answer(body)), true);
    assert.equal(leaders.leader, null);
    assert.equal(leaders.onOutcome(77, answer({ leader: 'n1', term: 1 })), false);
  });

  it('asks no node twice at a time, but again when an answer is long overdue', () => {
    const { watch: leaders, asked } = watch();
    leaders.poll(0);
    leaders.onOutcome(0, { kind: 'timeout' });
    leaders.poll(200e6);
    assert.deepEqual(asked, ['n1', 'n2', 'n3', 'n1']);
    leaders.poll(3000e6);
    assert.equal(asked.length, 7);
  });

  it('asks nobody when the service does not tell', () => {
    const { watch: leaders, asked } = watch({ name: 'silent', operations: {} });
    assert.equal(leaders.poll(0), null);
    assert.deepEqual(asked, []);
  });
});

describe('the latency window', () => {
  it('gives quantiles of the last one to two seconds, within 5 %', () => {
    const latencies = new LatencyWindow();
    assert.equal(latencies.quantiles(0), null);
    for (let at = 1; at <= 1000; at++) latencies.add(at / 10, 5e8);
    const { p50, p99 } = latencies.quantiles(1.5e9) ?? { p50: 0, p99: 0 };
    assert(Math.abs(p50 / 50 - 1) < 0.06 && Math.abs(p99 / 99 - 1) < 0.06, `${p50} ${p99}`);
    assert.equal(latencies.quantiles(2.1e9), null);
    latencies.add(1e9, 3e9);
    latencies.add(0, 3e9);
    assert(latencies.quantiles(3e9) !== null);
  });
});
