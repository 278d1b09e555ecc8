/** The columns of events, and how the answers in them are to be read. */
import type { OpType } from '../history.ts';
import type { Errors } from './errors.ts';
import type { Names, Values } from './interner.ts';
import type { Processes } from './processes.ts';

export { nemesisProcess } from './processes.ts';

/** The types of events by their code in the column. */
export const opTypes: readonly OpType[] = ['invoke', 'ok', 'fail', 'info'];
export const invokeType = 0;
export const okType = 1;
export const failType = 2;
export const infoType = 3;

/** How answers are to be read where schools differ. */
export interface Reading {
  /** A read answered with null: it saw that nothing was there (`value`), or it did not say what it saw. */
  readonly nilRead: 'value' | 'unknown';
  /** A cas that failed: it tells nothing (`drop`), or it saw another value than the one it expected. */
  readonly failedCas: 'drop' | 'constrain';
}

export const usualReading: Reading = { nilRead: 'value', failedCas: 'drop' };

/** The columns of a history, `length` rows each; row i is the event with index i. */
export interface Events {
  readonly length: number;
  /** Codes of `opTypes`. */
  readonly type: Uint8Array;
  /** Codes of `processes`: `nemesisProcess`, or the number of the process unless it is huge. */
  readonly process: Int32Array;
  /** Ids in `fNames`. */
  readonly f: Int32Array;
  /** Ids in `keyNames`, or `noName`. */
  readonly key: Int32Array;
  /** Ids in `values`. */
  readonly value: Int32Array;
  /** Ids in `nodeNames`, or `noName`. */
  readonly node: Int32Array;
  readonly timeNs: Float64Array;
  readonly fNames: Names;
  readonly keyNames: Names;
  readonly nodeNames: Names;
  readonly values: Values;
  readonly processes: Processes;
  readonly errors: Errors;
}
