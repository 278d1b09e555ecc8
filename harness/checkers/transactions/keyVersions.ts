/** What an assumption about keys tells about the order of versions, as far as it does not contradict itself. */
import { componentsOf } from './components.ts';
import { Edges, graphOf, noMicro, wwEdge } from './edges.ts';
import type { Findings } from './findings.ts';
import { versionPairs, type KeyAssumption, type VersionPair } from './keyOrder.ts';
import type { Narrator } from './narrator.ts';
import { alone, PlainSuccessors } from './successors.ts';
import { committed, type Transactions } from './transactions.ts';

/**
 * The pairs of versions that follow from an assumption. Versions that would each come before the other are an anomaly
 * (cyclic-versions), and give no pair. `previous` is what each write is known to have replaced, or −1. O(accesses).
 */
export function assumedPairs(
  txns: Transactions,
  versionOf: (read: number) => number,
  previous: Int32Array,
  assumption: KeyAssumption,
  findings: Findings,
  narrator: Narrator,
): VersionPair[] {
  const { isExternal } = txns;
  const version = (micro: number): number => (isExternal[micro] === 1 ? versionOf(micro) : micro);
  const pairs = versionPairs(txns, version, assumption).filter(
    ({ from, to }) => isInstalled(txns, from) && isInstalled(txns, to),
  );
  const { of } = componentsOf(versionGraph(txns, previous, pairs));
  const cyclic = new Map<number, VersionPair[]>();
  const isCyclic = ({ from, to }: VersionPair): boolean => of[from] !== alone && of[from] === of[to];
  for (const pair of pairs) {
    if (!isCyclic(pair)) continue;
    const component = of[pair.from] ?? alone;
    const known = cyclic.get(component);
    if (known) known.push(pair);
    else cyclic.set(component, [pair]);
  }
  for (const inside of cyclic.values()) report(txns, previous, inside, assumption, findings, narrator);
  return pairs.filter((pair) => !isCyclic(pair));
}

/** A circle of versions, as short as any through the first pair: who shows each step. */
function report(
  txns: Transactions,
  previous: Int32Array,
  pairs: readonly VersionPair[],
  assumption: KeyAssumption,
  findings: Findings,
  narrator: Narrator,
): void {
  const { kind, key, owner } = txns;
  const circle = circleOf(txns, previous, pairs);
  const micro = circle.find(({ to }) => to < kind.length)?.to ?? 0;
  const name = (version: number): string => (version < kind.length ? narrator.element(version) : 'null');
  const step = ({ from, to, before, after }: VersionPair): string => {
    if (before >= 0)
      return `${narrator.who(before)} had ${narrator.key(micro)} at ${name(from)} before ${narrator.who(after)} had it at ${name(to)}`;
    if (from >= kind.length) return `null was there before ${name(to)} was written`;
    return `${narrator.who(owner[to] ?? 0)} had read ${name(from)} when it wrote ${name(to)}`;
  };
  const shown = circle.flatMap(({ from, to, before, after }) => {
    if (before >= 0) return [before, after];
    return [from, to].filter((version) => version < kind.length).map((version) => owner[version] ?? 0);
  });
  const order = assumption === 'sequential' ? 'of its sessions' : 'in time';
  findings.add('cyclic-versions', [...new Set(shown)], key[micro] ?? 0, () => {
    const steps = circle.slice(0, stepsMax).map(step);
    const more = circle.length > stepsMax ? ` (${circle.length} steps in all)` : '';
    return `${steps.join('; ')}${more}: the values of ${narrator.key(micro)} have no order that keeps the order ${order}.`;
  });
}

/** Of longer circles only the beginning is told. */
const stepsMax = 8;

/** Steps that nobody's order shows have no `before`. */
function circleOf(
  { kind, key }: Transactions,
  previous: Int32Array,
  pairs: readonly VersionPair[],
): VersionPair[] {
  const steps = new Map<number, VersionPair[]>();
  const versions = new Set<number>();
  const add = (step: VersionPair): void => {
    const known = steps.get(step.from);
    if (known) known.push(step);
    else steps.set(step.from, [step]);
  };
  for (const pair of pairs) {
    versions.add(pair.from).add(pair.to);
    add(pair);
  }
  // What was replaced may lie between: no pair has it, but the way back to a version that some pair has.
  for (const version of versions) {
    const before = version < kind.length ? (previous[version] ?? -1) : -1;
    if (before >= 0) versions.add(before);
    if (before >= 0) add({ from: before, to: version, before: -1, after: -1 });
    const first = kind.length + (key[version] ?? 0);
    if (version < kind.length) add({ from: first, to: version, before: -1, after: -1 });
  }
  const [begin] = pairs;
  if (!begin) return [];
  const reached = new Map<number, VersionPair>([[begin.to, begin]]);
  for (const at of reached.keys())
    for (const step of steps.get(at) ?? []) if (!reached.has(step.to)) reached.set(step.to, step);
  const back: VersionPair[] = [];
  let at = begin.from;
  do {
    const step = reached.get(at);
    if (!step) break;
    back.push(step);
    at = step.from;
  } while (at !== begin.from);
  return back.reverse();
}

/** Whether a version is what a committed transaction left, or what was there at first. */
function isInstalled({ kind, nextWrite, owner, status }: Transactions, version: number): boolean {
  if (version >= kind.length) return true;
  return (nextWrite[version] ?? -1) < 0 && status[owner[version] ?? 0] === committed;
}

function versionGraph(
  txns: Transactions,
  previous: Int32Array,
  pairs: readonly VersionPair[],
): PlainSuccessors {
  const writes = txns.kind.length;
  const edges = new Edges(writes + txns.keyCount);
  for (let write = 0; write < previous.length; write++) {
    const before = previous[write] ?? -1;
    if (before >= 0) edges.add(before, write, wwEdge, noMicro);
  }
  for (const { from, to } of pairs) {
    edges.add(from, to, wwEdge, noMicro);
    // Everything was written after what was there at first.
    if (to >= writes) edges.add(to, from, wwEdge, noMicro);
  }
  const noOrder = {
    isCommitted: new Uint8Array(0),
    nextOfProcess: new Int32Array(0),
    firstAfter: new Int32Array(0),
  };
  return new PlainSuccessors(graphOf(edges, 0), noOrder, wwEdge, 'none');
}
