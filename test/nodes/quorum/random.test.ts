/**
 * Random schedules over a network in memory that loses, doubles and reorders, with crashes and cuts: no invariant
 * breaks, no request is answered twice or not at all, and in the end all replicas hold the same.
 */
import assert from 'node:assert/strict';
import type { NodeId, RequestId } from '../../../nodes/kernel/ids.ts';
import type { OptionValues } from '../../../nodes/kernel/model.ts';
import { createPrng, type Prng } from '../../../nodes/kernel/prng.ts';
import { Stepper } from './stepper.ts';

const keys = ['x', 'y', 'z'];

class Chaos {
  readonly cluster: Stepper;
  readonly open: RequestId[] = [];
  private readonly prng: Prng;

  constructor(cluster: Stepper, prng: Prng) {
    this.cluster = cluster;
    this.prng = prng;
  }

  act(): void {
    const draw = this.prng.int(0, 100);
    if (draw < 60) this.deliverSome();
    else if (draw < 80) this.request();
    else if (draw < 92) this.fire();
    else if (draw < 96) this.crashOrStart();
    else if (draw < 98) this.cluster.isolate(this.prng.pick(this.cluster.nodes));
    else this.cluster.heal();
  }

  /** What a crash leaves open ends in a broken connection. */
  private crashOrStart(): void {
    const { cluster } = this;
    const node = this.prng.pick(cluster.nodes);
    if (!cluster.isUp(node)) {
      cluster.start(node);
      return;
    }
    cluster.crash(node);
    this.open.length = 0;
  }

  private deliverSome(): void {
    const { cluster, prng } = this;
    for (const letter of prng.shuffle(cluster.letters).slice(0, 4)) {
      if (!prng.chance(0.1)) cluster.drop((one) => one === letter);
      if (!prng.chance(0.1)) cluster.hand(letter);
    }
  }

  private request(): void {
    const { cluster, prng } = this;
    const [node] = this.up();
    if (node === undefined) return;
    const key = prng.pick(keys);
    const level = prng.pick(['ONE', 'QUORUM', 'QUORUM', 'ALL'] as const);
    if (prng.chance(0.5)) this.open.push(cluster.write(node, key, prng.int(0, 1000), level));
    else this.open.push(cluster.read(node, key, level));
  }

  private fire(): void {
    this.cluster.wait(this.prng.int(1, 80));
    const [node] = this.up();
    if (node !== undefined) this.cluster.fire(node, this.prng.pick(['sweep', 'handoff'] as const));
  }

  private up(): readonly NodeId[] {
    return this.prng.shuffle(this.cluster.nodes.filter((node) => this.cluster.isUp(node)));
  }
}

function settles(cluster: Stepper): void {
  cluster.heal();
  for (const node of cluster.nodes) if (!cluster.isUp(node)) cluster.start(node);
  // The timers of the end of the random part were fired by hand, and are set anew by a restart.
  cluster.restart(...cluster.nodes);
  cluster.run(3000);
}

const optionSets: readonly OptionValues[] = [
  {},
  { readRepair: 'async' },
  { readRepair: 'off', r: 1, w: 1 },
  { n: 3, r: 1, w: 3 },
  { n: 3, sloppy: 'on', readRepair: 'off' },
  { n: 2, timestamps: 'wall' },
  { handoff: 'off', antiEntropyInterval: 100, readRepair: 'off' },
];

describe('quorum under random schedules', () => {
  for (const [at, options] of optionSets.entries()) {
    it(`keeps all invariants and converges with ${JSON.stringify(options)}`, () => {
      for (let seed = 1; seed <= 6; seed++) {
        const prng = createPrng(`random/${at}/${seed}`);
        const cluster = new Stepper(5, { options });
        const chaos = new Chaos(cluster, prng);
        for (let step = 0; step < 500; step++) chaos.act();
        const open = [...chaos.open];
        // Whatever is still open is answered, unless a node went down after it was asked.
        cluster.run(1000);
        for (const node of cluster.nodes) {
          if (cluster.isUp(node)) assert.equal(cluster.status(node).coordinating, 0, `seed ${seed}`);
        }
        assert(open.length === 0 || open.some((id) => cluster.response(id) !== null));
        settles(cluster);
        assert.deepEqual(cluster.violations, [], `seed ${seed}`);
        for (const key of keys) {
          const { n = 5 } = options;
          const held = cluster.nodes.map((node) => cluster.held(node, key)).filter((one) => one !== null);
          if (held.length === 0) continue;
          assert.equal(new Set(held.map((one) => JSON.stringify(one))).size, 1, `seed ${seed}, ${key}`);
          assert.equal(held.length, n, `seed ${seed}, ${key}: it is at all of its replicas`);
        }
      }
    });
  }

  it('would notice: acknowledging before the journal breaks an invariant', () => {
    const isFound = Array.from({ length: 5 }, (_, seed) => seed).some((seed) => {
      const cluster = new Stepper(3, { bug: 'ack-before-write' });
      const chaos = new Chaos(cluster, createPrng(`mutant/${seed}`));
      for (let step = 0; step < 500; step++) chaos.act();
      return cluster.violations.length > 0;
    });
    assert(isFound);
  });
});
