/**
 * The one rule that decides what the end of an attempt means to the history. Its honesty is that of every verdict: an
 * effect that is called `fail` makes a correct system look wrong, a lost write that is called `info` hides a bug.
 *
 * - A refusal that reveals state is an outcome: a 404 with JSON is `ok` with null for whoever looks something up or takes
 *   it out of a queue; a 409 says that what was to be sold is sold out, which is `ok` with false. (Otherwise a store that
 *   lost everything would pass.)
 * - A known code in the body says more than the status: definite codes are refusals, others leave all open.
 * - A 200 is only worth what its body says: with `error`, another `status` than `success`, or without the result, the
 *   outcome is unclear.
 * - Whatever else ends after the request may have left is unclear.
 */
import { errorKinds, isDefinite } from '../nodes/kernel/errors.ts';
import type { NodeId } from '../nodes/kernel/ids.ts';
import type { Json } from '../nodes/kernel/wire.ts';
import { malformed, resultOf, type ApiProfile } from './profile.ts';
import type { Action, ActionKind } from './workload.ts';
import type { WireOutcome } from './world.ts';

export type Meaning =
  /** It took effect, and this is what came out. */
  | { readonly kind: 'ok'; readonly result: Json }
  /**
   * This attempt did not and never will take effect. `decided`: the state machine came to it by carrying the operation
   * out (a cas that did not match), so under deduplication it speaks for all attempts of the operation.
   */
  | { readonly kind: 'refused'; readonly decided: boolean; readonly error: string; readonly leader?: NodeId }
  /** It may take effect, or have taken effect, or not. */
  | { readonly kind: 'unclear'; readonly error: string };

/** What the end of an attempt means. Pure; tested over every (status, code, operation). */
export function meaningOf(profile: ApiProfile, action: Action, outcome: WireOutcome): Meaning {
  switch (outcome.kind) {
    case 'refused':
      return refused('connection refused');
    case 'broken':
      return unclear(`connection broken: ${outcome.why}`);
    case 'timeout':
      return unclear('timeout');
    case 'answer':
      return answerMeaning(profile, action, outcome.status, outcome.body);
  }
}

type Body = { readonly [name: string]: Json };

function answerMeaning(profile: ApiProfile, action: Action, status: number, body: Json | undefined): Meaning {
  const fields = fieldsOf(body);
  const { kind } = action;
  const error = errorText(status, fields);
  const { ok, fail, info } = profile.operations[kind]?.statuses ?? {};
  if (info?.includes(status)) return unclear(error);
  if (fail?.includes(status)) return refused(error, false, fields);
  if (ok?.includes(status) || status === 200) return successMeaning(profile, action, fields);
  const code = codeOf(fields);
  if (body !== undefined && (code === null || decidedCodes.has(code))) {
    if (status === 404 && finds.has(kind) && (code ?? keyMissing) === keyMissing)
      return { kind: 'ok', result: null };
    if (status === 409 && kind === 'sell') return { kind: 'ok', result: false };
  }
  if (code !== null)
    return isDefinite(code) ? refused(error, decidedCodes.has(code), fields) : unclear(error);
  if (definiteStatuses.has(status)) return refused(error, false, fields);
  const didNotMatch = (status === 404 && concerns.has(kind)) || (status === 409 && requires.has(kind));
  if (didNotMatch && body !== undefined) return refused(error, true);
  return unclear(error);
}

function successMeaning(profile: ApiProfile, action: Action, fields: Body | null): Meaning {
  if (fields === null) return unclear('200 without a JSON object');
  if (fields['error'] !== undefined && fields['error'] !== null)
    return unclear(`200 with error: ${textOf(fields['error'])}`);
  const status = fields['status'];
  if (status !== undefined && status !== 'success') return unclear(`200 with status ${textOf(status)}`);
  const result = resultOf(profile, action, fields);
  return result === malformed ? unclear('200 without the result') : { kind: 'ok', result };
}

/** These look something up, or take it out: where nothing is, that is what they find. */
const finds: ReadonlySet<ActionKind> = new Set(['read', 'elements', 'count', 'dequeue', 'balances', 'stock']);
/** These do nothing where what they are about does not exist. */
const concerns: ReadonlySet<ActionKind> = new Set(['cas', 'delete', 'remove', 'release', 'transfer', 'sell']);
/** These have a condition, and do nothing where it does not hold. */
const requires: ReadonlySet<ActionKind> = new Set([
  'cas',
  'delete',
  'txn',
  'remove',
  'increment',
  'acquire',
  'release',
  'transfer',
]);
/** These promise by themselves that nothing happened; 421 and 403 may name the node to ask instead. */
const definiteStatuses = new Set([400, 403, 405, 421]);
const keyMissing = 20;
/** Key missing, key exists, precondition failed, transaction conflict: nobody can know without carrying it out. */
const decidedCodes = new Set([keyMissing, 21, 22, 30]);
const knownCodes = new Set<number>(errorKinds.map(({ code }) => code));

function refused(error: string, decided = false, fields: Body | null = null): Meaning {
  const leader = fields?.['leader'];
  return {
    kind: 'refused',
    decided,
    error,
    ...(typeof leader === 'string' && { leader: leader as NodeId }),
  };
}

function unclear(error: string): Meaning {
  return { kind: 'unclear', error };
}

function fieldsOf(body: Json | undefined): Body | null {
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Body) : null;
}

/** The code of the error table in the body; null when there is none, or one that the table does not know. */
function codeOf(fields: Body | null): number | null {
  const code = fields?.['code'];
  return typeof code === 'number' && knownCodes.has(code) ? code : null;
}

/** `421 n1 does not lead`, `503`. */
function errorText(status: number, fields: Body | null): string {
  const error = fields?.['error'];
  return error === undefined || error === null ? String(status) : `${status} ${textOf(error)}`;
}

/** Text of a node for the history: hostile, and only for people, so it is cut. */
function textOf(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
