/**
 * The levels as they are defined, by trying: every set of open operations that may have happened, every causal order,
 * every order of operations. For about seven operations. Sources: Lamport 1979 (sequential), Lipton & Sandberg 1988
 * (PRAM), Bouajjani et al., POPL 2017, section 2 (CC, CCv, CM).
 */
import type { Op } from '../../../../harness/history.ts';
import { operationsOf } from '../../../../harness/history.ts';
import type { Json } from '../../../../nodes/kernel/wire.ts';

export interface Act {
  readonly session: number;
  readonly key: string;
  /** What it saw; undefined when it is a blind write. */
  readonly seen?: Json;
  /** What it left; undefined when it is a read. */
  readonly left?: Json;
  readonly isOpen: boolean;
}

/** What counts of a history. An open operation that is not the last of its process is a session of its own. */
export function actsOf(history: readonly Op[]): Act[] {
  const acts: Act[] = [];
  const kept = operationsOf(history).filter(({ invocation, completion }) => {
    const isOpen = completion?.type !== 'ok';
    return completion?.type !== 'fail' && !(isOpen && isReading(invocation));
  });
  for (const [at, { invocation, completion }] of kept.entries()) {
    const { f, key = '', process, value } = invocation;
    const isOpen = completion?.type !== 'ok';
    const isLast = !kept.slice(at + 1).some((later) => later.invocation.process === process);
    const session = isOpen && !isLast ? 1000 + at : (process as number);
    const pair = value as readonly Json[];
    if (f === 'cas' && isReading(invocation)) acts.push({ session, key, seen: pair[0] ?? null, isOpen });
    else if (f === 'read') acts.push({ session, key, seen: completion?.value ?? null, isOpen });
    else if (f === 'write') acts.push({ session, key, left: value, isOpen });
    else acts.push({ session, key, seen: pair[0] ?? null, left: pair[1] ?? null, isOpen });
  }
  return acts;
}

/** A cas from a value to itself is a read of it. */
function isReading({ f, value }: Op): boolean {
  return f === 'read' || (f === 'cas' && Array.isArray(value) && value[0] === value[1]);
}

type Relation = readonly (readonly boolean[])[];

/** Whether some choice of the open operations makes the property true of what happened. */
export function happens(acts: readonly Act[], property: (acts: readonly Act[]) => boolean): boolean {
  const open = acts.flatMap(({ isOpen }, at) => (isOpen ? [at] : []));
  for (let chosen = 0; chosen < 2 ** open.length; chosen++) {
    const isOut = (at: number): boolean => open.includes(at) && ((chosen >> open.indexOf(at)) & 1) === 0;
    if (property(acts.filter((_, at) => !isOut(at)))) return true;
  }
  return false;
}

export function sessionOrder(acts: readonly Act[]): Relation {
  return acts.map((a, i) => acts.map((b, j) => a.session === b.session && i < j));
}

/** Whether these operations can be put into an order that keeps a relation, and in which the checked ones saw rightly. */
export function hasOrder(
  acts: readonly Act[],
  members: readonly number[],
  before: Relation,
  isChecked: (at: number) => boolean,
): boolean {
  const search = (left: readonly number[], values: ReadonlyMap<string, Json>): boolean => {
    if (left.length === 0) return true;
    return left.some((at) => {
      if (left.some((other) => before[other]?.[at])) return false;
      const { key, seen, left: leaves } = acts[at] as Act;
      if (isChecked(at) && seen !== undefined && (values.get(key) ?? null) !== seen) return false;
      const next = leaves === undefined ? values : new Map([...values, [key, leaves]]);
      return search(
        left.filter((other) => other !== at),
        next,
      );
    });
  };
  return search(members, new Map());
}

const all = (acts: readonly Act[]): number[] => acts.map((_, at) => at);

export function isSequential(acts: readonly Act[]): boolean {
  return happens(acts, (real) => hasOrder(real, all(real), sessionOrder(real), () => true));
}

export function isPram(acts: readonly Act[]): boolean {
  return happens(acts, (real) =>
    [...new Set(real.map(({ session }) => session))].every((session) => {
      const isOwn = (at: number): boolean => real[at]?.session === session;
      const members = all(real).filter((at) => isOwn(at) || real[at]?.left !== undefined);
      return hasOrder(real, members, sessionOrder(real), isOwn);
    }),
  );
}

