import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nodeBudget, unlimited } from '../../../harness/checkers/budget.ts';
import type { Budget, Checker, Validity, Verdict } from '../../../harness/checkers/checker.ts';
import { findStrongest, levelsByCost, type LevelsFound } from '../../../harness/checkers/strongest.ts';
import { History } from '../../../harness/columns/history.ts';
import { implies, strongest } from '../../../harness/guarantees.ts';
import { guarantees, type Guarantee } from '../../../nodes/kernel/model.ts';

const history = History.of([]);

/** A checker that answers this, after spending so much; `unknown` when that is more than there is. */
const checkerThat = (name: string, valid: Validity, cost: number, ran: string[]): Checker => ({
  name,
  meaning: '',
  check: (_, budget: Budget): Verdict => {
    ran.push(name);
    const isWithin = Array.from({ length: cost }).every(() => budget.spend(1));
    return { valid: isWithin ? valid : 'unknown', anomalies: [], stats: {} };
  },
});

function find(
  answers: Partial<Record<Guarantee, Validity>>,
  { budget = unlimited, costs = {}, known = {} }: Given = {},
): LevelsFound & { readonly ran: readonly string[] } {
  const ran: string[] = [];
  const found = findStrongest({
    history,
    checkerOf: (level) => {
      const valid = answers[level];
      return valid === undefined ? null : checkerThat(level, valid, costs[level] ?? 1, ran);
    },
    budget,
    known: new Map(
      Object.entries(known).map(([level, valid]) => [
        level as Guarantee,
        { valid, anomalies: [], stats: {} },
      ]),
    ),
  });
  return { ...found, ran };
}

interface Given {
  readonly budget?: Budget;
  readonly costs?: Partial<Record<Guarantee, number>>;
  readonly known?: Partial<Record<Guarantee, Validity>>;
}

describe('the strongest level that held', () => {
  it('is asked of every level in some order', () => {
    assert.deepEqual([...levelsByCost].sort(), [...guarantees].sort());
  });

  it('needs one checker when the strongest level holds', () => {
    const { held, strongestHeld, impliedBy, ran } = find({ linearizable: true, sequential: true, cc: true });
    assert.deepEqual(ran, ['linearizable']);
    assert.deepEqual(held, ['linearizable', 'sequential', 'cc']);
    assert.deepEqual(strongestHeld, ['linearizable']);
    assert.deepEqual(impliedBy.get('sequential'), 'linearizable');
  });

  it('refutes with a weak level whatever would imply it, and runs none of that', () => {
    const { violated, strongestHeld, ran } = find({
      linearizable: false,
      'monotonic-reads': false,
      'monotonic-writes': true,
      pram: true,
      ccv: true,
      sequential: true,
    });
    assert(violated.includes('sequential') && violated.includes('pram'));
    assert(!ran.includes('sequential') && !ran.includes('pram'));
    assert(strongestHeld.includes('monotonic-writes'));
  });

  it('takes what is known already', () => {
    const { ran, strongestHeld } = find(
      { linearizable: true, sequential: true, ccv: true },
      { known: { linearizable: false, sequential: true } },
    );
    assert.deepEqual([ran, strongestHeld], [[], ['sequential']]);
  });

  it('lets no level eat the budget of the others', () => {
    const costs = { linearizable: 1_000_000, sequential: 1_000_000 };
    const answers = { linearizable: true, 'monotonic-reads': true, ccv: true, sequential: true } as const;
    const { undecided, strongestHeld } = find(answers, { budget: nodeBudget(1_000), costs });
    assert.deepEqual(undecided, ['linearizable', 'sequential']);
    assert.deepEqual(strongestHeld, ['ccv']);
  });

  it('asks a level again with what the others left', () => {
    const { strongestHeld, ran } = find(
      { linearizable: true, 'monotonic-reads': true, ccv: true, sequential: 'unknown' },
      { budget: nodeBudget(1_000), costs: { linearizable: 300 } },
    );
    assert.deepEqual(strongestHeld, ['linearizable']);
    assert.deepEqual(ran.filter((name) => name === 'linearizable').length, 2);
  });

  it('stops when the budget is used up', () => {
    const { undecided, ran } = find({ linearizable: true }, { budget: { spend: () => false } });
    assert.deepEqual([undecided, ran], [['linearizable'], []]);
  });

  it('has nothing to say where nothing can be judged', () => {
    const { held, violated, undecided, strongestHeld } = find({});
    assert.deepEqual([held, violated, undecided, strongestHeld], [[], [], [], []]);
  });

  /** Answers that agree with the lattice: what is violated pulls down what implies it. */
  const answers = fc
    .array(fc.tuple(fc.constantFrom(...guarantees), fc.constantFrom<Validity>(true, false, 'unknown')), {
      maxLength: 19,
    })
    .map((pairs) => {
      const drawn = new Map(pairs);
      const truth = (level: Guarantee): boolean =>
        ![...drawn].some(([weaker, valid]) => valid === false && implies(level, weaker));
      return new Map([...drawn].map(([level, valid]) => [level, valid === 'unknown' ? valid : truth(level)]));
    });

  it('agrees with running every checker', () => {
    fc.assert(
      fc.property(answers, (given) => {
        const { held, violated, undecided, strongestHeld } = find(Object.fromEntries(given));
        for (const [level, valid] of given) {
          const list = valid === true ? held : violated;
          if (valid !== 'unknown') assert(list.includes(level), `${level} is ${valid}`);
        }
        assert.deepEqual([...held, ...violated, ...undecided].sort(), [...given.keys()].sort());
        assert.deepEqual(strongestHeld, strongest(held));
      }),
      { seed: 7, numRuns: 1_000 },
    );
  });
});
