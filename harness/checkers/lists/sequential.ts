/**
 * Sequential consistency of lists, exactly: reads tell the order of what they saw, so all that has to be before something
 * else is known, and the history is sequentially consistent if no operation has to be before itself.
 *
 * An append is after the one whose element stands before its own. A read is after the append of its last element, and
 * before the append of the next one. Where a read shows all that was ever read, the appends that nobody read come after
 * it; they may have any order.
 */
import type { Finding } from './finding.ts';
import { incompatibility, strangeness } from './finding.ts';
import { Graph } from './graph.ts';
import { findingOfCycle, reasons } from './cycles.ts';
import { none, type Lists } from './lists.ts';
import { ordersOf, type Orders } from './orders.ts';

/** What refutes sequential consistency, if anything does. O(elements read). */
export function refuteSequential(lists: Lists): Finding | undefined {
  const orders = ordersOf(lists);
  const impossible = strangeness(lists, orders) ?? incompatibility(lists, orders);
  if (impossible) return impossible;
  const graph = precedence(lists, orders);
  return graph.sorted().length === graph.size ? undefined : findingOfCycle(lists, graph, 'CyclicOrder');
}

/** The nodes, and for each key one more that stands between the reads of everything and the appends that nobody read. */
function precedence(lists: Lists, { longest }: Orders): Graph {
  const { length, keyCount, next, key, elements } = lists;
  const graph = new Graph(length + keyCount);
  const wasRead = new Uint8Array(length);
  for (const order of longest)
    for (let at = 0; at < order.length; at++) {
      wasRead[order[at] ?? 0] = 1;
      if (at > 0) graph.add(order[at - 1] ?? 0, order[at] ?? 0, reasons.listOrder);
    }
  for (let node = 0; node < length; node++) {
    const after = next[node] ?? none;
    if (after !== none) graph.add(node, after, reasons.session);
    const seen = elements[node];
    const all = length + (key[node] ?? 0);
    if (seen) {
      const order = longest[key[node] ?? 0];
      const last = seen.at(-1);
      if (last !== undefined) graph.add(last, node, reasons.saw);
      graph.add(node, order?.[seen.length] ?? all, reasons.missed);
    } else if (wasRead[node] === 0) graph.add(all, node, reasons.missed);
  }
  return graph;
}
