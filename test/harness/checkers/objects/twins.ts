/**
 * The obvious twins of the object checkers: their definitions, word by word, with every pair compared to every other.
 * They answer how many anomalies of each kind there are, or which keys are wrong; where there is nothing to decide they
 * may answer anything, so only what the fast ones decide is compared.
 */
import { operationsOf, type Op, type Operation } from '../../../../harness/history.ts';
import type { SequentialSpec } from '../../../../harness/specs/spec.ts';
import type { Json } from '../../../../nodes/kernel/wire.ts';

/** An operation as the definitions speak of it. */
export interface Deed {
  readonly f: string;
  readonly key: string;
  readonly asked: Json;
  /** The answer, as JSON with sorted keys; undefined when there is none. */
  readonly answer: Json | undefined;
  readonly start: number;
  /** Infinity when open. */
  readonly end: number;
  /** The last event of it, whatever it says. */
  readonly last: number;
  readonly isOk: boolean;
  readonly process: Op['process'];
  readonly node: string;
}

/** The operations that did not fail, and those that did. */
export function deedsOf(history: readonly Op[]): { deeds: Deed[]; failed: Deed[] } {
  const all = operationsOf(history).map((operation) => ({ operation, deed: deedOf(operation) }));
  const didFail = ({ completion }: Operation): boolean => completion?.type === 'fail';
  return {
    deeds: all.filter(({ operation }) => !didFail(operation)).map(({ deed }) => deed),
    failed: all.filter(({ operation }) => didFail(operation)).map(({ deed }) => deed),
  };
}

function deedOf({ invocation, completion }: Operation): Deed {
  const isOk = completion?.type === 'ok';
  return {
    f: invocation.f,
    key: invocation.key ?? '',
    asked: invocation.value,
    answer: isOk ? completion.value : undefined,
    start: invocation.index,
    end: isOk ? completion.index : Infinity,
    last: completion?.index ?? invocation.index,
    isOk,
    process: invocation.process,
    node: completion?.node ?? invocation.node ?? '',
  };
}

export const keysOf = (deeds: readonly Deed[]): string[] => [...new Set(deeds.map(({ key }) => key))];
const same = (a: Json | undefined, b: Json | undefined): boolean => JSON.stringify(a) === JSON.stringify(b);
export const elementsOf = (answer: Json | undefined): readonly Json[] =>
  Array.isArray(answer) ? (answer as readonly Json[]) : [];

export interface Counts {
  [kind: string]: number;
}

const count = (counts: Counts, kind: string): void => {
  counts[kind] = (counts[kind] ?? 0) + 1;
};

/** Jepsen's set-full, element by element, on one key. */
export function setFullTwin(
  deeds: readonly Deed[],
  failed: readonly Deed[],
  counts: Counts,
  isLinearizable: boolean,
): void {
  const named = [...deeds, ...failed].flatMap(({ f, asked, answer }) =>
    f === 'read' ? elementsOf(answer) : [asked],
  );
  const elements = [...new Set(named.map((element) => JSON.stringify(element)))].map(
    (text) => JSON.parse(text) as Json,
  );
  const reads = deeds.filter(({ f, isOk }) => f === 'read' && isOk);
  for (const element of elements) {
    const isNamed = [...deeds, ...failed].some(({ f, asked }) => f !== 'read' && same(asked, element));
    const times = reads.map(
      ({ answer }) => elementsOf(answer).filter((other) => same(other, element)).length,
    );
    if (isNamed && times.some((listed) => listed > 1)) count(counts, 'duplicate');
  }
  for (const element of elements) elementTwin(deeds, failed, element, counts, isLinearizable);
}

