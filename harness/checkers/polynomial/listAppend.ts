/**
 * Lists with append: elements are appended once each, the whole list is read. The longest answer has the order of its
 * elements, all others must be beginnings of it. Linear in what was answered, and O(reads log reads).
 */
import { append } from '../../specs/kv.ts';
import { forgetElements, growthOf, inversionIn, membersOf, type Growth } from './growth.ts';
import { forked, odd, outOfOrder } from './growthWitness.ts';
import type { Refusal } from './refusal.ts';
import { beginsEmpty, type Decision, type Part, type SpecialCase } from './specialCase.ts';

export const listAppend: SpecialCase = {
  name: 'list of unique elements',
  decide(part: Part): Decision | undefined {
    if (part.spec !== append || !beginsEmpty(part)) return undefined;
    try {
      const growth = growthOf(part, 'append');
      return growth && (violationOf(growth) ?? { valid: true });
    } finally {
      forgetElements(part);
    }
  },
};

function violationOf(growth: Growth): Refusal | undefined {
  const { answers, rank } = growth;
  const answerRanks = new Map<number, number>();
  const longest = answers.at(-1);
  for (let at = answers.length - 1; at >= 0; at--) {
    const answer = answers[at] ?? longest;
    if (!longest || !answer) break;
    const members = membersOf(growth, answer, at + 1);
    if ('what' in members) return odd(growth, members);
    for (let position = 0; position < answer.size; position++) {
      const element = members[position] ?? 0;
      const own = 2 * (position + 1);
      if (answer === longest) rank[element] = own;
      else if (rank[element] !== own) return forked(growth, answer, longest, position);
    }
    answerRanks.set(answer.id, 2 * answer.size + 1);
  }
  const inversion = inversionIn(growth, answerRanks, 2 * (longest?.size ?? 0) + 2);
  return inversion && outOfOrder(growth, inversion);
}
