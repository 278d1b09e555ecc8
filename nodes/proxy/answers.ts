/** What the answer of a node means to a proxy: the client's answer, or a reason to try elsewhere. */
import { isDefinite } from '../kernel/errors.ts';
import type { NodeId } from '../kernel/ids.ts';
import type { Json, WireAnswer } from '../kernel/wire.ts';
import type { Leading } from './messages.ts';

export type Meaning =
  /** It was carried out, or nobody will ever do that: the client is told as it is. */
  | { readonly kind: 'final'; readonly answer: WireAnswer }
  /** Nothing was started; perhaps the node says who leads. */
  | { readonly kind: 'refused'; readonly leader: NodeId | null }
  | { readonly kind: 'unclear' };

const temporarilyUnavailable = 11;

export function meaningOf(answer: WireAnswer | null): Meaning {
  if (answer === null) return { kind: 'unclear' };
  const code = fieldOf(answer.body, 'code');
  if (answer.status === 421 || code === temporarilyUnavailable) {
    const leader = fieldOf(answer.body, 'leader');
    return { kind: 'refused', leader: typeof leader === 'string' ? (leader as NodeId) : null };
  }
  const isClear = answer.status < 500 || (typeof code === 'number' && isDefinite(code));
  return isClear ? { kind: 'final', answer } : { kind: 'unclear' };
}

/** `{leader, term}` of a node that knows who leads. */
export function leadingOf(answer: WireAnswer | null): Leading | null {
  if (answer?.status !== 200) return null;
  const leader = fieldOf(answer.body, 'leader');
  const term = fieldOf(answer.body, 'term');
  if (typeof leader !== 'string' || typeof term !== 'number') return null;
  return { leader: leader as NodeId, term };
}

function fieldOf(body: Json, name: string): Json | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  return (body as { readonly [name: string]: Json })[name];
}
