/** What reads of lists show. */
import type { Json } from '../../../nodes/kernel/wire.ts';
import { listAnswered } from './answers.ts';

/** The elements that a read shows. Whatever else a node answers is no list that anybody made, and shows itself. */
export function elementsRead(answer: Json): readonly Json[] {
  return answer === '' ? [] : (listAnswered(answer) ?? [answer]);
}
