/**
 * Slow, obvious twins of the isolation levels, by their definitions: every serial order; every order of starts and
 * commits; every order of the versions of every key. For five transactions or so.
 */
import { operationsOf, type Op } from '../../../../harness/history.ts';
import type { SequentialSpec } from '../../../../harness/specs/spec.ts';
import type { Json } from '../../../../nodes/kernel/wire.ts';
import type { Micro } from './databases.ts';

export interface Txn {
  readonly id: number;
  readonly process: number;
  readonly start: number;
  /** Infinity when it is open. */
  readonly end: number;
  readonly isOk: boolean;
  readonly micros: readonly Micro[];
  readonly value: Json;
}

/** Which transactions must come before which. */
export type Precedence = (a: Txn, b: Txn) => boolean;

export const noPrecedence: Precedence = () => false;
export const sessionPrecedence: Precedence = (a, b) => a.process === b.process && a.start < b.start;
export const realtimePrecedence: Precedence = (a, b) => a.end < b.start;

/** The transactions that happened, or may have. */
export function txnsOf(history: readonly Op[]): Txn[] {
  return operationsOf(history).flatMap(({ invocation, completion }, id) => {
    if (completion?.type === 'fail') return [];
    const isOk = completion?.type === 'ok';
    const value = isOk ? completion.value : invocation.value;
    const process = invocation.process as number;
    const end = isOk ? completion.index : Infinity;
    return [{ id, process, start: invocation.index, end, isOk, micros: value as unknown as Micro[], value }];
  });
}

/** Whether all that completed, and some that are open, can be put in an order that the spec allows. */
export function isSerializable(spec: SequentialSpec, txns: readonly Txn[], before: Precedence): boolean {
  const search = (left: readonly Txn[], state: unknown): boolean =>
    !left.some(({ isOk }) => isOk) ||
    left.some((txn) => {
      // Whoever must come earlier has to be placed, unless it never happened.
      if (left.some((other) => other !== txn && before(other, txn) && other.isOk)) return false;
      const next = spec.step(
        state,
        { f: 'txn', value: txn.value },
        txn.isOk ? { value: txn.value } : 'unknown',
      );
      const rest = left.filter((other) => other !== txn && !before(other, txn));
      return next !== 'inconsistent' && search(rest, next);
    });
  return search(txns, spec.init());
}

type Store = ReadonlyMap<string, Json>;

/** What a key holds after a write. */
function written(store: Store, [f, key, value]: Micro): Json {
  return f === 'append' ? [...((store.get(key) ?? []) as readonly Json[]), value] : value;
}

const same = (a: Json, b: Json): boolean => JSON.stringify(a ?? []) === JSON.stringify(b ?? []);

/** What a transaction leaves behind on a snapshot, or undefined when it cannot have read what it read. */
function runOn(snapshot: Store, { micros, isOk }: Txn): Store | undefined {
  const store = new Map(snapshot);
  for (const micro of micros) {
    if (micro[0] === 'r') {
      if (isOk && !same(store.get(micro[1]) ?? null, micro[2])) return undefined;
    } else store.set(micro[1], written(store, micro));
  }
  return store;
}

const keysWritten = ({ micros }: Txn): Set<string> =>
  new Set(micros.flatMap(([f, key]) => (f === 'r' ? [] : [key])));

/** Snapshot isolation: reads from the state at the start; no two that wrote the same key overlap. */
export function isSnapshotIsolated(txns: readonly Txn[], before: Precedence): boolean {
  interface Begun {
    readonly txn: Txn;
    readonly left: Store;
    /** Keys that somebody else committed since. */
    readonly stale: ReadonlySet<string>;
  }
  const search = (waiting: readonly Txn[], begun: readonly Begun[], store: Store): boolean => {
    if (!waiting.some(({ isOk }) => isOk) && !begun.some(({ txn }) => txn.isOk)) return true;
    for (const one of begun) {
      const keys = keysWritten(one.txn);
      if ([...keys].some((key) => one.stale.has(key))) continue;
      const next = new Map(store);
      for (const key of keys) next.set(key, one.left.get(key) ?? null);
      const others = begun
        .filter((other) => other !== one)
        .map((other) => ({ ...other, stale: new Set([...other.stale, ...keys]) }));
      if (search(waiting, others, next)) return true;
    }
    return waiting.some((txn) => {
      const earlier = [...waiting, ...begun.map((one) => one.txn)].filter(
        (other) => other !== txn && before(other, txn),
      );
      if (earlier.some(({ isOk }) => isOk)) return false;
      const left = runOn(store, txn);
      if (!left) return false;
      // Open ones that would have to be over by now never happened.
      const rest = waiting.filter((other) => other !== txn && !earlier.includes(other));
      const running = begun.filter((one) => !earlier.includes(one.txn));
      return search(rest, [...running, { txn, left, stale: new Set() }], store);
    });
  };
  return search(txns, [], new Map());
}