function elementTwin(
  deeds: readonly Deed[],
  failed: readonly Deed[],
  element: Json,
  counts: Counts,
  isLinearizable: boolean,
): void {
  const on = (f: string, among = deeds): Deed[] =>
    among.filter((deed) => deed.f === f && same(deed.asked, element));
  const looks = deeds.filter(
    ({ f, isOk, asked }) => isOk && (f === 'read' || (f === 'contains' && same(asked, element))),
  );
  const shows = ({ f, answer }: Deed): boolean =>
    f === 'contains' ? answer === true : elementsOf(answer).some((other) => same(other, element));
  const shown = looks.filter(shows);
  const missed = looks.filter((look) => !shows(look));
  const adds = on('add');
  if (shown.some((look) => !adds.some((add) => add.start < look.end))) {
    const firstEnd = Math.min(...shown.map(({ end }) => end));
    const isAborted = on('add', failed).some((add) => add.start < firstEnd);
    return count(counts, isAborted ? 'abortedReads' : 'phantom');
  }
  if (adds.length === 0) return;
  const lastShown = Math.max(-1, ...shown.map(({ start }) => start));
  const lastMissed = Math.max(-1, ...missed.map(({ start }) => start));
  const removes = on('remove');
  const lastChange = Math.max(
    -1,
    ...deeds.filter(({ f }) => f === 'add' || f === 'remove').map(({ last }) => last),
  );
  const final = lastPerNodeTwin(
    deeds.filter(({ f, isOk, start }) => f === 'read' && isOk && start > lastChange),
  );
  if (removes.length > 0) {
    count(counts, 'removed');
    const found = removes.filter(
      (remove) =>
        remove.isOk &&
        [...shown, ...adds].some(({ node, end }) => node === remove.node && end < remove.start),
    );
    const isThere = isLinearizable || (final.length > 0 && final.every(shows));
    if (adds.length === 1 && isThere && lastShown > lastMissed && found.some(({ end }) => end < lastShown))
      count(counts, 'resurrected');
    return;
  }
  const known = Math.min(...[...adds, ...shown].map(({ end }) => end));
  if (lastShown > lastMissed) {
    count(counts, 'stable');
    if (lastMissed > known) count(counts, 'stale');
  } else if (lastMissed <= known) count(counts, 'neverRead');
  else count(counts, isLinearizable || (final.length > 0 && !final.some(shows)) ? 'lost' : 'missing');
}

/** The size of the largest matching of dequeues to enqueues of the same element that began before they ended. */
export function matchingTwin(dequeues: readonly Deed[], enqueues: readonly Deed[]): number {
  const partner = new Map<Deed, Deed>();
  const augment = (dequeue: Deed, tried: Set<Deed>): boolean =>
    enqueues.some((enqueue) => {
      if (tried.has(enqueue) || !same(enqueue.asked, dequeue.answer) || enqueue.start >= dequeue.end)
        return false;
      tried.add(enqueue);
      const other = partner.get(enqueue);
      if (other && !augment(other, tried)) return false;
      partner.set(enqueue, dequeue);
      return true;
    });
  return dequeues.filter((dequeue) => augment(dequeue, new Set())).length;
}

export interface QueueFaults {
  readonly unmatched: number;
  readonly lost: number;
  readonly overtakes: boolean;
  /** Elements that no empty queue was seen after. */
  readonly undecided: boolean;
}

export function queueTwin(deeds: readonly Deed[]): QueueFaults {
  const enqueues = deeds.filter(({ f }) => f === 'enqueue');
  const taken = deeds.filter(({ f, isOk, answer }) => f === 'dequeue' && isOk && answer !== null);
  const empties = deeds.filter(({ f, isOk, answer }) => f === 'dequeue' && isOk && answer === null);
  const open = deeds.filter(({ f, isOk }) => f === 'dequeue' && !isOk);
  const missingBefore = (index: number): number => {
    const values = [...new Set(enqueues.map(({ asked }) => JSON.stringify(asked)))];
    const missing = values.map((value) => {
      const put = enqueues.filter(({ asked, end }) => JSON.stringify(asked) === value && end < index).length;
      return Math.max(0, put - taken.filter(({ answer }) => JSON.stringify(answer) === value).length);
    });
    return missing.reduce((sum, one) => sum + one, 0);
  };
  const lost = empties.map(
    ({ start, end }) => missingBefore(start) - open.filter((dequeue) => dequeue.start < end).length,
  );
  const once = (deed: Deed): Deed | undefined => {
    const puts = enqueues.filter(({ asked }) => same(asked, deed.asked));
    const takes = taken.filter(({ answer }) => same(answer, deed.asked));
    return puts.length === 1 && takes.length === 1 ? takes[0] : undefined;
  };
  const overtakes = enqueues.some((x) =>
    enqueues.some((y) => {
      const [outX, outY] = [once(x), once(y)];
      return (
        x.end < y.start && outX && outY && outY.end < outX.start && outX.end > x.start && outY.end > y.start
      );
    }),
  );
  return {
    unmatched: taken.length - matchingTwin(taken, enqueues),
    lost: Math.max(0, ...lost),
    overtakes,
    undecided: missingBefore(Infinity) > missingBefore(Math.max(-1, ...empties.map(({ start }) => start))),
  };
}

