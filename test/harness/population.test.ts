/** Who belongs to a cluster, by hand and at random, with a cluster that does what it is asked, sometimes. */
import assert from 'node:assert/strict';
import { membership } from '../../harness/faults/membership.ts';
import { rejoinEmpty } from '../../harness/faults/rejoinEmpty.ts';
import { Population, type Standing } from '../../harness/population.ts';
import { nodeId, type NodeId } from '../../nodes/kernel/ids.ts';
import { createPrng, type Prng } from '../../nodes/kernel/prng.ts';

const [n1, n2, n3, n4] = [1, 2, 3, 4].map(nodeId) as [NodeId, NodeId, NodeId, NodeId];
const three = [n1, n2, n3];
const add = { leaves: null, joins: n4, isLasting: false, isLost: false };
const lose = { leaves: n2, joins: n4, isLasting: true, isLost: true };

function settle(population: Population): void {
  for (const { kind, node } of population.dueChanges) {
    population.asked(node);
    population.heard(node, kind === 'add' ? 'member' : 'outside');
  }
}

describe('a population', () => {
  it('gets a new node while an entry wants one, and sends it away when the cluster has let it go', () => {
    const population = new Population(three, false);
    assert.equal(population.view?.fresh, n4);
    population.begin(7, add);
    assert.deepEqual(population.nodes, [n1, n2, n3, n4]);
    assert.deepEqual(population.dueChanges, [{ kind: 'add', node: n4 }]);
    settle(population);
    assert(population.isSettled);
    population.end(7);
    assert.deepEqual(population.dueChanges, [{ kind: 'remove', node: n4 }]);
    assert.deepEqual(population.nodes, [n1, n2, n3, n4], 'it is a member as long as nobody says otherwise');
    settle(population);
    assert.deepEqual([population.nodes, population.confirmed], [three, three]);
    assert.equal(population.view.fresh, 'n5', 'no name is used twice');
  });

  it('keeps a new node for as long as it may have become a member', () => {
    const population = new Population(three, false);
    population.begin(1, add);
    population.asked(n4);
    population.end(1);
    assert.deepEqual(population.nodes, [n1, n2, n3, n4], 'the answer is not there');
    population.heard(n4, 'unclear');
    assert.deepEqual(population.dueChanges, [{ kind: 'remove', node: n4 }]);
    population.asked(n4);
    population.heard(n4, null);
    assert.equal(population.isSettled, false, 'a refusal does not say what became of the attempt before');
    assert.equal(population.nodes.includes(n4), true);
    settle(population);
    assert.deepEqual(population.nodes, three);
  });

  it('a refused attempt changes nothing', () => {
    const population = new Population(three, false);
    population.begin(1, add);
    population.asked(n4);
    assert.equal(population.heard(n4, null), 1);
    assert.deepEqual(population.confirmed, three);
    assert.deepEqual(population.dueChanges, [{ kind: 'add', node: n4 }]);
  });

  it('loses a node with its disk at once, and replaces it when the entry ends; until then nobody else leaves', () => {
    const population = new Population([...three, n4, nodeId(5)], false);
    population.begin(1, { ...lose, joins: nodeId(6) });
    assert.equal(population.nodes.includes(n2), false);
    assert.deepEqual(population.dueChanges, []);
    assert.equal(population.view?.mayLose, false);
    population.begin(2, { leaves: n3, joins: null, isLasting: false, isLost: false });
    assert.deepEqual(population.dueChanges, [], 'it waits for the one that is dead');
    population.end(1);
    assert.deepEqual(population.dueChanges, [
      { kind: 'remove', node: n2 },
      { kind: 'add', node: 'n6' },
    ]);
    population.heard(n2, 'outside');
    assert.deepEqual(population.dueChanges, [
      { kind: 'remove', node: n3 },
      { kind: 'add', node: 'n6' },
    ]);
  });

  it('says what the faults may do: never below a majority, and no disk without which there might be none', () => {
    const population = new Population(three, false);
    assert.deepEqual(population.view, { fresh: n4, free: three, mayShrink: true, mayLose: true });
    population.begin(1, { leaves: n1, joins: null, isLasting: false, isLost: false });
    assert.deepEqual(population.view, { fresh: n4, free: [n2, n3], mayShrink: false, mayLose: false });
    settle(population);
    assert.equal(population.view.mayLose, false, 'of two members none may be lost');
    assert.equal(new Population([n1], false).view?.mayShrink, false);
    assert.equal(new Population(three, true).view, undefined);
  });

  it('has the size of the beginning when all entries have ended, whatever happened meanwhile', () => {
    for (let seed = 0; seed < 200; seed++) randomly(createPrng(seed));
  });
});

/** Entries begin and end, and a cluster confirms, refuses, or says nothing; at the end it does all that it is asked. */
function randomly(prng: Prng): void {
  const first = Array.from({ length: prng.int(1, 6) }, (_, at) => nodeId(at + 1));
  const population = new Population(first, false);
  const active: number[] = [];
  const gone = new Set<NodeId>();
  let known: readonly NodeId[] = first;
  for (let step = 0; step < 60; step++) {
    if (prng.chance(0.4)) begin(population, prng, step, active);
    if (active.length > 0 && prng.chance(0.4))
      population.end(active.splice(prng.int(0, active.length), 1)[0] ?? 0);
    for (const { kind, node } of population.dueChanges) {
      if (prng.chance(0.5)) continue;
      population.asked(node);
      const done: Standing = kind === 'add' ? 'member' : 'outside';
      population.heard(node, prng.pick([done, done, 'unclear', null]));
    }
    const { nodes, confirmed } = population;
    for (const node of known) if (!nodes.includes(node)) gone.add(node);
    known = nodes;
    assert(
      nodes.every((node) => !gone.has(node)),
      'who is gone does not come back',
    );
    const alive = confirmed.filter((node) => nodes.includes(node));
    assert(2 * alive.length > confirmed.length || confirmed.length === 0, 'a majority has its disks');
    assert(nodes.length <= 25);
  }
  for (const entry of active) population.end(entry);
  for (let round = 0; round < 3; round++) settle(population);
  assert(population.isSettled);
  assert.equal(population.members.length, first.length);
  assert.deepEqual(population.nodes, population.members);
}

function begin(population: Population, prng: Prng, entry: number, active: number[]): void {
  const fault = prng.pick([membership, membership, rejoinEmpty]);
  const { members: nodes, view } = population;
  const leader = prng.pick(nodes);
  const params = fault.draw(prng, { nodes });
  const effect = fault.effect(params, { nodes, leader, ...(view && { membership: view }) }, prng);
  if ('unavailable' in effect || effect.members === undefined) return;
  population.begin(entry, effect.members);
  active.push(entry);
}