/** The causal orders that a history allows: for unique writes the least one decides; `every` tries them all. */
export type CausalOrders = (acts: readonly Act[]) => Iterable<Relation>;

export function isCausal(level: 'cc' | 'ccv' | 'cm', acts: readonly Act[], orders: CausalOrders): boolean {
  return happens(acts, (real) => {
    for (const order of orders(real)) if (explains(level, real, order)) return true;
    return false;
  });
}

function explains(level: 'cc' | 'ccv' | 'cm', acts: readonly Act[], order: Relation): boolean {
  if (level === 'ccv') return isConvergent(acts, order);
  return all(acts).every((at) => {
    const past = all(acts).filter((other) => other === at || order[other]?.[at]);
    const isChecked = (other: number): boolean =>
      other === at || (level === 'cm' && acts[other]?.session === acts[at]?.session && other < at);
    return hasOrder(acts, past, order, isChecked);
  });
}

/** Whether one order of all operations, which keeps the causal one, tells each read the last write that it depends on. */
function isConvergent(acts: readonly Act[], order: Relation): boolean {
  const sawRightly = (arbitration: readonly number[]): boolean =>
    acts.every(({ key, seen }, at) => {
      if (seen === undefined) return true;
      const visible = arbitration.filter(
        (other) => order[other]?.[at] && acts[other]?.key === key && acts[other]?.left !== undefined,
      );
      const last = visible.at(-1);
      return (last === undefined ? null : acts[last]?.left) === seen;
    });
  const search = (done: readonly number[], left: readonly number[]): boolean =>
    left.length === 0
      ? sawRightly(done)
      : left.some(
          (at) =>
            !left.some((other) => order[other]?.[at]) &&
            search(
              [...done, at],
              left.filter((other) => other !== at),
            ),
        );
  return search(
    [],
    all(acts).filter((at) => acts[at]?.left !== undefined),
  );
}

function closed(relation: readonly (readonly boolean[])[]): boolean[][] {
  const result = relation.map((row) => [...row]);
  for (const k of result.keys())
    for (const row of result)
      if (row[k]) for (const [j, reaches] of (result[k] ?? []).entries()) if (reaches) row[j] = true;
  return result;
}

const isAcyclic = (relation: Relation): boolean => relation.every((row, at) => !row[at]);

/** Session order and reads-from, which every causal order contains when values are unique; none when it is cyclic. */
export const leastOrder: CausalOrders = (acts) => {
  const order = closed(
    acts.map((a, i) =>
      acts.map(
        (b, j) =>
          (a.session === b.session && i < j) ||
          (i !== j && a.key === b.key && a.left !== undefined && a.left === b.seen),
      ),
    ),
  );
  return isAcyclic(order) ? [order] : [];
};

const partialOrders = new Map<number, readonly Relation[]>();

/** The strict partial orders of the first `count` numbers. */
function partialOrdersOf(count: number): readonly Relation[] {
  const known = partialOrders.get(count);
  if (known) return known;
  const numbers = Array.from({ length: count }, (_, at) => at);
  const pairs = numbers.flatMap((i) => numbers.flatMap((j) => (i === j ? [] : [[i, j] as const])));
  const found: Relation[] = [];
  for (let chosen = 0; chosen < 2 ** pairs.length; chosen++) {
    const order = numbers.map(() => numbers.map(() => false));
    for (const [bit, [i, j]] of pairs.entries()) if ((chosen >> bit) & 1) (order[i] as boolean[])[j] = true;
    if (JSON.stringify(closed(order)) === JSON.stringify(order) && isAcyclic(order)) found.push(order);
  }
  partialOrders.set(count, found);
  return found;
}

/** Every strict partial order that contains the order of sessions: for at most four operations. */
export const everyOrder: CausalOrders = (acts) => {
  const session = sessionOrder(acts);
  const keepsSessions = (order: Relation): boolean =>
    session.every((row, i) => row.every((is, j) => !is || order[i]?.[j]));
  return partialOrdersOf(acts.length).filter(keepsSessions);
};
