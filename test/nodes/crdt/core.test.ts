/** One replica, and a few that exchange what they know, moved by hand. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Operation, State } from '../../../nodes/crdt/dataType.ts';
import { dataTypes } from '../../../nodes/crdt/dataTypes.ts';
import { invariants } from '../../../nodes/crdt/invariants.ts';
import type { Status } from '../../../nodes/crdt/messages.ts';
import { crdt } from '../../../nodes/crdt/model.ts';
import { nodeId, requestId, type NodeId } from '../../../nodes/kernel/ids.ts';
import { all, Cores, n1, n2, n3 } from './cores.ts';

const add = (amount: number): Operation => ({ kind: 'increment', amount });
const take = (amount: number): Operation => ({ kind: 'take', amount });
const write = (value: number, context: unknown = []): Operation => ({
  kind: 'write',
  value,
  context: context as readonly number[],
});

describe('a replica', () => {
  it('journals what it acknowledges in the same step, and has it after a restart', () => {
    const cores = new Cores({ type: 'g-counter' });
    assert.equal(cores.outcome(cores.operate(n2, 'counter', add(3))), 'done');
    assert.deepEqual(cores.journals.get(n2), [{ entries: [['k', { values: [0, 3] }]] }]);
    cores.restart(n2);
    cores.operate(n2, 'counter', add(2));
    assert.deepEqual(cores.read(n2, 'counter'), { value: 5, components: [0, 5, 0] });
  });

  it('journals nothing with durable=off', () => {
    const cores = new Cores({ type: 'g-counter', durable: 'off' });
    cores.operate(n1, 'counter', add(3));
    assert.deepEqual(cores.journals.get(n1), []);
    assert(!crdt.survives({ durable: 'off' }).includes('kill'));
    assert(!crdt.survives({ durable: 'off' }).includes('stop'));
    assert.deepEqual(crdt.claim({ durable: 'off' }), crdt.claim({}));
  });

  it('refuses what makes no sense to its type, and changes nothing', () => {
    const cores = new Cores({ type: 'g-counter' });
    assert.equal(cores.outcome(cores.operate(n1, 'counter', add(-1))), 'malformed-request');
    assert.equal(cores.outcome(cores.operate(n1, 'counter', take(1))), 'malformed-request');
    assert.equal(cores.outcome(cores.operate(n1, 'set', { kind: 'add', element: 1 })), 'not-supported');
    assert.equal(cores.read(n1, 'register')['error'], 'not-supported');
    const foreign = { type: 'sync', states: { 'or-set': [] }, width: 0 } as const;
    cores.step(n1, { kind: 'request', id: requestId(98), request: foreign });
    assert.equal(cores.outcome(98), 'malformed-request');
    const states = { 'g-counter': [['k', { values: [1, 1, 1, 1] }]] } as const;
    cores.step(n1, { kind: 'request', id: requestId(99), request: { type: 'sync', states, width: 4 } });
    assert.equal(cores.outcome(99), 'malformed-request');
    assert.deepEqual([cores.journals.get(n1), cores.read(n1, 'counter')['value']], [[], 0]);
  });

  it('never gives a dot again: what is added after a restart is not taken for what was removed before', () => {
    const cores = new Cores({ type: 'or-set' });
    cores.operate(n1, 'set', { kind: 'add', element: 'a' });
    cores.exchange();
    cores.operate(n1, 'set', { kind: 'remove', element: 'a' });
    cores.exchange();
    cores.restart(n1);
    cores.operate(n1, 'set', { kind: 'add', element: 'b' });
    cores.exchange();
    for (const node of all) assert.deepEqual(cores.read(node, 'set'), { value: ['b'] });
  });

  it('lets an add win over a remove that did not know of it', () => {
    const cores = new Cores({ type: 'or-set' });
    cores.operate(n1, 'set', { kind: 'add', element: 'a' });
    cores.exchange();
    cores.operate(n2, 'set', { kind: 'remove', element: 'a' });
    cores.operate(n3, 'set', { kind: 'add', element: 'a' });
    cores.exchange();
    for (const node of all) assert.deepEqual(cores.read(node, 'set'), { value: ['a'] });
  });

  it('keeps concurrent writes side by side until somebody who has seen them writes', () => {
    const cores = new Cores({ type: 'mv-register' });
    cores.operate(n1, 'register', write(1));
    cores.operate(n1, 'register', write(2));
    cores.operate(n3, 'register', write(3));
    cores.exchange();
    const { values, context } = cores.read(n2, 'register');
    assert.deepEqual(values, [1, 2, 3]);
    cores.operate(n2, 'register', write(4, context));
    cores.exchange();
    assert.equal(cores.read(n1, 'register')['value'], 4);
  });

  it('puts a write above all that its client has seen, at whatever node', () => {
    const cores = new Cores({ type: 'lww-register' });
    for (const value of [1, 2, 3]) cores.operate(n3, 'register', write(value));
    const { context } = cores.read(n3, 'register');
    cores.operate(n1, 'register', write(4, context));
    cores.exchange();
    for (const node of all) assert.equal(cores.read(node, 'register')['value'], 4);
  });

  it('compacts its journal, and comes back the same', () => {
    const cores = new Cores({ type: 'pn-counter' });
    for (let turn = 0; turn < 450; turn++) cores.operate(n1, 'counter', add(turn % 3 === 0 ? -1 : 1));
    assert((cores.journals.get(n1)?.length ?? 0) < 250);
    const before = cores.read(n1, 'counter');
    cores.restart(n1);
    assert.deepEqual(cores.read(n1, 'counter'), before);
    assert.equal(before['value'], 150);
  });
});

describe('rights to take', () => {
  function stocked(): Cores {
    const cores = new Cores({ type: 'bounded-counter' });
    cores.operate(n1, 'counter', add(5));
    return cores;
  }

  it('come from others on request, and are gone there from that moment on', () => {
    const cores = stocked();
    const sale = cores.operate(n2, 'counter', take(3));
    assert.equal(cores.outcome(sale), null);
    cores.deliver();
    cores.restart(n1);
    const late = cores.operate(n1, 'counter', take(3));
    cores.deliver();
    assert.equal(cores.outcome(sale), 'done');
    cores.deliver();
    cores.deliver();
    assert.equal(cores.outcome(late), 'precondition-failed');
    cores.exchange();
    assert.deepEqual(cores.read(n3, 'counter'), { value: 2, components: [5, -3, 0], rights: [2, 0, 0] });
  });

  it('are waited for no longer than clients wait, and a gift on its way is not lost', () => {
    const cores = stocked();
    cores.exchange();
    const sale = cores.operate(n2, 'counter', take(5));
    cores.deliver(({ to }) => to === n1);
    cores.letters = [];
    cores.nowMs = 100;
    cores.step(n2, { kind: 'timeout', timer: 'patience' });
    assert.equal(cores.outcome(sale), null);
    cores.nowMs = 250;
    cores.step(n2, { kind: 'timeout', timer: 'patience' });
    assert.equal(cores.outcome(sale), 'temporarily-unavailable');
    cores.exchange();
    assert.equal(cores.outcome(cores.operate(n2, 'counter', take(5))), 'done');
    assert.equal(cores.outcome(cores.operate(n1, 'counter', add(-1))), null);
  });

  it('run out at last: clients hear that as soon as all have said so', () => {
    const cores = stocked();
    const sale = cores.operate(n2, 'counter', take(6));
    cores.deliver();
    cores.deliver();
    assert.equal(cores.outcome(sale), 'precondition-failed');
  });

  it('are no matter for other types, nor for nodes that there are not, nor are states that speak of such', () => {
    const tell = (type: string, from: NodeId, values: readonly number[]): unknown => {
      const cores = new Cores({ type });
      const state = { values, decrements: [], transfers: [] };
      const message = { type: 'rights-wanted', key: 'k', amount: 1, state } as const;
      const effects = [
        cores.step(n1, { kind: 'message', from, message }),
        cores.step(n1, { kind: 'message', from, message: { type: 'rights', key: 'k', state } }),
      ];
      return effects.map(({ journal, sends }) => [journal.length, sends.length]);
    };
    assert.deepEqual(tell('bounded-counter', n2, [0, 0, 1]), [
      [1, 1],
      [0, 0],
    ]);
    const nothing = [
      [0, 0],
      [0, 0],
    ];
    assert.deepEqual(tell('bounded-counter', n2, [0, 0, 0, 1]), nothing);
    assert.deepEqual(tell('bounded-counter', nodeId(4), [0, 0, 1]), nothing);
    for (const { name } of dataTypes)
      if (name !== 'bounded-counter') assert.deepEqual(tell(name, n2, [1]), nothing, name);
  });

  it('are waited for by so many clients and no more', () => {
    const cores = stocked();
    const sales = Array.from({ length: 1001 }, () => cores.operate(n2, 'counter', take(1)));
    assert.equal(sales.filter((sale) => cores.outcome(sale) === null).length, 1000);
  });

  it('are never used twice, whatever is lost, doubled or late, and whoever restarts', () => {
    const node = fc.constantFrom(...all);
    const move = fc.oneof(
      fc.record({ kind: fc.constantFrom('take', 'add'), node, amount: fc.integer({ min: 1, max: 3 }) }),
      fc.record({
        kind: fc.constantFrom('lose', 'double', 'deliver', 'restart', 'sync'),
        node,
        amount: fc.nat(9),
      }),
    );
    const play = (moves: readonly { kind: string; node: NodeId; amount: number }[]): void => {
      const cores = new Cores({ type: 'bounded-counter' });
      const sales: [id: number, amount: number][] = [];
      let stocked = 0;
      for (const { kind, node: at, amount } of moves) {
        const letter = cores.letters[amount % Math.max(1, cores.letters.length)];
        if (kind === 'add') stocked += amount;
        if (kind === 'add') cores.operate(at, 'counter', add(amount));
        else if (kind === 'take') sales.push([cores.operate(at, 'counter', take(amount)), amount]);
        else if (kind === 'restart') cores.restart(at);
        else if (kind === 'sync') cores.step(at, { kind: 'timeout', timer: 'sync' });
        else if (kind === 'lose') cores.letters = cores.letters.filter((one) => one !== letter);
        else if (kind === 'deliver') cores.deliver((one) => one === letter);
        else if (letter !== undefined) cores.letters.push({ ...letter });
        const sold = sales
          .filter(([id]) => cores.outcome(id) === 'done')
          .reduce((sum, [, of]) => sum + of, 0);
        assert(sold <= stocked, `${sold} sold of ${stocked}`);
      }
      cores.letters = [];
      cores.exchange();
      const [first, ...others] = all.map((one) => cores.read(one, 'counter'));
      for (const other of others) assert.deepEqual(other, first);
    };
    fc.assert(fc.property(fc.array(move, { maxLength: 60 }), play), { seed: 11, numRuns: 300 });
  });
});

describe('the invariants of crdt', () => {
  /** What an invariant says of these states of one object, released by these nodes one after the other. */
  function judged(
    name: string,
    dataType: string,
    released: readonly (readonly [number, State, isOwn?: boolean])[],
  ) {
    const invariant = invariants.find((candidate) => candidate.name === name);
    assert(invariant !== undefined);
    const observe = invariant.observer();
    return released.map(([node, state, isOwn = true]) => {
      const status: Status = {
        dataType,
        objects: 1,
        waiting: 0,
        isFirst: false,
        changed: [['k', state]],
        isOwn,
        changes: 0,
        kept: [],
      };
      return observe({ node: nodeId(node), incarnation: 1, status }) === null;
    });
  }
  const dot = (value: string): State => ({ dots: [[0, 1, value]], context: { vector: [1], cloud: [] } });
  const sold = (values: number[], decrements: number[]): State => ({ values, decrements, transfers: [] });

  it('see a state that shrinks', () => {
    assert.deepEqual(
      judged('states-inflate', 'g-counter', [
        [1, { values: [2] }],
        [1, { values: [1] }],
      ]),
      [true, false],
    );
    assert.deepEqual(
      judged('states-inflate', 'g-counter', [
        [1, { values: [2] }],
        [2, { values: [1] }],
      ]),
      [true, true],
    );
  });

  it('see what a merge invents', () => {
    const [one, two] = [{ values: [1] }, { values: [2] }];
    assert.deepEqual(
      judged('merges-invent-nothing', 'g-counter', [
        [1, one],
        [2, one, false],
      ]),
      [true, true],
    );
    assert.deepEqual(
      judged('merges-invent-nothing', 'g-counter', [
        [1, one],
        [2, two, false],
      ]),
      [true, false],
    );
  });

  it('see a stamp that stands for two values', () => {
    assert.deepEqual(
      judged('stamps-are-unique', 'or-set', [
        [1, dot('a')],
        [2, dot('a')],
      ]),
      [true, true],
    );
    assert.deepEqual(
      judged('stamps-are-unique', 'or-set', [
        [1, dot('a')],
        [2, dot('b')],
      ]),
      [true, false],
    );
    const lww = (value: number): State => ({ value, counter: 1, by: 0 });
    assert.deepEqual(
      judged('stamps-are-unique', 'lww-register', [
        [1, lww(1)],
        [2, lww(2)],
      ]),
      [true, false],
    );
  });

  it('see that all together took more than there was', () => {
    const states = [sold([2], [2]), sold([2], [0, 1])] as const;
    assert.deepEqual(
      judged('never-below-zero', 'bounded-counter', [
        [1, states[0]],
        [2, states[1]],
      ]),
      [true, false],
    );
  });
});

describe('the types of crdt', () => {
  it('claim what they keep', () => {
    for (const { name } of dataTypes) {
      const { guarantees, converges } = crdt.claim({ type: name });
      assert.equal(guarantees.includes('never-oversold'), name === 'bounded-counter');
      assert(guarantees.includes('convergence') && converges !== undefined);
    }
  });
});
