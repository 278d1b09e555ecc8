/**
 * Random schedules over a network in memory that loses, doubles and reorders, with crashes, cuts, changes of members
 * and transfers: no invariant breaks, no request is answered twice, and in the end the cluster agrees and goes on.
 */
import assert from 'node:assert/strict';
import type { NodeId } from '../../../nodes/kernel/ids.ts';
import { createPrng, type Prng } from '../../../nodes/kernel/prng.ts';
import { n4, Stepper } from './stepper.ts';

type Act = (cluster: Stepper, prng: Prng, down: Set<NodeId>) => void;

const nodes = (cluster: Stepper): readonly NodeId[] => [...cluster.nodes, n4];
const up = (cluster: Stepper, down: Set<NodeId>): NodeId[] =>
  nodes(cluster).filter((node) => !down.has(node));

const deliverSome: Act = (cluster, prng) => {
  for (const letter of prng.shuffle(cluster.letters).slice(0, 4)) {
    if (!prng.chance(0.1)) cluster.drop((one) => one === letter);
    if (!prng.chance(0.1)) cluster.hand(letter);
  }
};
const fire: Act = (cluster, prng, down) => {
  cluster.wait(prng.int(1, 400));
  const [node] = prng.shuffle(up(cluster, down));
  if (node !== undefined) cluster.fire(node, cluster.role(node) === 'leader' ? 'heartbeat' : 'election');
};
const request: Act = (cluster, prng, down) => {
  const [node] = prng.shuffle(up(cluster, down));
  if (node === undefined) return;
  const serial = { client: `c${prng.int(0, 3)}`, number: prng.int(0, 40) };
  if (prng.chance(0.3)) cluster.get(node, 'x');
  else if (prng.chance(0.5)) cluster.put(node, 'x', prng.int(0, 100));
  else cluster.operate(node, { type: 'txn', txn: [['append', 'l', prng.int(0, 100)]] }, serial);
};
const administer: Act = (cluster, prng, down) => {
  const leader = up(cluster, down).find((node) => cluster.role(node) === 'leader');
  if (leader === undefined) return;
  const node = prng.pick(nodes(cluster));
  const type = prng.pick(['add-member', 'remove-member', 'transfer'] as const);
  cluster.request(leader, type === 'transfer' ? { type, to: node } : { type, node });
};
const crash: Act = (cluster, prng, down) => {
  const node = prng.pick(nodes(cluster));
  if (down.delete(node)) {
    cluster.start(node);
  } else {
    down.add(node);
    cluster.crash(node);
  }
};
const cut: Act = (cluster, prng) => {
  if (prng.chance(0.5)) cluster.heal();
  else cluster.isolate(prng.pick(nodes(cluster)));
};

const acts: readonly [weight: number, act: Act][] = [
  [60, deliverSome],
  [15, fire],
  [15, request],
  [2, administer],
  [2, crash],
  [2, cut],
];

function randomAct(prng: Prng): Act {
  let left = prng.int(0, 96);
  for (const [weight, act] of acts) {
    left -= weight;
    if (left < 0) return act;
  }
  return deliverSome;
}

/** Everything is healed; the cluster elects a leader, takes a write, and agrees. */
function recovers(cluster: Stepper, down: Set<NodeId>): void {
  cluster.heal();
  for (const node of down) cluster.start(node);
  cluster.run(5000);
  const leader = nodes(cluster).find((node) => cluster.role(node) === 'leader');
  assert(leader, 'someone leads in the end');
  const write = cluster.put(leader, 'last', 1);
  cluster.run(1000);
  assert.equal(cluster.response(write)?.type, 'written', 'and takes a write');
  const { members } = cluster.status(leader);
  const [expected, ...others] = members.map((node) => {
    const { log } = cluster.status(node);
    return `${log.lastIndex}/${log.termAt(log.lastIndex)}`;
  });
  for (const log of others) assert.equal(log, expected, 'and all members end alike');
}

describe('raft under random schedules', () => {
  const probes = new Set<string>();

  for (let seed = 1; seed <= 60; seed++) {
    it(`keeps all invariants and recovers, seed ${seed}`, () => {
      const prng = createPrng(`random/${seed}`);
      const options = {
        snapshotEntries: prng.pick([2, 8, 1000]),
        snapshotChunkBytes: prng.pick([50, 10_000]),
        reads: prng.pick(['read-index', 'lease', 'leader', 'follower']),
        sessionLimit: prng.pick([2, 100]),
      };
      const cluster = new Stepper(3, { joining: 1, options, seed: String(seed) });
      const down = new Set<NodeId>();
      for (let step = 0; step < 800; step++) {
        randomAct(prng)(cluster, prng, down);
        assert.deepEqual(cluster.violations, []);
      }
      recovers(cluster, down);
      assert.deepEqual(cluster.violations, []);
      for (const probe of cluster.probes.keys()) probes.add(probe);
    });
  }

  it('reaches everything that there is to reach', () => {
    for (const probe of [
      'election-won',
      'leader-stepped-down',
      'leadership-transferred',
      'log-compacted',
      'log-truncated',
      'membership-changed',
      'pre-vote-lost',
      'read-index-confirmed',
      'request-deduplicated',
      'snapshot-installed',
    ])
      assert(probes.has(probe), `${probe} was never reached`);
  });

  it('would notice: half of the members as a majority breaks an invariant', () => {
    const isFound = Array.from({ length: 30 }, (_, seed) => seed).some((seed) => {
      const prng = createPrng(`mutant/${seed}`);
      const cluster = new Stepper(4, { bug: 'majority-off-by-one', seed: String(seed) });
      for (let step = 0; step < 800 && cluster.violations.length === 0; step++) {
        prng.pick([deliverSome, deliverSome, deliverSome, fire, request, cut])(cluster, prng, new Set());
      }
      return cluster.violations.length > 0;
    });
    assert(isFound);
  });
});