/** Of moves with amounts: the least and the most that a read can have shown. */
export function boundsTwin(
  moves: readonly (readonly [Deed, number])[],
  read: Deed,
  binds: (move: Deed) => boolean,
): readonly [least: number, most: number] {
  let [least, most] = [0, 0];
  for (const [move, amount] of moves) {
    const surely = move.isOk && move.end < read.start && binds(move);
    const maybe = move.start < read.end;
    if (surely || (maybe && amount < 0)) least += amount;
    if (surely || (maybe && amount > 0)) most += amount;
  }
  return [least, most];
}

/** Certain holdings: from the acknowledgement to the first request that can have released it. */
export function overlapsTwin(deeds: readonly Deed[]): boolean {
  const holds = deeds
    .filter(({ f, isOk, answer }) => f === 'acquire' && isOk && answer !== false)
    .map((acquire) => {
      const releases = deeds.filter(
        ({ f, asked, process, end }) =>
          f === 'release' &&
          (same(asked, acquire.asked) || process === acquire.process) &&
          end > acquire.start,
      );
      return { acquire, from: acquire.end, to: Math.min(Infinity, ...releases.map(({ start }) => start)) };
    })
    .filter(({ from, to }) => from < to);
  const holder = ({ asked, process }: Deed): string =>
    asked === null ? `process ${process}` : JSON.stringify(asked);
  return holds.some((a) =>
    holds.some(
      (b) => holder(a.acquire) !== holder(b.acquire) && Math.max(a.from, b.from) < Math.min(a.to, b.to),
    ),
  );
}

/** The final phase of a key: its last final read at each node. */
export function finalReadsOf(deeds: readonly Deed[], spec: SequentialSpec): Deed[] {
  const changes = deeds.filter(({ f }) => !spec.observers.includes(f));
  const lastChange = Math.max(-1, ...changes.map(({ last }) => last));
  return deeds.filter(({ f, isOk, start }) => spec.observers.includes(f) && isOk && start > lastChange);
}

export function lastPerNodeTwin(reads: readonly Deed[]): Deed[] {
  return reads.filter((read) => !reads.some((other) => other.node === read.node && other.start > read.start));
}

/** How many disjoint spans at the end hold a read of every node, each like the last one of its node. */
export function quietRoundsTwin(
  reads: readonly Deed[],
  nameOf: (answer: Json | undefined) => string,
): number {
  const last = lastPerNodeTwin(reads);
  const nodes = last.map(({ node }) => node);
  const finalName = (node: string): string => nameOf(last.find((read) => read.node === node)?.answer);
  const changed = Math.max(
    -1,
    ...reads.filter(({ node, answer }) => nameOf(answer) !== finalName(node)).map(({ end }) => end),
  );
  const quiet = reads.filter(({ start }) => start > changed);
  /** The most rounds after an index: try every end of the first one. */
  const most = (after: number): number =>
    Math.max(
      0,
      ...quiet
        .filter(({ end }) =>
          nodes.every((node) =>
            quiet.some((read) => read.node === node && read.start > after && read.end <= end),
          ),
        )
        .map(({ end }) => 1 + most(end)),
    );
  return most(changed);
}

/** One value a key: what an operation saw and what it left; null when neither. */
export function valuesOf({ f, asked, answer, isOk }: Deed): { saw?: Json; left?: Json } {
  const meant = (value: Json): Json => (value === '' ? null : value);
  if (f === 'read' || f === 'get') return isOk ? { saw: meant(answer ?? null) } : {};
  if (f === 'write' || f === 'put') return { left: meant(asked) };
  if (f === 'delete') return { left: null };
  const [from = null, to = null] = asked as readonly Json[];
  if (isOk && answer === false) return {};
  if (same(from, to)) return isOk ? { saw: from } : {};
  return { saw: from, left: to };
}

