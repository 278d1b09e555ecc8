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
  const { isExternal, kind } = txns;
  const version = (micro: number): number => (isExternal[micro] === 1 ? versionOf(micro) : micro);
  const pairs = versionPairs(txns, version, assumption).filter(
    ({ from, to }) => isInstalled(txns, from) && isInstalled(txns, to),
  );
  const { of } = componentsOf(versionGraph(txns, previous, pairs));
  const isCyclic = ({ from, to }: VersionPair): boolean => of[from] !== alone && of[from] === of[to];
  const reported = new Set<number>();
  for (const pair of pairs) {
    const component = of[pair.from] ?? alone;
    if (!isCyclic(pair) || reported.has(component)) continue;
    reported.add(component);
    const { from, to, before, after } = pair;
    const name = (of: number): string => (of < kind.length ? narrator.element(of) : 'null');
    const micro = Math.min(from, to);
    findings.add('cyclic-versions', [before, after], txns.key[micro] ?? 0, () => {
      const seen = `${narrator.who(before)} had ${narrator.key(micro)} at ${name(from)} before ${narrator.who(after)} had it at ${name(to)}`;
      return `${seen}, although ${name(to)} came first: ${narrator.key(micro)} is not ${assumption} by itself.`;
    });
  }
  return pairs.filter((pair) => !isCyclic(pair));
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
