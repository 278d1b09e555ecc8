/** The key–value machine: keys with JSON values. A key that is absent is null, and null makes a key absent. */
import { assertNever } from '../kernel/assert.ts';
import type { Json } from '../kernel/wire.ts';
import type { MachineResult, MicroOperation, StateMachine } from './machine.ts';

/** What the machine is asked to do. */
export type Operation =
  | { readonly type: 'put'; readonly key: string; readonly value: Json }
  | { readonly type: 'delete'; readonly key: string }
  | { readonly type: 'cas'; readonly key: string; readonly from: Json; readonly to: Json }
  | { readonly type: 'txn'; readonly txn: readonly MicroOperation[] };

/** What only looks: it goes through a log only if nothing else can make it current. */
export type Query =
  | { readonly type: 'get'; readonly key: string }
  | { readonly type: 'txn'; readonly txn: readonly MicroOperation[] };

export type KeyValues = readonly (readonly [key: string, value: Json])[];

/** Deep equality of JSON values; the order of an object's members does not matter. */
export function jsonEquals(left: Json, right: Json): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, at) => jsonEquals(item as Json, right[at] as Json));
  }
  const [leftObject, rightObject] = [left as { [key: string]: Json }, right as { [key: string]: Json }];
  const names = Object.keys(leftObject);
  if (names.length !== Object.keys(rightObject).length) return false;
  return names.every(
    (name) =>
      Object.hasOwn(rightObject, name) && jsonEquals(leftObject[name] as Json, rightObject[name] as Json),
  );
}

/** Whether a transaction changes nothing, whatever it finds. */
export function isReadOnly(txn: readonly MicroOperation[]): boolean {
  return txn.every(([kind]) => kind === 'r');
}

/** What an operation would do: its result, and the keys that change. */
interface Outcome {
  readonly result: MachineResult;
  readonly changes: ReadonlyMap<string, Json>;
}

const nothing: ReadonlyMap<string, Json> = new Map();

/** Why a transaction leaves nothing behind. */
class Abort {
  readonly why: string;
  constructor(why: string) {
    this.why = why;
  }
}

/** One micro-operation on a working copy; gives it back with what it read, or the reason to abort. */
function microStep(
  step: MicroOperation,
  read: (key: string) => Json,
  changes: Map<string, Json>,
): MicroOperation | Abort {
  const key = step[1];
  const value = read(key);
  switch (step[0]) {
    case 'r':
      return ['r', key, value];
    case 'w':
      changes.set(key, step[2]);
      return step;
    case 'append':
      if (value !== null && !Array.isArray(value)) return new Abort(`${key} holds no list`);
      changes.set(key, [...((value ?? []) as readonly Json[]), step[2]]);
      return step;
    case 'cas':
      if (!jsonEquals(value, step[2][0])) return new Abort(`${key} did not match`);
      changes.set(key, step[2][1]);
      return step;
    case 'add': {
      if (value !== null && typeof value !== 'number') return new Abort(`${key} holds no number`);
      const sum = (value ?? 0) + step[2];
      // JSON has no infinity: a journal or a snapshot would turn it into null, and nodes would differ.
      if (!Number.isFinite(sum)) return new Abort(`${key} would become too large`);
      if (sum < step[3]) return new Abort(`${key} would fall below ${step[3]}`);
      changes.set(key, sum);
      return step;
    }
    case 'pop': {
      if (value !== null && !Array.isArray(value)) return new Abort(`${key} holds no list`);
      const [first = null, ...rest] = (value ?? []) as readonly Json[];
      // An emptied queue stays an empty list: absent and empty both pop null.
      if (value !== null) changes.set(key, rest);
      return ['pop', key, first];
    }
    default:
      return assertNever(step);
  }
}

/** Requests to other machines take the same ways as those to this one. */
const knownTypes: ReadonlySet<string> = new Set<(Operation | Query)['type']>([
  'get',
  'put',
  'delete',
  'cas',
  'txn',
]);

export class KeyValueMachine implements StateMachine<Operation, Query, KeyValues> {
  private readonly values: Map<string, Json>;

  constructor(state: KeyValues = []) {
    this.values = new Map(state);
  }

  read(key: string): Json {
    return this.values.get(key) ?? null;
  }

  refusal({ type }: Operation | Query): MachineResult | null {
    if (knownTypes.has(type)) return null;
    return { type: 'refused', error: 'not-supported', why: 'this node has keys with values, and no tables' };
  }

  query(query: Query): MachineResult {
    if (query.type === 'get') return { type: 'value', key: query.key, value: this.read(query.key) };
    return this.outcomeOf({ type: 'txn', txn: query.txn }).result;
  }

  preview(operation: Operation): MachineResult {
    return this.outcomeOf(operation).result;
  }

  /** What the operation would do to the state as it is; changes nothing. */
  private outcomeOf(operation: Operation): Outcome {
    switch (operation.type) {
      case 'put': {
        const { key, value } = operation;
        return { result: { type: 'written', key, value }, changes: new Map([[key, value]]) };
      }
      case 'delete': {
        const { key } = operation;
        return { result: { type: 'written', key, value: null }, changes: new Map([[key, null]]) };
      }
      case 'cas': {
        const { key, from, to } = operation;
        if (!jsonEquals(this.read(key), from)) {
          return {
            result: { type: 'refused', error: 'precondition-failed', why: `${key} did not match`, key },
            changes: nothing,
          };
        }
        return { result: { type: 'written', key, value: to }, changes: new Map([[key, to]]) };
      }
      case 'txn':
        return this.transact(operation.txn);
      default:
        return assertNever(operation);
    }
  }

  /** All micro-operations one after another, or nothing at all. */
  private transact(txn: readonly MicroOperation[]): Outcome {
    const changes = new Map<string, Json>();
    const read = (key: string): Json => (changes.has(key) ? (changes.get(key) ?? null) : this.read(key));
    const done: MicroOperation[] = [];
    for (const step of txn) {
      const answered = microStep(step, read, changes);
      if (answered instanceof Abort) {
        return { result: { type: 'refused', error: 'txn-conflict', why: answered.why }, changes: nothing };
      }
      done.push(answered);
    }
    return { result: { type: 'txn', txn: done }, changes };
  }

  apply(operation: Operation): MachineResult {
    const { result, changes } = this.outcomeOf(operation);
    for (const [key, value] of changes) {
      if (value === null) this.values.delete(key);
      else this.values.set(key, value);
    }
    return result;
  }

  /** The whole state. Values are immutable, so a shallow copy is a snapshot. O(keys). */
  snapshot(): KeyValues {
    return [...this.values];
  }
}
