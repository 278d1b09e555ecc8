/**
 * What is left when versions meet: the same in any order of merging, whatever is split, repeated or left for later, and
 * with versions of programs that send value and clock alone. The slow twin keeps every version that it ever saw.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { covers, joined, withEntry, type Clock } from '../../../nodes/eventual/clock.ts';
import {
  clockOf,
  closedContext,
  compareVersions,
  merged,
  obsoletes,
  valuesOf,
  type Version,
  type Versions,
} from '../../../nodes/eventual/versions.ts';

const runs = { numRuns: 400, seed: 11 };

/** What a replica may do, in a little world of three replicas of one key: the third speaks only the course's routes. */
type Act =
  | { kind: 'put'; at: number; knows: 'all' | 'nothing' | 'some'; value: number | null }
  | { kind: 'sync'; from: number; to: number };

const actOf: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    kind: fc.constant('put' as const),
    at: fc.nat(2),
    knows: fc.constantFrom('all' as const, 'nothing' as const, 'some' as const),
    value: fc.option(fc.nat(3)),
  }),
  fc.record({ kind: fc.constant('sync' as const), from: fc.nat(2), to: fc.nat(2) }),
);

/** A replica of the course: one value and its clock; of concurrent ones it keeps either, under both clocks. */
function courseMerge(local: Versions, { value, clock }: Version): Versions {
  const [mine] = local;
  if (mine === undefined || (covers(clock, mine.clock) && !covers(mine.clock, clock)))
    return [{ value, clock }];
  if (covers(mine.clock, clock)) return local;
  const keepsOwn = 3 > Number(Object.keys(clock)[0]);
  return [{ value: keepsOwn ? mine.value : value, clock: joined(mine.clock, clock) }];
}

const stranger = 2;

/** All versions that were ever held by anybody. */
function versionsOf(acts: readonly Act[]): Version[] {
  const replicas: Versions[] = [[], [], []];
  const seen: Version[] = [];
  for (const act of acts) {
    const name = act.kind === 'put' ? String(act.at + 1) : '';
    if (act.kind === 'put') {
      const local = replicas[act.at] ?? [];
      const knowsAll = act.knows === 'all' || act.at === stranger;
      const known = knowsAll ? local : act.knows === 'some' ? local.slice(0, 1) : [];
      const context = closedContext(clockOf(known), local);
      const since = context[name] ?? 0;
      const counter = Math.max(since, clockOf(local)[name] ?? 0) + 1;
      const clock = withEntry(context, name, counter);
      const dot = act.at === stranger ? {} : { by: name, since };
      const version = { value: act.value, clock, ...dot };
      replicas[act.at] = act.at === stranger ? [version] : merged(local, [version]);
    } else if (act.from !== act.to) {
      const sent = replicas[act.from] ?? [];
      const [winner] = sent;
      if (winner === undefined) continue;
      const seenByCourse = { value: winner.value, clock: clockOf(sent) };
      replicas[act.to] =
        act.to === stranger
          ? courseMerge(replicas[stranger] ?? [], seenByCourse)
          : merged(replicas[act.to] ?? [], sent);
    }
    seen.push(...replicas.flat());
  }
  return seen;
}

const history = fc.array(actOf, { minLength: 1, maxLength: 25 }).map(versionsOf);

/** Of all versions at once: those that nobody obsoletes, the winner first. */
function maximal(versions: readonly Version[]): Versions {
  const texts = new Map(versions.map((version) => [JSON.stringify(Object.entries(version).sort()), version]));
  const distinct = [...texts.values()];
  return distinct
    .filter((version) => !distinct.some((other) => obsoletes(other, version)))
    .sort((one, other) => compareVersions(other, one));
}

const dotted = (by: string, clock: Clock, value: number | null, since = (clock[by] ?? 1) - 1): Version => ({
  value,
  clock,
  by,
  since,
});

