/** Which operations prove that chains of cas operations are impossible, and why. */
import { never } from '../../columns/operations.ts';
import { noValue } from '../accesses.ts';
import { listed } from '../phrases.ts';
import type { Cells } from './cells.ts';
import type { Chains } from './chains.ts';
import type { Clusters } from './clusters.ts';
import {
  factOf,
  foundBy,
  headline,
  inversionOf,
  isOpen,
  isRead,
  known,
  leftBy,
  neverWritten,
  notAgain,
  operationOf,
  told,
  valueIn,
  type Fact,
} from './facts.ts';
import { Refusal, type Proof } from './refusal.ts';
import { none } from './scratch.ts';

/**
 * The operations that show that a cluster happened: its write, and if that was not acknowledged, a read of it, or else
 * what shows that the cas happened that compared with it. The last one was answered.
 */
function evidenceOf(cells: Cells, clusters: Clusters, { next }: Chains, cluster: number): Fact[] {
  const evidence: number[] = [];
  // A chain that counts ends in something that was answered.
  for (let at = cluster; at !== none; at = next[at] ?? none) {
    const writer = clusters.writer[at] ?? none;
    if (writer !== none) evidence.push(writer);
    if (writer === none || cells.end[writer] !== never) break;
    const read = firstReadOf(cells, clusters, at);
    if (read === none) continue;
    evidence.push(read);
    break;
  }
  return evidence.map((cell) => factOf(cells, cell));
}

function firstReadOf({ length, left, end }: Cells, { of }: Clusters, cluster: number): number {
  let found: number = none;
  for (let cell = 0; cell < length; cell++)
    if (of[cell] === cluster && left[cell] === noValue)
      if (found === none || (end[cell] ?? 0) < (end[found] ?? 0)) found = cell;
  return found;
}

const rowsOf = (facts: readonly Fact[]): number[] => facts.map(({ row }) => row);

/** A cas that counts, and compared with what nothing had written. */
export function comparedWithNothing(
  cells: Cells,
  clusters: Clusters,
  chains: Chains,
  cluster: number,
): Refusal {
  const evidence = evidenceOf(cells, clusters, chains, cluster);
  const cas = factOf(cells, clusters.writer[cluster] ?? none);
  return new Refusal(() => {
    const nothing = neverWritten(cas.history, cas.row, cas.seen);
    const head = headline(operationOf(evidence.at(-1) ?? cas));
    const needed = evidence.length > 1 ? `, which takes ${told(cas)}` : '';
    return {
      rows: [...rowsOf(evidence), ...nothing.rows],
      sentence: `${head}${needed}, but ${nothing.words}.`,
    };
  });
}

/** Two cas operations that compared with one value, which was written once. */
export function foundTwice(
  cells: Cells,
  clusters: Clusters,
  chains: Chains,
  both: readonly [number, number],
): Refusal {
  const evidence = both.flatMap((cluster) => evidenceOf(cells, clusters, chains, cluster));
  const [first, last] = both
    .map((cluster) => factOf(cells, clusters.writer[cluster] ?? none))
    .sort((a, b) => a.end - b.end) as [Fact, Fact];
  return new Refusal(() => {
    const took = isOpen(last) ? `${told(last)} was seen to succeed` : headline(operationOf(last));
    const value = valueIn(last.history, last.seen);
    const sentence = `${took}, but ${told(first)} had found the same ${value}, which was there only once.`;
    return { rows: rowsOf(evidence), sentence };
  });
}

/** Values that can only have come of one another: the circle that a cluster stands in. */
export function circle(cells: Cells, clusters: Clusters, { next }: Chains, cluster: number): Refusal {
  const made: Fact[] = [];
  let read: number = none;
  let at = cluster;
  do {
    made.push(factOf(cells, clusters.writer[at] ?? none));
    if (read === none) read = firstReadOf(cells, clusters, at);
    at = next[at] ?? none;
  } while (at !== cluster && at !== none);
  // Something must show that they happened at all.
  const acknowledged = made.filter((fact) => !isOpen(fact)).sort((a, b) => b.end - a.end);
  const shown = acknowledged[0] ?? factOf(cells, read);
  return new Refusal(() => {
    const values = made.map((fact) => valueIn(fact.history, fact.left));
    const only = `${listed(values, 'and')} can only have been made of one another: ${listed(made.map(told), 'and')}`;
    return { rows: rowsOf([...made, shown]), sentence: `${headline(operationOf(shown))}, but ${only}.` };
  });
}

/** An operation of a later cluster of a chain that ended before one of an earlier cluster began. */
export function contradictionInChain(
  cells: Cells,
  clusters: Clusters,
  { next }: Chains,
  [head, later]: readonly [number, number],
): Refusal {
  const { firstEnd, lastStart, of } = clusters;
  const ended = firstEnd[later] ?? 0;
  let earlier = head;
  for (let at = head; at !== later; at = next[at] ?? none) if ((lastStart[at] ?? 0) > ended) earlier = at;
  let [first, last]: [number, number] = [none, none];
  for (let cell = 0; cell < cells.length; cell++) {
    if (of[cell] === later && cells.end[cell] === ended) first = cell;
    if (of[cell] === earlier && cells.start[cell] === lastStart[earlier]) last = cell;
  }
  const [before, after] = [factOf(cells, first), factOf(cells, last)];
  return new Refusal(() => inChain(before, after));
}

/** `first` was answered before `last` began, but comes after it in a chain. */
function inChain(first: Fact, last: Fact): Proof {
  const { history } = last;
  const rows = [first.row, last.row];
  if (isRead(last)) {
    const head = headline(operationOf(last));
    const again = `${notAgain(history, last.seen)}${inversionOf(first, last)}`;
    return { rows, sentence: `${head}, but ${known(first)} and ${again}.` };
  }
  const [head, value] = [headline(operationOf(first)), valueIn(history, leftBy(last))];
  const later = `${value} was first written after that: ${told(last)}`;
  const saw = foundBy(first);
  if (saw === leftBy(last)) return { rows, sentence: `${head}, but ${later}.` };
  const made = `only cas operations, one after the other, make ${valueIn(history, saw)} of ${value}`;
  return { rows, sentence: `${head}, but ${made}, and ${later}.` };
}
