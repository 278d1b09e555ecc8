/** The definitions of levels of lists, tried out: for a handful of operations. */
import type { ListLevel } from '../../../../harness/checkers/lists/listLevel.ts';
import type { Operation } from '../../../../harness/history.ts';
import type { Json } from '../../../../nodes/kernel/wire.ts';

interface Act {
  readonly session: number;
  readonly key: string;
  /** The element that it appends; undefined of reads. */
  readonly element?: string;
  /** The elements that it shows; undefined of appends. */
  readonly shown?: readonly string[];
}

/** The operations that count, in the order of their invocations: unseen appends without an answer never happened. */
function actsOf(operations: readonly Operation[]): Act[] {
  const acts = operations.flatMap(({ invocation, completion }): (Act & { isOpen: boolean })[] => {
    const { process, key = '', f, value } = invocation;
    const common = { session: Number(process), key, isOpen: completion?.type !== 'ok' };
    if (completion?.type === 'fail') return [];
    if (f === 'append') return [{ ...common, element: `${key} ${JSON.stringify(value)}` }];
    if (completion?.type !== 'ok') return [];
    const list = (completion.value ?? []) as readonly Json[];
    return [{ ...common, shown: list.map((element) => `${key} ${JSON.stringify(element)}`) }];
  });
  const seen = new Set(acts.flatMap(({ shown = [] }) => shown));
  return acts.filter(({ isOpen, element }) => !isOpen || element === undefined || seen.has(element));
}

export function holds(level: ListLevel, operations: readonly Operation[]): boolean {
  const acts = actsOf(operations);
  switch (level) {
    case 'sequential':
      return isSequential(acts);
    case 'ccv':
      return isConvergent(acts);
    default:
      return keepsSessions(level, acts);
  }
}

const same = (a: readonly string[], b: readonly string[]): boolean => a.join('|') === b.join('|');

/** Some interleaving of the sessions is a legal order. */
function isSequential(acts: readonly Act[]): boolean {
  const sessions = [...new Set(acts.map(({ session }) => session))].map((session) =>
    acts.filter((act) => act.session === session),
  );
  const search = (
    left: readonly (readonly Act[])[],
    lists: ReadonlyMap<string, readonly string[]>,
  ): boolean =>
    left.every((session) => session.length === 0) ||
    left.some((session, at) => {
      const [head] = session;
      if (head === undefined) return false;
      const list = lists.get(head.key) ?? [];
      if (head.shown && !same(head.shown, list)) return false;
      const next = head.element === undefined ? list : [...list, head.element];
      return search(
        left.map((other, index) => (index === at ? other.slice(1) : other)),
        new Map(lists).set(head.key, next),
      );
    });
  return search(sessions, new Map());
}

/** Some order of all appends extends causality and explains every read. */
function isConvergent(acts: readonly Act[]): boolean {
  const before = causality(acts);
  if (acts.some((_, at) => before[at]?.has(at))) return false;
  const appends = acts.flatMap(({ element }, at) => (element === undefined ? [] : [at]));
  if (acts.some(({ shown = [] }) => shown.some((name) => !acts.some(({ element }) => element === name))))
    return false;
  return permutations(appends).some(
    (order) =>
      order.every((append, at) => order.slice(at + 1).every((later) => !before[append]?.has(later))) &&
      acts.every(({ shown, key }, at) => {
        if (!shown) return true;
        const visible = order.filter((append) => acts[append]?.key === key && before[at]?.has(append));
        return same(
          shown,
          visible.map((append) => acts[append]?.element ?? ''),
        );
      }),
  );
}

/** What is before each operation: its session, what it read, and what is before those. */
function causality(acts: readonly Act[]): Set<number>[] {
  const before = acts.map(
    (act, at) =>
      new Set(
        acts.flatMap((other, from) =>
          (from < at && other.session === act.session) ||
          (other.element !== undefined && act.shown?.includes(other.element))
            ? [from]
            : [],
        ),
      ),
  );
  for (let round = 0; round < acts.length; round++)
    for (const past of before)
      for (const from of [...past]) for (const far of before[from] ?? []) past.add(far);
  return before;
}

function permutations(items: readonly number[]): (readonly number[])[] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}

function keepsSessions(level: ListLevel, acts: readonly Act[]): boolean {
  const known = new Set(acts.flatMap(({ element }) => element ?? []));
  return acts.every((act, at) => {
    const earlier = acts
      .slice(0, at)
      .filter(({ session, key }) => session === act.session && key === act.key);
    const own = earlier.flatMap(({ element }) => element ?? []);
    const seen = earlier.flatMap(({ shown = [] }) => shown.filter((name) => known.has(name)));
    const { shown, element } = act;
    if (level === 'read-your-writes') return !shown || own.every((name) => shown.includes(name));
    if (level === 'monotonic-reads') return !shown || seen.every((name) => shown.includes(name));
    const first = level === 'monotonic-writes' ? own : seen;
    return (
      element === undefined ||
      acts.every(({ shown: list = [] }) => {
        const stands = list.indexOf(element);
        return stands < 0 || first.every((name) => list.includes(name) && list.indexOf(name) <= stands);
      })
    );
  });
}
