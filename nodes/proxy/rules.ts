/**
 * The decisions of a proxy, each a small named function. The core asks these rules and takes no such decision anywhere
 * else, so that a planted bug (bugs.ts) is a rule replaced.
 */
import type { ErrorName } from '../kernel/errors.ts';
import type { WireRequest } from '../kernel/wire.ts';
import type { Leading } from './messages.ts';

export interface Rules {
  /** A write with an unknown outcome may be sent again only if nodes recognise it by its Request-Id. */
  mayResend(request: WireRequest, resend: boolean): boolean;
  /** What nodes are sent: with the Request-Id, by which they recognise what they have done already. */
  passedOn(request: WireRequest): WireRequest;
  /** The error of a write that came to nothing: definite only if none of its attempts may have been taken. */
  errorOfWrite(isUnclear: boolean): ErrorName;
  /** Whether what a node says about who leads is news: a later term wins, whoever said so. */
  isNews(said: Leading, known: Leading | null): boolean;
}

export const correctRules: Rules = {
  mayResend: ({ requestId }, resend) => resend && requestId !== undefined,
  passedOn: (request) => request,
  errorOfWrite: (isUnclear) => (isUnclear ? 'timeout' : 'temporarily-unavailable'),
  isNews: (said, known) => known === null || said.term > known.term,
};
