/**
 * Which is the strongest level that held? Levels imply each other (harness/guarantees.ts), so most of them need no
 * checker of their own: what follows from a level that held is held, and what would imply a violated level is violated.
 *
 * Levels are asked in the order of their cost. The strongest ones come first where they are cheap: one that holds ends
 * the question. Each gets an equal share of the budget that is left, so that a search which does not end leaves enough
 * for the others; what is then still undecided is asked once more, with the rest.
 */
import { guarantees, type Guarantee } from '../../nodes/kernel/model.ts';
import type { History } from '../columns/history.ts';
import { implies, strongest } from '../guarantees.ts';
import { shareOf } from './budget.ts';
import type { Budget, Checker, Verdict } from './checker.ts';
import { runOnce } from './run.ts';

/** What became of the levels that can be judged at all; each list in the order of `guarantees`. */
export interface LevelsFound {
  readonly held: readonly Guarantee[];
  readonly violated: readonly Guarantee[];
  readonly undecided: readonly Guarantee[];
  /** The maximal ones of `held`. */
  readonly strongestHeld: readonly Guarantee[];
  /** Of the levels whose own checker was run: what it answered. */
  readonly verdicts: ReadonlyMap<Guarantee, Verdict>;
  /** Of the levels that were decided without a checker of their own: the level that they follow from. */
  readonly impliedBy: ReadonlyMap<Guarantee, Guarantee>;
}

export interface LevelsAsked {
  readonly history: History;
  /** The checker of a level, or null when it cannot be judged. */
  readonly checkerOf: (level: Guarantee) => Checker | null;
  readonly budget: Budget;
  /** What is known already. */
  readonly known?: ReadonlyMap<Guarantee, Verdict>;
}

/**
 * Linear scans and polynomial procedures before searches, a level before those that are refuted with it. Linearizability
 * comes first: of most histories it is decided in near-linear time, and when it holds nothing else need be asked.
 */
export const levelsByCost: readonly Guarantee[] = [
  'linearizable',
  'strict-serializable',
  'mutual-exclusion',
  'never-oversold',
  'convergence',
  'no-lost-writes',
  'read-your-writes',
  'monotonic-reads',
  'monotonic-writes',
  'writes-follow-reads',
  'pram',
  'cc',
  'ccv',
  'regular',
  'read-committed',
  'snapshot-isolation',
  'serializable',
  'cm',
  'sequential',
];

const rounds = 2;

/** Decides as many levels as the budget allows. Deterministic for budgets that count nodes. */
export function findStrongest({ history, checkerOf, budget, known }: LevelsAsked): LevelsFound {
  const asked = levelsByCost.flatMap((level) => {
    const checker = checkerOf(level);
    return checker === null ? [] : [{ level, checker }];
  });
  const verdicts = new Map(known);
  for (let round = 0; round < rounds; round++) {
    const run = runOnce(history);
    let open = asked.filter(({ level }) => decided(level, verdicts) === undefined);
    for (; open.length > 0 && budget.spend(0); open = stillOpen(open, verdicts)) {
      const [first] = open;
      if (first === undefined) break;
      verdicts.set(first.level, run(first.checker, shareOf(budget, 1 / open.length)));
    }
  }
  return foundIn(verdicts, new Set(asked.map(({ level }) => level)));
}

type Verdicts = ReadonlyMap<Guarantee, Verdict>;

/** The levels after the first one that its verdict has not decided. */
function stillOpen<T extends { readonly level: Guarantee }>(
  [, ...rest]: readonly T[],
  verdicts: Verdicts,
): T[] {
  return rest.filter(({ level }) => decided(level, verdicts) === undefined);
}

/** Whether a level held, and from which level's verdict that follows. A refutation is a proof: it comes first. */
function decided(level: Guarantee, verdicts: Verdicts): { valid: boolean; by: Guarantee } | undefined {
  const own = verdicts.get(level)?.valid;
  if (typeof own === 'boolean') return { valid: own, by: level };
  for (const [by, { valid }] of verdicts) if (valid === false && implies(level, by)) return { valid, by };
  for (const [by, { valid }] of verdicts) if (valid === true && implies(by, level)) return { valid, by };
  return undefined;
}

/** What these verdicts say of their own levels. */
export function levelsIn(verdicts: Verdicts): LevelsFound {
  return foundIn(verdicts, new Set(verdicts.keys()));
}

function foundIn(verdicts: Verdicts, judgeable: ReadonlySet<Guarantee>): LevelsFound {
  const levels = guarantees.filter((level) => judgeable.has(level) || verdicts.has(level));
  const outcomes = new Map(levels.map((level) => [level, decided(level, verdicts)]));
  const levelsThat = (valid: boolean | undefined): Guarantee[] =>
    levels.filter((level) => outcomes.get(level)?.valid === valid);
  const held = levelsThat(true);
  const implied = [...outcomes].flatMap(([level, outcome]) =>
    outcome === undefined || outcome.by === level ? [] : [[level, outcome.by] as const],
  );
  return {
    held,
    violated: levelsThat(false),
    undecided: levelsThat(undefined),
    strongestHeld: strongest(held),
    verdicts,
    impliedBy: new Map(implied),
  };
}
