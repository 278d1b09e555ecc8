/** Replicas that exchange deltas, moved by hand and at random: what was lost comes again, and nothing is left out. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { State } from '../../../nodes/crdt/dataType.ts';
import { dataTypes, type AnyType } from '../../../nodes/crdt/dataTypes.ts';
import { invariants } from '../../../nodes/crdt/invariants.ts';
import type { Entries, Message } from '../../../nodes/crdt/messages.ts';
import type { NodeId } from '../../../nodes/kernel/ids.ts';
import { all, Cores, n1, n2, n3, type Letter } from './cores.ts';
import { operationsOf } from './replicas.ts';

const options = { type: 'g-set', sync: 'delta' };

function add(cores: Cores, node: NodeId, element: number, key = 'k'): void {
  cores.operate(node, 'set', { kind: 'add', element }, key);
}

type Sync = Extract<Message, { type: 'sync' }>;

/** What n1 sends to n2 in an interval, by key; null for nothing. */
function told(cores: Cores): Readonly<Record<string, readonly unknown[]>> | null {
  cores.letters = [];
  cores.step(n1, { kind: 'timeout', timer: 'sync' });
  const letter = cores.letters.find(({ to }) => to === n2);
  if (letter === undefined) return null;
  const { entries } = letter.message as Sync;
  return Object.fromEntries(
    entries.map(([key, state]) => [key, (state as { readonly elements: readonly unknown[] }).elements]),
  );
}

/** All that is under way arrives, and the answers, too. */
function settle(cores: Cores): void {
  cores.deliver();
  cores.deliver();
}

/** What was under way is lost, and whoever sent it hears no answer. */
function lose(cores: Cores): void {
  const lost = cores.letters.filter(({ message }) => message.type === 'sync');
  cores.letters = [];
  for (const { from, to, message } of lost) {
    const { through } = message as Sync;
    cores.step(from, { kind: 'message', from: to, message: { type: 'synced', through, receipt: 'none' } });
  }
}

describe('deltas', () => {
  it('are what was added since the other one has acknowledged, joined; after everything at first', () => {
    const cores = new Cores(options);
    add(cores, n1, 1);
    add(cores, n1, 1, 'other');
    assert.deepEqual(told(cores), { k: [1], other: [1] });
    settle(cores);
    assert.equal(told(cores), null);
    add(cores, n1, 2);
    add(cores, n1, 3);
    assert.deepEqual(told(cores), { k: [2, 3] });
    settle(cores);
    assert.deepEqual(cores.read(n2, 'set'), { value: [1, 2, 3] });
  });

  it('come again when they were lost, with what has come since', () => {
    const cores = new Cores(options);
    add(cores, n1, 1);
    told(cores);
    settle(cores);
    add(cores, n1, 2);
    assert.deepEqual(told(cores), { k: [2] });
    lose(cores);
    add(cores, n1, 3);
    assert.deepEqual(told(cores), { k: [2, 3] });
  });

  it('come again when their answer was lost, which does no harm', () => {
    const cores = new Cores(options);
    add(cores, n1, 1);
    told(cores);
    cores.deliver();
    lose(cores);
    assert.deepEqual(told(cores), { k: [1] });
  });

  it('are held as far back as the peer that lacks most needs, whatever the others acknowledge', () => {
    const cores = new Cores(options);
    add(cores, n1, 1);
    told(cores);
    settle(cores);
    add(cores, n1, 2);
    told(cores);
    cores.deliver(({ to }) => to === n3);
    cores.deliver(({ from }) => from === n3);
    assert.deepEqual(told(cores), { k: [2] });
  });

  it('of others are passed on: whoever cannot be reached by their replica gets them all the same', () => {
    const cores = new Cores(options);
    add(cores, n1, 1);
    told(cores);
    cores.deliver(({ to }) => to === n2);
    cores.letters = [];
    cores.step(n2, { kind: 'timeout', timer: 'sync' });
    settle(cores);
    assert.deepEqual(cores.read(n3, 'set'), { value: [1] });
  });

  it('give way to everything after a restart', () => {
    const cores = new Cores(options);
    add(cores, n1, 1);
    told(cores);
    settle(cores);
    add(cores, n1, 2);
    cores.restart(n1);
    assert.deepEqual(told(cores), { k: [1, 2] });
    settle(cores);
    assert.equal(told(cores), null);
  });

  it('give way to everything when there are too many that somebody lacks', () => {
    const cores = new Cores(options);
    add(cores, n1, 0);
    told(cores);
    settle(cores);
    for (let element = 1; element <= 1001; element++) add(cores, n1, element);
    assert.equal(told(cores)?.['k']?.length, 1002);
    settle(cores);
    add(cores, n1, 2000);
    assert.deepEqual(told(cores), { k: [2000] });
  });

  it('are for nodes that keep what they take: others are sent everything, always', () => {
    const cores = new Cores({ ...options, durable: 'off' });
    add(cores, n1, 1);
    for (let turn = 0; turn < 3; turn++) {
      assert.deepEqual(told(cores), { k: [1] });
      settle(cores);
    }
    cores.restart(n2);
    told(cores);
    settle(cores);
    assert.deepEqual(cores.read(n2, 'set'), { value: [1] });
  });

  it('are acknowledged to the incarnation that sent them', () => {
    const cores = new Cores(options);
    for (const element of [1, 2, 3]) add(cores, n1, element);
    told(cores);
    cores.deliver(({ to }) => to === n2);
    const late: readonly Letter[] = cores.letters;
    cores.restart(n1);
    add(cores, n1, 4);
    cores.letters = [...late];
    cores.deliver();
    assert.deepEqual(told(cores), { k: [1, 2, 3, 4] });
  });

  it('are nothing to send while three are under way', () => {
    const cores = new Cores(options);
    add(cores, n1, 1);
    for (const expected of [{ k: [1] }, { k: [1] }, { k: [1] }, null])
      assert.deepEqual(told(cores), expected);
  });
});

