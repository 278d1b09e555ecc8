/**
 * Grow-only sets: elements are added once each, the whole set is read. Any two answers must contain one another; ordered
 * by size they tell in which groups elements came. Linear in what was answered, and O(reads log reads).
 */
import { set } from '../../specs/set.ts';
import { forgetElements, growthOf, inversionIn, membersOf, type Answer, type Growth } from './growth.ts';
import { apart, odd, outOfOrder } from './growthWitness.ts';
import type { Refusal } from './refusal.ts';
import { none } from './scratch.ts';
import { beginsEmpty, type Decision, type Part, type SpecialCase } from './specialCase.ts';

export const growOnlySet: SpecialCase = {
  name: 'grow-only set of unique elements',
  decide(part: Part): Decision | undefined {
    if (part.spec !== set || !beginsEmpty(part)) return undefined;
    try {
      const growth = growthOf(part, 'add');
      return growth && (violationOf(growth) ?? { valid: true });
    } finally {
      forgetElements(part);
    }
  },
};

function violationOf(growth: Growth): Refusal | undefined {
  const { answers, rank, elementCount } = growth;
  const answerRanks = new Map<number, number>();
  /** The first answer of each group. */
  const groups: Answer[] = [];
  let seenCount = 0;
  for (const [at, answer] of answers.entries()) {
    const members = membersOf(growth, answer, at + 1);
    if ('what' in members) return odd(growth, members);
    if (groups.length === 0 || answer.size > seenCount) groups.push(answer);
    let met = 0;
    for (let member = 0; member < answer.size; member++) {
      const element = members[member] ?? 0;
      if (rank[element] === none) rank[element] = 2 * (groups.length - 1);
      else met++;
    }
    if (met < seenCount) {
      const missing = missingFrom(growth, at + 1, elementCount);
      return apart(growth, answer, groups[(rank[missing] ?? 0) / 2] ?? answer);
    }
    seenCount = answer.size;
    answerRanks.set(answer.id, 2 * groups.length - 1);
  }
  const inversion = inversionIn(growth, answerRanks, 2 * groups.length);
  return inversion && outOfOrder(growth, inversion);
}

/** An element that was seen before, but is not in the answer with this number. */
function missingFrom({ rank, stamps }: Growth, stamp: number, elementCount: number): number {
  for (let element = 0; element < elementCount; element++)
    if (rank[element] !== none && stamps[element] !== stamp) return element;
  throw new Error('nothing is missing');
}
