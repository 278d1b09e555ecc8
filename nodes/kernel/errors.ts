/**
 * The error table of the client API. `definite` errors promise that the operation did not and never will take effect;
 * everything else leaves it open.
 */

export interface ErrorKind {
  readonly code: number;
  readonly name: string;
  readonly definite: boolean;
  /** The HTTP status it usually travels with. */
  readonly status: number;
  readonly meaning: string;
}

export const errorKinds = [
  {
    code: 0,
    name: 'timeout',
    definite: false,
    status: 504,
    meaning: 'the outcome is not known; it may still happen',
  },
  { code: 1, name: 'node-not-found', definite: true, status: 404, meaning: 'no such node' },
  { code: 10, name: 'not-supported', definite: true, status: 405, meaning: 'this node does not do that' },
  {
    code: 11,
    name: 'temporarily-unavailable',
    definite: true,
    status: 503,
    meaning: 'not now; nothing was started',
  },
  { code: 12, name: 'malformed-request', definite: true, status: 400, meaning: 'the request makes no sense' },
  { code: 13, name: 'crash', definite: false, status: 500, meaning: 'the node failed in the middle' },
  { code: 14, name: 'abort', definite: true, status: 409, meaning: 'given up, without effect' },
  { code: 20, name: 'key-does-not-exist', definite: true, status: 404, meaning: 'no such key' },
  { code: 21, name: 'key-already-exists', definite: true, status: 409, meaning: 'the key exists already' },
  {
    code: 22,
    name: 'precondition-failed',
    definite: true,
    status: 409,
    meaning: 'the expected value was not there',
  },
  {
    code: 30,
    name: 'txn-conflict',
    definite: true,
    status: 409,
    meaning: 'the transaction left nothing behind',
  },
] as const satisfies readonly ErrorKind[];

export type ErrorName = (typeof errorKinds)[number]['name'];

const byName = new Map<string, ErrorKind>(errorKinds.map((kind) => [kind.name, kind]));
const byCode = new Map<number, ErrorKind>(errorKinds.map((kind) => [kind.code, kind]));

/** The row of the table with this name. */
export function errorKind(name: ErrorName): ErrorKind {
  return byName.get(name) as ErrorKind;
}

/** Whether an error with this code promises that nothing happened. Unknown codes promise nothing. */
export function isDefinite(code: number): boolean {
  return byCode.get(code)?.definite ?? false;
}
