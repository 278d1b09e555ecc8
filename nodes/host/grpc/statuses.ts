/**
 * What answers are as gRPC statuses, and back: the error table of the kernel goes with a call as the trailer `code`,
 * because a status alone does not tell whether anything happened, and libraries make up some of them by themselves.
 */
import { errorKinds, type ErrorName } from '../../kernel/errors.ts';
import type { Json, WireAnswer } from '../../kernel/wire.ts';

export const statuses = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;
export type StatusName = keyof typeof statuses;

/** What ends a call that is not answered. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
  /** By their names: `code`, `leader`, `context`, `session`. */
  readonly trailers: Readonly<Record<string, string>>;
}

const statusOfError: Readonly<Record<ErrorName, StatusName>> = {
  timeout: 'DEADLINE_EXCEEDED',
  'node-not-found': 'NOT_FOUND',
  'not-supported': 'UNIMPLEMENTED',
  'temporarily-unavailable': 'UNAVAILABLE',
  'malformed-request': 'INVALID_ARGUMENT',
  crash: 'INTERNAL',
  abort: 'ABORTED',
  'key-does-not-exist': 'NOT_FOUND',
  'key-already-exists': 'ALREADY_EXISTS',
  'precondition-failed': 'FAILED_PRECONDITION',
  'txn-conflict': 'ABORTED',
};

/**
 * The HTTP status that says as much to the rule of meaning (harness/meaning.ts). Those that libraries make up when a
 * connection breaks, a message is too large or a handler throws must stay as unclear as a 5xx is.
 */
const httpStatusOf: Readonly<Record<StatusName, number>> = {
  OK: 200,
  CANCELLED: 500,
  UNKNOWN: 500,
  INVALID_ARGUMENT: 400,
  DEADLINE_EXCEEDED: 504,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  PERMISSION_DENIED: 403,
  RESOURCE_EXHAUSTED: 429,
  FAILED_PRECONDITION: 409,
  ABORTED: 409,
  OUT_OF_RANGE: 400,
  UNIMPLEMENTED: 405,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DATA_LOSS: 500,
  UNAUTHENTICATED: 401,
};

const names = new Map<number, StatusName>(
  Object.entries(statuses).map(([name, status]) => [status, name as StatusName]),
);
const errorByCode = new Map<number, ErrorName>(errorKinds.map(({ code, name }) => [code, name]));

/** How an answer other than a success ends the call. `seen` is what the client is to give back. */
export function refusalOf(body: Json, seen: Readonly<Record<string, string>>): Refusal {
  const { error, code, leader } = (body ?? {}) as { readonly [name: string]: Json | undefined };
  const name = typeof code === 'number' ? errorByCode.get(code) : undefined;
  return {
    status: statuses[name === undefined ? 'UNKNOWN' : statusOfError[name]],
    message: wellFormed(typeof error === 'string' ? error : JSON.stringify(body)),
    trailers: {
      ...(typeof code === 'number' && { code: String(code) }),
      ...(typeof leader === 'string' && { leader }),
      ...seen,
    },
  };
}

/** Half a surrogate pair, which JSON can say, is no text that a header can carry: encoding it would throw. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** The same as an answer over HTTP. */
export function answerOf({ status, message, trailers }: Refusal): WireAnswer {
  const { code, leader, context, session } = trailers;
  const name = names.get(status) ?? 'UNKNOWN';
  // Without a code this is the only promise in UNAVAILABLE: libraries never name a leader.
  const http = name === 'UNAVAILABLE' && leader !== undefined ? 421 : httpStatusOf[name];
  return {
    status: http,
    body: {
      error: message === '' ? name : `${name}: ${message}`,
      ...(code !== undefined && /^\d{1,9}$/.test(code) && { code: Number(code) }),
      ...(leader !== undefined && { leader }),
      ...(context !== undefined && { context }),
      ...(session !== undefined && { session }),
    },
  };
}
