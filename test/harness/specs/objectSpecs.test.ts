import assert from 'node:assert/strict';
import fc from 'fast-check';
import { specNamed } from '../../../harness/specs/index.ts';
import type { SequentialSpec } from '../../../harness/specs/spec.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import { menuOf } from '../checkers/objects/randomObjects.ts';
import { drawFrom } from '../checkers/randomHistory.ts';

type Step = readonly [f: string, asked: Json, answered: Json];

function named(name: string): SequentialSpec {
  const spec = specNamed(name);
  assert(spec, `no spec ${name}`);
  return spec;
}

/** Whether a spec allows these operations one after the other. */
function allows(name: string, steps: readonly Step[], initial: Json = null): boolean {
  const spec = named(name);
  let state = spec.init(initial);
  for (const [f, value, answered] of steps) {
    const next = spec.step(state, { f, value }, { value: answered });
    if (next === 'inconsistent') return false;
    state = next;
  }
  return true;
}

describe('the specs of banks, inventories, bounded counters, tokens, ids and leaders', () => {
  it('bank: transfers move money, and a refusal saw too little', () => {
    const initial = { a: 10, b: 0 };
    const move = { from: 'a', to: 'b', amount: 4 };
    assert(
      allows(
        'bank',
        [
          ['transfer', move, null],
          ['read', null, { a: 6, b: 4 }],
        ],
        initial,
      ),
    );
    assert(
      !allows(
        'bank',
        [
          ['transfer', move, null],
          ['read', null, { a: 6, b: 0 }],
        ],
        initial,
      ),
    );
    assert(allows('bank', [['transfer', { ...move, amount: 11 }, false]], initial));
    assert(!allows('bank', [['transfer', move, false]], initial));
    assert(
      allows('bank', [['read', null, { b: 0, a: 10, c: 0 }]], initial),
      'an empty account need not be shown',
    );
    assert(
      allows('bank', [
        ['open', { a: 3, b: 4 }, null],
        ['read', null, { a: 3, b: 4 }],
      ]),
    );
    for (const answer of [5, [1], 'much', { a: 'much' }])
      assert.throws(() => allows('bank', [['read', null, answer]]), TypeError);
    assert(allows('bank', [['transfer', { from: '__proto__', to: 'b', amount: 1 }, null]], initial));
  });

  it('inventory: a product has one stock, sold in any region while there is any', () => {
    const lot = (cantidad: number, region = 'sur'): Json => ({ producto_id: 7, cantidad, region });
    const stocked: Step = ['restock', lot(2), null];
    assert(allows('inventory', [stocked, ['sell', lot(2), true], ['read', lot(1), 0]]));
    assert(!allows('inventory', [stocked, ['sell', lot(3), true]]));
    assert(allows('inventory', [stocked, ['sell', lot(2, 'norte'), true], ['sell', lot(1), false]]));
    assert(!allows('inventory', [stocked, ['sell', { producto_id: 8 }, true]]));
    assert(allows('inventory', [stocked, ['sell', lot(3), false], ['read', lot(1), { cantidad: 2 }]]));
    assert(!allows('inventory', [stocked, ['sell', lot(2), false]]));
    assert(
      allows(
        'inventory',
        [
          ['sell', null, null],
          ['read', null, 1],
        ],
        2,
      ),
      'where keys name the products',
    );
    assert(allows('inventory', [['read', { producto_id: 7, region: 'sur' }, 5]], [lot(3), lot(2)]));
  });

  it('bounded-counter: never goes below zero', () => {
    assert(
      allows('bounded-counter', [
        ['add', 2, null],
        ['add', -2, null],
        ['add', -1, false],
        ['read', null, 0],
      ]),
    );
    assert(
      !allows('bounded-counter', [
        ['add', 2, null],
        ['add', -3, null],
      ]),
    );
    assert(
      !allows('bounded-counter', [
        ['add', 2, null],
        ['add', -1, false],
      ]),
    );
  });

  it('fenced-lock: tokens grow, whoever holds it', () => {
    assert(
      allows('fenced-lock', [
        ['acquire', 'a', 3],
        ['acquire', 'b', { token: 4 }],
        ['release', 'a', null],
      ]),
    );
    assert(
      allows('fenced-lock', [
        ['acquire', 'a', 3],
        ['acquire', 'b', false],
        ['acquire', 'b', 'no token'],
      ]),
    );
    assert(
      !allows('fenced-lock', [
        ['acquire', 'a', 3],
        ['acquire', 'b', 3],
      ]),
    );
  });

  it('unique-ids: gives no id twice; 1 and "1" are two', () => {
    assert(
      allows('unique-ids', [
        ['generate', null, 1],
        ['generate', null, '1'],
      ]),
    );
    assert(
      !allows('unique-ids', [
        ['generate', null, { a: 1, b: 2 }],
        ['generate', null, { b: 2, a: 1 }],
      ]),
    );
  });

  it('leader: one a term; who knows of none says nothing', () => {
    const told = (leader: Json, term: Json): Step => ['leader', null, { leader, term }];
    assert(
      allows('leader', [told('n1', 1), told('n2', 2), told(null, 2), told('n1', 1), ['leader', null, null]]),
    );
    assert(!allows('leader', [told('n1', 1), told('n2', 2), told('n2', 1)]));
  });

  it('do without an answer what they do with one that changes the state', () => {
    for (const name of ['bank', 'inventory', 'bounded-counter']) {
      const menu = menuOf(name);
      const { spec } = menu;
      fc.assert(
        fc.property(fc.array(fc.nat(0xffff), { minLength: 40, maxLength: 40 }), (tape) => {
          const draw = drawFrom(tape);
          let state = spec.init();
          for (let times = 0; times < 6; times++) {
            const [f, value] = menu.ask(draw);
            const after = spec.step(state, { f, value }, { value: menu.answer(f, value, draw) });
            if (after === 'inconsistent' || spec.nameOf(after) === spec.nameOf(state)) continue;
            const without = spec.step(state, { f, value }, 'unknown');
            assert(without !== 'inconsistent' && spec.nameOf(without) === spec.nameOf(after));
            state = after;
          }
        }),
        { seed: 20_241_109, numRuns: 300 },
      );
    }
  });
});