function* permutations<T>(items: readonly T[]): Generator<readonly T[]> {
  if (items.length === 0) yield [];
  for (const [at, first] of items.entries())
    for (const rest of permutations([...items.slice(0, at), ...items.slice(at + 1)])) yield [first, ...rest];
}

function* product<T>(choices: readonly (readonly T[])[]): Generator<readonly T[]> {
  const [first, ...others] = choices;
  if (!first) yield [];
  else for (const item of first) for (const rest of product(others)) yield [item, ...rest];
}

function* subsets<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let bits = 0; bits < 1 << items.length; bits++) yield items.filter((_, at) => (bits >> at) % 2 === 1);
}

export type Phenomena = 'G1' | 'G2-item';

/**
 * Adya's levels: whether the versions of every key can be put in an order in which there is no G0 and no G1 (a read of
 * what was not committed, a cycle of ww and wr), and for `G2-item` no cycle of ww, wr and rw of items either.
 */
export function avoids(phenomena: Phenomena, txns: readonly Txn[]): boolean {
  const open = txns.filter(({ isOk }) => !isOk);
  const completed = txns.filter(({ isOk }) => isOk);
  for (const seen of subsets(open)) if (avoidsWith(phenomena, [...completed, ...seen])) return true;
  return false;
}

/** The order in which transactions installed their versions of one key. */
type VersionOrder = readonly Txn[];

function avoidsWith(phenomena: Phenomena, txns: readonly Txn[]): boolean {
  const keys = [...new Set(txns.flatMap(({ micros }) => micros.map(([, key]) => key)))];
  const orders = keys.map((key) => [...permutations(txns.filter((txn) => keysWritten(txn).has(key)))]);
  for (const chosen of product<VersionOrder>(orders)) {
    const edges: [Txn, Txn][] = [];
    const fits = keys.every((key, at) => dependencies(key, chosen[at] ?? [], txns, phenomena, edges));
    if (fits && isAcyclic(txns, edges)) return true;
  }
  return false;
}

/** Adds the dependencies of one key; false when some read is of no committed version. */
function dependencies(
  key: string,
  order: VersionOrder,
  txns: readonly Txn[],
  phenomena: Phenomena,
  edges: [Txn, Txn][],
): boolean {
  const states: Json[] = [null];
  for (const txn of order) {
    let store: Store = new Map([[key, states.at(-1) ?? null]]);
    for (const micro of txn.micros)
      if (micro[0] !== 'r' && micro[1] === key) store = new Map([[key, written(store, micro)]]);
    states.push(store.get(key) ?? null);
  }
  for (const [at, txn] of order.entries()) if (order[at + 1]) edges.push([txn, order[at + 1] as Txn]);
  return txns.filter(({ isOk }) => isOk).every((txn) => reads(key, txn, order, states, phenomena, edges));
}

function reads(
  key: string,
  txn: Txn,
  order: VersionOrder,
  states: readonly Json[],
  phenomena: Phenomena,
  edges: [Txn, Txn][],
): boolean {
  const own: Micro[] = [];
  for (const [at, micro] of txn.micros.entries()) {
    if (micro[1] !== key) continue;
    // Nobody sees an element before it was appended.
    const later = txn.micros.slice(at).filter(([f, on]) => f === 'append' && on === key);
    if (Array.isArray(micro[2]) && later.some(([, , value]) => (micro[2] as readonly Json[]).includes(value)))
      return false;
    if (micro[0] !== 'r') {
      own.push(micro);
      continue;
    }
    const version = states.findIndex((state) => same(state, micro[2]));
    if (own.length === 0) {
      if (version < 0 || order[version - 1] === txn) return false;
      const [writer, next] = [order[version - 1], order[version]];
      if (writer) edges.push([writer, txn]);
      if (phenomena === 'G2-item' && next && next !== txn) edges.push([txn, next]);
    } else if (!isOwnState(txn, own, order, states, micro[2]) && (version < 0 || order[version - 1] === txn))
      return false;
  }
  return true;
}

/** What a transaction saw of a key that it has written; older writes of its own are a matter of internal consistency. */
function isOwnState(
  txn: Txn,
  own: readonly Micro[],
  order: VersionOrder,
  states: readonly Json[],
  seen: Json,
): boolean {
  const key = own[0]?.[1] ?? '';
  let store: Store = new Map([[key, states[order.indexOf(txn)] ?? null]]);
  return own.some((micro) => {
    store = new Map([[key, written(store, micro)]]);
    return same(store.get(key) ?? null, seen);
  });
}

function isAcyclic(txns: readonly Txn[], edges: readonly (readonly [Txn, Txn])[]): boolean {
  let left = [...txns];
  for (;;) {
    const free = left.filter((txn) => !edges.some(([from, to]) => to === txn && left.includes(from)));
    if (free.length === 0) return left.length === 0;
    left = left.filter((txn) => !free.includes(txn));
  }
}
