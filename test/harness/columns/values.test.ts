import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { nestingMax, UnfitValue } from '../../../harness/columns/canonical.ts';
import { falseId, Names, noName, nullId, trueId, Values } from '../../../harness/columns/interner.ts';
import { Numbers } from '../../../harness/columns/numbers.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import { agreesOn } from '../checkers/fuzz.ts';

/** Few leaves, so that equal values are common. */
const json: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Json>(
      null,
      true,
      false,
      0,
      -0,
      1,
      '1',
      '',
      'a',
      0.5,
      2 ** 31,
      -(2 ** 31),
      2 ** 53,
      '\ud800',
      'ü',
    ),
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('a', 'b', '1', '__proto__', '\udfff', 'ü', '😀', '\uffff'), tie('value'), {
      maxKeys: 3,
    }),
  ),
})).value;

/** −0 is 0, and an object is what it holds, whatever its prototype. */
const plain = (value: Json): unknown => JSON.parse(JSON.stringify(value));

/** The same value, with the members of its objects in another order. */
function reordered(value: Json): Json {
  if (Array.isArray(value)) return (value as Json[]).map(reordered);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value as Record<string, Json>).reverse();
  return Object.fromEntries(entries.map(([name, inner]) => [name, reordered(inner)]));
}

const nested = (levels: number): Json => {
  let value: Json = [];
  for (let level = 1; level < levels; level++) value = [value];
  return value;
};

describe('the table of values', () => {
  agreesOn('gives two values one id exactly if they are the same JSON', fc.tuple(json, json), ([a, b]) => {
    const values = new Values();
    assert.equal(values.idOf(a) === values.idOf(b), isDeepStrictEqual(plain(a), plain(b)));
    assert.equal(values.idOf(reordered(a)), values.idOf(a));
  });

  agreesOn('gives back what it was given', fc.array(json), (given) => {
    const values = new Values();
    const ids = given.map((value) => values.idOf(value));
    assert.deepEqual(
      ids.map((id) => plain(values.get(id))),
      given.map(plain),
    );
    assert.deepEqual(
      given.map((value) => values.idOf(value)),
      ids,
    );
    assert.ok(ids.every((id) => id >= 0 && id < values.size));
  });

  it('tells 1 from "1", and -0 not from 0', () => {
    const values = new Values();
    assert.notEqual(values.idOf(1), values.idOf('1'));
    assert.equal(values.idOf(-0), values.idOf(0));
    assert.equal(values.idOf([-0]), values.idOf([0]));
    assert.ok(Object.is(values.get(values.idOf(-0)), 0));
  });

  it('has null, false and true from the beginning', () => {
    const values = new Values();
    assert.deepEqual(
      [null, false, true].map((value) => values.idOf(value)),
      [nullId, falseId, trueId],
    );
    assert.deepEqual(
      [nullId, falseId, trueId].map((id) => values.get(id)),
      [null, false, true],
    );
    assert.equal(values.size, 3);
  });

  it('takes __proto__ for a name like others', () => {
    const values = new Values();
    const value = JSON.parse('{"__proto__":{"a":1}}') as Json;
    const id = values.idOf(value);
    assert.notEqual(id, values.idOf({}));
    assert.equal(JSON.stringify(values.get(id)), '{"__proto__":{"a":1}}');
  });

  it('refuses what JSON cannot spell, and what is nested without end', () => {
    const values = new Values();
    for (const wrong of [Infinity, -Infinity, NaN, [1e999], { a: [NaN] }, undefined, () => 1, 1n])
      assert.throws(() => values.idOf(wrong as Json), UnfitValue);
    assert.deepEqual(values.get(values.idOf(nested(nestingMax))), nested(nestingMax));
    assert.throws(() => values.idOf(nested(nestingMax + 1)), UnfitValue);
    assert.throws(() => values.idOf(nested(100_000)), UnfitValue);
    assert.throws(() => values.get(values.size), RangeError);
    assert.throws(() => values.get(-1), RangeError);
  });

  it('holds more values than it remembers parsed', () => {
    const values = new Values();
    const given = Array.from({ length: 20_000 }, (_, n) => (n % 2 === 0 ? [n] : `text ${n}`));
    const ids = given.map((value) => values.idOf(value));
    for (let round = 0; round < 2; round++)
      assert.deepEqual(
        ids.map((id) => values.get(id)),
        given,
      );
    assert.deepEqual(values.get(ids[0] ?? 0), [0]);
    assert.deepEqual(
      given.map((value) => values.idOf(value)),
      ids,
    );
  });
});

describe('the table of names', () => {
  const name = fc.oneof(
    fc.constantFrom('', 'k', '"', '\\', '\0', '\ud800', '\udfff', '\ud83d\ude00', '\ufffd', '__proto__'),
    fc.string({ unit: 'binary' }),
  );

  agreesOn('gives each string a number of its own, and gives it back', fc.array(name), (given) => {
    const names = new Names();
    const unseen = given.map((each) => names.find(each));
    assert.ok(unseen.every((id) => id === noName));
    const ids = given.map((each) => names.idOf(each));
    assert.deepEqual(
      ids.map((id) => names.get(id)),
      given,
    );
    assert.deepEqual(
      given.map((each) => names.find(each)),
      ids,
    );
    assert.equal(names.size, new Set(given).size);
  });

  it('knows no other ids', () => {
    const names = new Names();
    assert.throws(() => names.get(0), RangeError);
    assert.throws(() => names.get(noName), RangeError);
  });
});

describe('the table of numbers', () => {
  const strides = [1, 3, 64, 1024, 2 ** 20, 2 ** 31, 0.5, -7];
  for (const stride of strides)
    it(`stays fast and right for multiples of ${stride}`, () => {
      const numbers = new Numbers();
      for (let round = 0; round < 2; round++)
        for (let n = 0; n < 50_000; n++) assert.equal(numbers.ordinalOf(n * stride), n);
      assert.equal(numbers.get(49_999), 49_999 * stride);
      assert.equal(numbers.find(0.123), -1);
      assert.throws(() => numbers.get(50_000), RangeError);
    });

  it('finds integers again that came before their array was as long', () => {
    const numbers = new Numbers();
    const given = Array.from({ length: 20_000 }, (_, n) => (n % 2 === 0 ? 40_000 - n : n));
    for (let round = 0; round < 2; round++)
      assert.deepEqual(
        given.map((n) => numbers.ordinalOf(n)),
        [...given.keys()],
      );
    assert.equal(numbers.size, given.length);
  });

  agreesOn(
    'numbers what is distinct',
    fc.array(fc.oneof(fc.integer({ min: -3, max: 3000 }), fc.double({ noNaN: true })), { maxLength: 50 }),
    (given) => {
      const numbers = new Numbers();
      const distinct = [...new Set(given)];
      for (let round = 0; round < 2; round++)
        assert.deepEqual(
          given.map((n) => numbers.ordinalOf(n)),
          given.map((n) => distinct.findIndex((each) => each === n)),
        );
      assert.deepEqual(
        distinct.map((n) => numbers.find(n)),
        [...distinct.keys()],
      );
    },
  );
});