describe('versions of a key', () => {
  it('leave the same, in whatever order they are merged, split and repeated', () => {
    fc.assert(
      fc.property(history, fc.infiniteStream(fc.nat()), (versions, draws) => {
        const expected = maximal(versions);
        const draw = (below: number): number => (draws.next().value ?? 0) % below;
        // Replicas that each begin with some of them, and exchange what they have in any order.
        const parts: Versions[] = [[], [], []];
        for (const version of [...versions, ...versions]) {
          const at = draw(3);
          parts[at] = merged(parts[at] ?? [], [version]);
          const [from, to] = [draw(3), draw(3)];
          if (draw(4) === 0) parts[to] = merged(parts[to] ?? [], parts[from] ?? []);
        }
        const whole = parts.reduce((left, part) => merged(left, part), []);
        assert.deepEqual(whole, expected);
        assert.deepEqual(
          parts.reduceRight((left, part) => merged(left, part), []),
          expected,
        );
      }),
      runs,
    );
  });

  it('merge by a join: associative, commutative, idempotent, and it only grows', () => {
    const pile = fc.tuple(history, fc.array(fc.nat(2), { minLength: 80, maxLength: 80 }));
    fc.assert(
      fc.property(pile, ([versions, places]) => {
        const [a = [], b = [], c = []] = [0, 1, 2].map((place) =>
          versions
            .filter((_, at) => places[at % places.length] === place)
            .reduce<Versions>((left, version) => merged(left, [version]), []),
        );
        assert.deepEqual(merged(merged(a, b), c), merged(a, merged(b, c)));
        assert.deepEqual(merged(a, b), merged(b, a));
        assert.deepEqual(merged(a, a), a);
        assert(covers(clockOf(merged(a, b)), clockOf(a)));
        assert(
          a.every((old) =>
            merged(a, b).some((one) => one === old || compareVersions(one, old) === 0 || obsoletes(one, old)),
          ),
        );
      }),
      runs,
    );
  });

  it('are ordered totally, and who knew of a version comes after it', () => {
    fc.assert(
      fc.property(history, (versions) => {
        for (const one of versions) {
          for (const other of versions) {
            assert.equal(Math.sign(compareVersions(one, other)) + Math.sign(compareVersions(other, one)), 0);
            if (obsoletes(one, other)) assert(compareVersions(one, other) > 0);
            const isLater = covers(one.clock, other.clock) && !covers(other.clock, one.clock);
            if (isLater) assert(compareVersions(one, other) > 0);
          }
        }
      }),
      { ...runs, numRuns: 100 },
    );
  });

  it('that programs without dots decided differently still leave one', () => {
    const clock = { '1': 1, '3': 1 };
    const [a, b] = [
      { value: 'a', clock },
      { value: 'b', clock },
    ];
    assert.deepEqual(merged([a], [b]), [b]);
    assert.deepEqual(merged([b], [a]), [b]);
    assert.deepEqual(merged(merged([a], [dotted('1', { '1': 1 }, 1)]), [b]), [b]);
  });

  it('that did not know of each other both stay, at one node too', () => {
    const [first, second] = [dotted('1', { '1': 1 }, 1, 0), dotted('1', { '1': 2 }, 2, 0)];
    assert.deepEqual(merged([first], [second]), [second, first]);
    const third = dotted('1', { '1': 3 }, 3, 2);
    assert.deepEqual(merged([second, first], [third]), [third]);
  });

  it('come back unharmed from a program that keeps value and clock alone', () => {
    const mine = dotted('1', { '1': 1 }, 1);
    const { value, clock } = mine;
    assert.deepEqual(merged([mine], [{ value, clock }]), [{ value, clock }]);
    assert.deepEqual(merged([{ value, clock }], [mine]), [{ value, clock }]);
  });

  it('of a node that claims nonsense leave something all the same', () => {
    const circle = [
      dotted('1', { '1': 1, '2': 1 }, 1, 0),
      dotted('2', { '2': 1, '3': 1 }, 2, 0),
      dotted('3', { '3': 1, '1': 1 }, 3, 0),
    ];
    const left = circle.reduce<Versions>((versions, version) => merged(versions, [version]), []);
    assert.notEqual(left.length, 0);
  });

  it('missing entries of clocks are 0, and inherited names are no entries', () => {
    assert.equal(covers({ '1': 1 }, { '1': 1, '2': 0 }), true);
    assert.equal(covers({ '1': 1 }, { '2': 1 }), false);
    assert.equal(covers({}, { constructor: 1 }), false);
    assert.deepEqual(joined({ constructor: 1 }, { '1': 1 }), { constructor: 1, '1': 1 });
  });

  it('show values once, in an order of their own, and no tombstones', () => {
    const values = [dotted('1', { '1': 1 }, 2), dotted('2', { '2': 1 }, null), dotted('3', { '3': 1 }, 1)];
    assert.deepEqual(valuesOf(values), [1, 2]);
    assert.deepEqual(valuesOf([dotted('1', { '1': 1 }, 2), dotted('2', { '2': 1 }, 2)]), [2]);
  });

  it('a context that knows of a write knows what its writer knew', () => {
    const write = dotted('1', { '1': 3, '2': 5 }, 1);
    assert.deepEqual(closedContext({ '1': 3 }, [write]), { '1': 3, '2': 5 });
    assert.deepEqual(closedContext({ '1': 2 }, [write]), { '1': 2 });
  });
});