/** Whether the key lost a write: what all nodes answer last was never written, initial, or surely replaced. */
export function lostValueTwin(
  deeds: readonly Deed[],
  all: readonly Deed[],
): { never: boolean; lost: boolean } {
  const updates = deeds.filter((deed) => valuesOf(deed).left !== undefined);
  const lastChange = Math.max(-1, ...updates.map(({ last }) => last));
  const isRead = (deed: Deed): boolean =>
    deed.isOk && valuesOf(deed).saw !== undefined && valuesOf(deed).left === undefined;
  const last = lastPerNodeTwin(deeds.filter((deed) => isRead(deed) && deed.start > lastChange));
  const knows = knowledgeTwin(all);
  const writersOf = (value: Json | undefined): Deed[] =>
    updates.filter((update) => same(valuesOf(update).left, value));
  const fault = (read: Deed): 'never' | 'lost' | null => {
    const { saw } = valuesOf(read);
    const values = isSiblings(saw) && writersOf(saw).length === 0 ? saw.values : [saw];
    const faults = values.map(faultOfValue);
    if (faults.includes('never')) return 'never';
    return faults.includes(null) ? null : 'lost';
  };
  const faultOfValue = (value: Json | undefined): 'never' | 'lost' | null => {
    const writers = writersOf(value);
    if (writers.length === 0 && value !== null) return 'never';
    const isReplaced = updates.some(
      (update) =>
        update.isOk &&
        !same(valuesOf(update).left, value) &&
        writers.every((writer) => writer.end < update.start && knows(update, writer)),
    );
    return isReplaced ? 'lost' : null;
  };
  const faults = last.map(fault);
  return {
    never: faults.includes('never'),
    lost: faults.includes('lost') && faults.every((one) => one !== null),
  };
}

/** How many values stand beside one that replaced them: pairs of a write and a value that its process had from its node. */
export function replacedSiblingsTwin(deeds: readonly Deed[]): number {
  const shownBy = (deed: Deed): readonly Json[] => {
    const { saw, left } = valuesOf(deed);
    return isSiblings(saw) ? saw.values : [left ?? saw ?? null];
  };
  const soleWriter = (value: Json, key: string): Deed | undefined => {
    const writers = deeds.filter((deed) => deed.key === key && same(valuesOf(deed).left, value));
    return writers.length === 1 ? writers[0] : undefined;
  };
  const pairs = deeds
    .filter(({ f, isOk }) => f === 'read' && isOk)
    .flatMap((read) =>
      shownBy(read).flatMap((newer) =>
        shownBy(read).flatMap((older) => {
          const write = soleWriter(newer, read.key);
          if (!write?.isOk || write.f !== 'write' || same(newer, older)) return [];
          if (!soleWriter(older, read.key)) return [];
          const earlier = deeds.filter(
            ({ process, key, isOk, start }) =>
              process === write.process && key === write.key && isOk && start < write.start,
          );
          const newest = earlier.at(-1);
          const isKnown = newest?.node === write.node && shownBy(newest).some((value) => same(value, older));
          return isKnown ? [JSON.stringify([read.key, newer, older])] : [];
        }),
      ),
    );
  return new Set(pairs).size;
}

const isSiblings = (answer: Json | undefined): answer is { readonly values: readonly Json[] } =>
  typeof answer === 'object' && answer !== null && 'values' in answer;

/** The transitive closure of: later at the same node in the same process; read the value of its only writer. */
function knowledgeTwin(deeds: readonly Deed[]): (later: Deed, earlier: Deed) => boolean {
  const useful = deeds.filter(
    (deed) => valuesOf(deed).saw !== undefined || valuesOf(deed).left !== undefined,
  );
  const showsSiblings = useful.some(({ isOk, answer }) => isOk && isSiblings(answer));
  const isToldOf = (a: Deed, b: Deed): boolean => {
    if (a.process !== b.process || a.node !== b.node || a.start >= b.start) return false;
    if (!showsSiblings) return true;
    const between = useful.filter(
      (deed) =>
        deed.process === a.process &&
        deed.key === a.key &&
        deed.isOk &&
        deed.start > a.start &&
        deed.start < b.start,
    );
    // All that the node told that process of the key, without another one in between.
    return a.isOk && a.key === b.key && between.every(({ node }) => node === a.node);
  };
  const direct = (a: Deed, b: Deed): boolean => {
    if (isToldOf(a, b)) return true;
    const { left } = valuesOf(a);
    const writers = useful.filter((deed) => deed.key === a.key && same(valuesOf(deed).left, left));
    const read = valuesOf(b).saw;
    return (
      a !== b &&
      a.key === b.key &&
      left !== undefined &&
      left !== null &&
      same(read, left) &&
      writers.length === 1 &&
      b.end >= a.start
    );
  };
  const reached = (from: Deed): Set<Deed> => {
    const seen = new Set<Deed>([from]);
    for (let grown = true; grown;) {
      const more = useful.filter((deed) => !seen.has(deed) && [...seen].some((known) => direct(known, deed)));
      for (const deed of more) seen.add(deed);
      grown = more.length > 0;
    }
    return seen;
  };
  return (later, earlier) => reached(earlier).has(later);
}
