/**
 * The laws of join semilattices (Shapiro et al. 2011, §2.3) and of deltas (Almeida et al. 2018, §4), for every type, over
 * states that replicas can come to. For each type something that breaks a law, which the same tests find.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { State } from '../../../nodes/crdt/dataType.ts';
import { dataTypeNamed, dataTypes, type AnyType } from '../../../nodes/crdt/dataTypes.ts';
import type { Dotted } from '../../../nodes/crdt/dotted.ts';
import type { LwwState } from '../../../nodes/crdt/lwwRegister.ts';
import type { BoundedCounterState } from '../../../nodes/crdt/boundedCounter.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import { movesOf, play, type Played } from './replicas.ts';

type Law = (type: AnyType, played: Played) => void;

const three = ({ states }: Played): [State, State, State] => {
  const [a, b, c] = states;
  assert(a !== undefined && b !== undefined && c !== undefined);
  return [a, b, c];
};

/** `high` is above `low`: joining them adds nothing. */
function assertAbove(type: AnyType, high: State, low: State): void {
  assert.deepEqual(type.merge(high, low), high);
}

const laws: Readonly<Record<string, Law>> = {
  'merge is commutative': (type, played) => {
    const [a, b] = three(played);
    assert.deepEqual(type.merge(a, b), type.merge(b, a));
  },
  'merge is associative': (type, played) => {
    const [a, b, c] = three(played);
    assert.deepEqual(type.merge(type.merge(a, b), c), type.merge(a, type.merge(b, c)));
  },
  'merge is idempotent, and says so': (type, played) => {
    const [a, b] = three(played);
    const joined = type.merge(a, b);
    assert.equal(type.merge(a, a), a);
    assert.equal(type.merge(joined, a), joined);
    assert.equal(type.merge(joined, b), joined);
  },
  'bottom is below everything': (type, played) => {
    for (const state of played.states) {
      assert.equal(type.merge(state, type.bottom), state);
      assert.deepEqual(type.merge(type.bottom, state), state);
    }
  },
  'merge is monotone': (type, played) => {
    const [a, b, c] = three(played);
    assertAbove(type, type.merge(type.merge(a, b), c), type.merge(a, c));
  },
  'operations inflate': (type, { steps }) => {
    for (const { before, after, delta } of steps) {
      assertAbove(type, after, before);
      assertAbove(type, after, delta);
    }
  },
  'all deltas joined are all states joined': (type, { states, steps }) => {
    const joinOf = (all: readonly State[]): State => all.reduce(type.merge, type.bottom);
    assert.deepEqual(joinOf(steps.map(({ delta }) => delta)), joinOf(states));
    assert.deepEqual(joinOf(steps.map(({ delta }) => delta).reverse()), joinOf(states));
  },
  'an operation takes effect at once where it is carried out': (type, { steps }) => {
    for (const { operation, before, after } of steps) {
      const [old, now] = [before, after].map((state) => type.view(state, 3)['value']);
      const shown = (Array.isArray(now) ? now : [now]) as readonly Json[];
      if (operation.kind === 'increment') assert.equal(now, Number(old) + operation.amount);
      else if (operation.kind === 'take') assert.equal(now, Number(old) - operation.amount);
      else if (operation.kind === 'write')
        assert(((type.view(after, 3)['values'] ?? [now]) as readonly Json[]).includes(operation.value));
      else assert.equal(shown.includes(operation.element), operation.kind === 'add');
    }
  },
  'equal states give equal answers': (type, played) => {
    const [a, b] = three(played);
    assert.deepEqual(type.view(type.merge(a, b), 3), type.view(type.merge(b, a), 3));
  },
};

function check(type: AnyType, law: Law): void {
  fc.assert(
    fc.property(movesOf(type), (moves) => law(type, play(type, moves))),
    { seed: 7, numRuns: 300, endOnFailure: true },
  );
}

/** The first law that is broken, or null. */
function brokenLaw(type: AnyType): string | null {
  return (
    Object.entries(laws).find(([, law]) => {
      try {
        check(type, law);
        return false;
      } catch {
        return true;
      }
    })?.[0] ?? null
  );
}

function sums(a: readonly number[], b: readonly number[]): number[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, at) => (a[at] ?? 0) + (b[at] ?? 0));
}

/** By type, a merge or a mutation that is not one. */
const nonLaws: Readonly<Record<string, (type: AnyType) => Partial<AnyType>>> = {
  'g-counter': () => ({
    merge: (a, b) => ({
      values: sums((a as { values: number[] }).values, (b as { values: number[] }).values),
    }),
  }),
  'pn-counter': (type) => ({
    merge: (a, b) => {
      const joined = type.merge(a, b) as BoundedCounterState;
      return { ...joined, decrements: (b as BoundedCounterState).decrements };
    },
  }),
  'g-set': () => ({ merge: (a, b) => ('elements' in a && a.elements.length > 0 ? a : b) }),
  'or-set': (type) => ({
    merge: (a, b) => {
      const joined = type.merge(a, b) as Dotted;
      // What the other one has removed stays.
      const kept = (a as Dotted).dots.filter((dot) => !joined.dots.includes(dot));
      return kept.length === 0 ? joined : { ...joined, dots: [...joined.dots, ...kept] };
    },
  }),
  'lww-register': () => ({
    merge: (a, b) => ((b as LwwState).counter >= (a as LwwState).counter ? b : a),
  }),
  'mv-register': (type) => ({
    merge: (a, b) => {
      const joined = type.merge(a, b) as Dotted;
      return { ...joined, dots: (a as Dotted).dots };
    },
  }),
  'bounded-counter': (type) => ({
    merge: (a, b) => {
      const joined = type.merge(a, b) as BoundedCounterState;
      return {
        ...joined,
        values: sums((a as BoundedCounterState).values, (b as BoundedCounterState).values),
      };
    },
  }),
};

describe('the laws of data types', () => {
  for (const type of dataTypes) {
    for (const [name, law] of Object.entries(laws)) {
      it(`${type.name}: ${name}`, () => check(type, law));
    }

    it(`${type.name}: what breaks a law is found`, () => {
      const planted = nonLaws[type.name]?.(type);
      assert(planted !== undefined, `nothing is planted in ${type.name}`);
      assert.notEqual(brokenLaw({ ...type, ...planted }), null);
      assert.equal(brokenLaw(dataTypeNamed(type.name)), null);
    });
  }
});
