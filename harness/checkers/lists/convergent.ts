/**
 * Causal convergence (CCv) of lists, exactly. One order of all appends, which extends causality, explains every read: it
 * shows the appends to its key in its causal past, in that order (Bouajjani et al., POPL 2017, for their reads of single
 * values).
 *
 * Causality is the order of sessions with "appended, then seen". A read has to show what is in its causal past; what it
 * shows is in its past anyhow. Then the order exists if causality and the orders of the lists have no circle together.
 */
import type { Budget } from '../checker.ts';
import { budgetUsedUp } from '../doubts.ts';
import { findingOfCycle, reasons } from './cycles.ts';
import { act, element, strangeness, type Finding } from './finding.ts';
import { Graph } from './graph.ts';
import { none, type Lists } from './lists.ts';
import { ordersOf } from './orders.ts';

/** Clocks take a number for each node and session; more than this do not fit. */
const clockEntriesMax = 1 << 26;

/**
 * What refutes causal convergence, if anything does; a sentence when that could not be found out.
 * O(elements read + nodes * sessions).
 */
export function refuteConvergent(lists: Lists, budget: Budget): Finding | undefined | string {
  const orders = ordersOf(lists);
  const strange = strangeness(lists, orders);
  if (strange) return strange;
  const causality = causalityOf(lists);
  const sorted = causality.sorted();
  if (sorted.length < lists.length) return findingOfCycle(lists, causality, 'CyclicCO');
  const entries = lists.length * lists.sessionCount;
  if (entries > clockEntriesMax) return 'there are too many sessions for the clocks of all operations';
  if (!budget.spend(entries)) return budgetUsedUp;
  const incomplete = firstIncomplete(lists, clocksOf(lists, sorted));
  if (incomplete) return incomplete;
  for (const order of orders.distinct)
    for (let at = 1; at < order.length; at++)
      causality.add(order[at - 1] ?? 0, order[at] ?? 0, reasons.listOrder);
  return causality.sorted().length === lists.length
    ? undefined
    : findingOfCycle(lists, causality, 'CyclicCF');
}

/** The order of sessions, and from every append to the first read of each session that shows it. */
function causalityOf({ length, session, next, elements }: Lists): Graph {
  const graph = new Graph(length);
  /** The last session whose read has shown an append, and all of them once there are several. */
  const known = new Set<number>();
  for (let node = 0; node < length; node++) {
    const after = next[node] ?? none;
    if (after !== none) graph.add(node, after, reasons.session);
    for (const seen of elements[node] ?? []) {
      const name = seen * length + (session[node] ?? 0);
      if (known.has(name)) continue;
      known.add(name);
      graph.add(seen, node, reasons.saw);
    }
  }
  return graph;
}

/** Of each node and session: how many operations of the session are before the node in causality, or are the node. */
function clocksOf({ length, session, sessionCount, next, elements }: Lists, sorted: Int32Array): Int32Array {
  const clocks = new Int32Array(length * sessionCount);
  const merge = (from: number, into: number): void => {
    for (let at = 0; at < sessionCount; at++) {
      const [source, target] = [from * sessionCount + at, into * sessionCount + at];
      clocks[target] = Math.max(clocks[target] ?? 0, clocks[source] ?? 0);
    }
  };
  const previous = new Int32Array(length).fill(none);
  for (let node = 0; node < length; node++) if (next[node] !== none) previous[next[node] ?? 0] = node;
  for (const node of sorted) {
    const before = previous[node] ?? none;
    if (before !== none) merge(before, node);
    const own = node * sessionCount + (session[node] ?? 0);
    const seen = elements[node];
    // What the session saw before is in its past already: only appends whose session is known less far add something.
    for (const append of seen ?? []) {
      const at = session[append] ?? 0;
      const position = clocks[append * sessionCount + at] ?? 0;
      if ((clocks[node * sessionCount + at] ?? 0) < position) merge(append, node);
    }
    clocks[own] = (clocks[own] ?? 0) + 1;
  }
  return clocks;
}

/** A read that does not show an append to its key in its causal past. */
function firstIncomplete(lists: Lists, clocks: Int32Array): Finding | undefined {
  const { length, session, sessionCount, key, elements } = lists;
  const appends = appendsBySession(lists, clocks);
  for (let node = 0; node < length; node++) {
    const seen = elements[node];
    if (!seen) continue;
    for (const [other, own] of appends[key[node] ?? 0] ?? []) {
      const known = clocks[node * sessionCount + other] ?? 0;
      const past = countUpTo(own.positions, known);
      let shown = 0;
      for (const append of seen) if (session[append] === other) shown++;
      if (shown === past) continue;
      const shows = new Set(seen);
      const missing = own.nodes.slice(0, past).find((append) => !shows.has(append)) ?? none;
      return {
        kind: 'WriteCORead',
        nodes: [missing, node],
        sentence: `${act(lists, node)}, without ${element(lists, missing)}, though it depends on it: ${act(lists, missing)}`,
      };
    }
  }
  return undefined;
}

interface Appends {
  readonly nodes: number[];
  /** Their numbers in their session, from 1, ascending. */
  readonly positions: number[];
}

/** The appends of each key, by session. */
function appendsBySession(lists: Lists, clocks: Int32Array): Map<number, Appends>[] {
  const { length, keyCount, session, sessionCount, key, elements } = lists;
  const appends: Map<number, Appends>[] = Array.from({ length: keyCount }, () => new Map<number, Appends>());
  for (let node = 0; node < length; node++) {
    if (elements[node]) continue;
    const by = session[node] ?? 0;
    const ofKey = appends[key[node] ?? 0];
    const own = ofKey?.get(by) ?? { nodes: [], positions: [] };
    ofKey?.set(by, own);
    own.nodes.push(node);
    own.positions.push(clocks[node * sessionCount + by] ?? 0);
  }
  return appends;
}

/** How many of these ascending numbers are at most this. */
function countUpTo(ascending: readonly number[], most: number): number {
  let [from, to] = [0, ascending.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((ascending[middle] ?? 0) <= most) from = middle + 1;
    else to = middle;
  }
  return from;
}