interface Move {
  readonly kind: 'operate' | 'sync' | 'deliver' | 'double' | 'lose' | 'restart';
  readonly at: number;
  readonly pick: number;
}
const move = (kind: Move['kind'], weight: number): fc.WeightedArbitrary<Move> => ({
  weight,
  arbitrary: fc.record({ kind: fc.constant(kind), at: fc.nat(all.length - 1), pick: fc.nat(20) }),
});
const moves = fc.array(
  fc.oneof(
    ...[move('operate', 5), move('sync', 3), move('deliver', 6)],
    ...[move('double', 1), move('lose', 2), move('restart', 1)],
  ),
  { maxLength: 60 },
);

/** What every node knows of everything, joined from what their statuses say; and that no invariant is broken. */
class Knowledge {
  readonly byNode = new Map<NodeId, Map<string, State>>();
  private readonly type: AnyType;

  constructor(type: AnyType, cores: Cores) {
    this.type = type;
    const observers = invariants.map((invariant) => invariant.observer());
    cores.watch = (node, status) => {
      for (const observe of observers) assert.equal(observe({ node, incarnation: 1, status }), null);
      this.learn(node, status.changed);
    };
    for (const node of all) this.learn(node, []);
  }

  private learn(node: NodeId, entries: Entries): void {
    const known = this.byNode.get(node) ?? new Map<string, State>();
    this.byNode.set(node, known);
    for (const [key, state] of entries)
      known.set(key, this.type.merge(known.get(key) ?? this.type.bottom, state));
  }

  /** All states, joined: what sending everything to everybody makes of them. */
  joined(): Map<string, State> {
    const joined = new Map<string, State>();
    for (const [key, state] of [...this.byNode.values()].flatMap((known) => [...known]))
      joined.set(key, this.type.merge(joined.get(key) ?? this.type.bottom, state));
    return joined;
  }
}

function playDeltas(type: AnyType, steps: readonly Move[], operations: readonly unknown[]): void {
  const cores = new Cores({ type: type.name, sync: 'delta' });
  const knowledge = new Knowledge(type, cores);
  for (const [at, { kind, at: index, pick }] of steps.entries()) {
    const node = all[index] ?? n1;
    const letter = cores.letters[pick % Math.max(1, cores.letters.length)];
    if (kind === 'operate')
      cores.operate(node, type.family, operations[at % operations.length] as never, `k${pick % 3}`);
    else if (kind === 'sync') cores.step(node, { kind: 'timeout', timer: 'sync' });
    else if (kind === 'restart') cores.restart(node);
    else if (kind === 'deliver') cores.deliver((one) => one === letter);
    else if (kind === 'lose') cores.letters = cores.letters.filter((one) => one !== letter);
    else if (letter !== undefined) cores.letters.push({ ...letter });
  }
  const expected = knowledge.joined();
  cores.letters = [];
  cores.exchange();
  for (const node of all) assert.deepEqual(knowledge.byNode.get(node), expected);
  cores.exchange();
  for (const node of all) {
    cores.step(node, { kind: 'timeout', timer: 'sync' });
    assert.deepEqual(cores.letters, [], 'whoever has everything is sent nothing');
  }
}

describe('deltas joined', () => {
  for (const type of dataTypes) {
    it(`are the full state, whatever is lost, late or doubled, and whoever restarts: ${type.name}`, () => {
      const operations = fc.array(operationsOf(type), { minLength: 1, maxLength: 12 });
      fc.assert(
        fc.property(moves, operations, (steps, some) => playDeltas(type, steps, some)),
        { seed: 5, numRuns: 150 },
      );
    });
  }
});

describe('the invariant kept-is-there', () => {
  it('sees that a node takes for acknowledged what the other one does not have', () => {
    const invariant = invariants.find(({ name }) => name === 'kept-is-there');
    assert(invariant !== undefined);
    const say = (n2Has: number, kept: number): (string | null)[] => {
      const observe = invariant.observer();
      const base = { dataType: 'g-counter', objects: 1, waiting: 0, isFirst: false, isOwn: true };
      const counted = (count: number): Entries => (count === 0 ? [] : [['k', { values: [count] }]]);
      const released = [
        { node: n1, changed: counted(1), changes: 1, kept: [] },
        { node: n1, changed: counted(2), changes: 2, kept: [] },
        { node: n2, changed: counted(n2Has), changes: 1, kept: [] },
        { node: n1, changed: [], changes: 2, kept: [[n2, kept]] },
      ] as const;
      return released.map(({ node, ...status }) =>
        observe({ node, incarnation: 1, status: { ...base, ...status } }),
      );
    };
    assert.deepEqual(say(2, 2), [null, null, null, null]);
    assert.deepEqual(say(1, 1), [null, null, null, null]);
    assert.match(String(say(1, 2)[3]), /n1 takes it that n2 has k/);
    assert.match(String(say(0, 1)[3]), /n1 takes it that n2 has k/);
  });
});
