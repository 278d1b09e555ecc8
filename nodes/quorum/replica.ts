/**
 * The state of one node: what it holds as a replica, what it has issued as a coordinator, and what it keeps for others.
 * The other files are the concepts that work on it; core.ts drives them.
 */
import { nodeNumber, type NodeId } from '../kernel/ids.ts';
import type { Json } from '../kernel/wire.ts';
import type { Outbox } from '../kernel/outbox.ts';
import type { Now } from '../kernel/protocol.ts';
import type { Coordination } from './coordination.ts';
import type { HandoffHints } from './handoffHints.ts';
import { leafOf, versionDigest, type MerkleTree } from './merkle.ts';
import type { Change, JournalRecord, QuorumProtocol, Timestamp, Version, WriteStatus } from './messages.ts';
import type { QuorumOptions } from './options.ts';
import type { Ring } from './ring.ts';
import type { Rules } from './rules.ts';
import { compareVersions, counterOf, wallTimestamp } from './timestamps.ts';

export interface Replica {
  readonly self: NodeId;
  readonly options: QuorumOptions;
  readonly rules: Rules;
  readonly ring: Ring;
  readonly out: Outbox<QuorumProtocol>;
  /** The time of the step. */
  now: Now;

  // Durable: every change goes through a function below, which journals it.
  incarnation: number;
  readonly versions: Map<string, Version>;
  /** The last timestamps issued for keys of which this node is no replica. */
  readonly issued: Map<string, Timestamp>;
  readonly hints: HandoffHints;
  /** Records since the journal was last compacted. */
  recordCount: number;

  // Volatile.
  readonly coordinations: Map<number, Coordination>;
  /** The coordinations that await the word that a replica holds something, by key. */
  readonly storing: Map<string, Set<Coordination>>;
  /** Operations begun in this life. */
  operationCount: number;
  /** The latest tick of the wall clock. */
  lastTick: number;
  /** What this node shares with each peer; empty without anti-entropy. */
  readonly trees: ReadonlyMap<NodeId, MerkleTree>;
  /** The keys in each leaf of these trees. */
  readonly leaves: Map<number, Set<string>>;
  /** How many comparisons were begun: peers take turns. */
  comparisons: number;
  /** Of this step. */
  changes: Change[];
}

export function isReplica(replica: Replica, node: NodeId, key: string): boolean {
  return replica.ring.replicas(key).includes(node);
}

function persist(replica: Replica, record: JournalRecord): void {
  replica.recordCount++;
  replica.out.persist(record);
}

/** Keeps the newer of what is there and what is offered (last writer wins). */
export function store(
  replica: Replica,
  key: string,
  version: Version,
  {
    isHandoff = false,
    missing = [],
  }: { readonly isHandoff?: boolean; readonly missing?: readonly NodeId[] } = {},
): WriteStatus {
  const { rules, versions } = replica;
  const held = versions.get(key) ?? null;
  if (!rules.replaces(version, held, isHandoff)) return 'outdated';
  keep(replica, key, version);
  const journaled = missing.length > 0 && rules.journalsHints;
  const record = rules.versionRecord({ type: 'version', key, version, ...(journaled && { missing }) });
  if (record !== null) persist(replica, record);
  for (const node of missing) keepHint(replica, node, key, version);
  return 'success';
}

/** Puts a version in its place, in memory only. */
export function keep(replica: Replica, key: string, version: Version): void {
  const { self, versions, trees, changes } = replica;
  const held = versions.get(key);
  versions.set(key, version);
  changes.push({ type: 'stored', key, timestamp: version.timestamp });
  const replicas = replica.ring.replicas(key);
  if (trees.size === 0 || !replicas.includes(self)) return;
  if (held === undefined) noteLeaf(replica, key);
  const digests = [...(held ? [versionDigest(key, held)] : []), versionDigest(key, version)];
  for (const node of replicas) {
    const tree = trees.get(node);
    for (const digest of digests) tree?.toggle(key, digest);
  }
}

function noteLeaf({ leaves }: Replica, key: string): void {
  const leaf = leafOf(key);
  const keys = leaves.get(leaf) ?? new Set();
  leaves.set(leaf, keys.add(key));
}

/** Keeps a version for other nodes, unless a newer one is kept for all of them. */
export function hint(replica: Replica, nodes: readonly NodeId[], key: string, version: Version): WriteStatus {
  const added = nodes.filter((node) => keepHint(replica, node, key, version));
  if (added.length === 0) return 'outdated';
  if (replica.rules.journalsHints) persist(replica, { type: 'hint', nodes: added, key, version });
  return 'success';
}

/** The same, in memory only. Whether it was new. */
export function keepHint(replica: Replica, node: NodeId, key: string, version: Version): boolean {
  const { hints, out, options, changes } = replica;
  const wasEmpty = hints.size === 0;
  if (!hints.add(node, key, version)) return false;
  changes.push({ type: 'hinted', node, key, timestamp: version.timestamp });
  if (wasEmpty && options.handoff) out.setTimer('handoff', options.handoffInterval);
  return true;
}

/**
 * Gives a value its timestamp, and takes note of it before anything leaves: no timestamp is issued twice. That takes one
 * step, so that two writes of a key at one coordinator never get the same one. `highest` is what a quorum knew.
 */
export function issue(
  replica: Replica,
  key: string,
  value: Json,
  {
    highest = null,
    missing = [],
  }: { readonly highest?: Version | null; readonly missing?: readonly NodeId[] } = {},
): Version {
  const { self, rules, versions, issued, changes } = replica;
  const known = [versions.get(key)?.timestamp, issued.get(key), highest?.timestamp];
  const version = { value, timestamp: nextTimestamp(replica, known) };
  const { timestamp } = version;
  changes.push({ type: 'issued', key, timestamp });
  if (isReplica(replica, self, key)) {
    store(replica, key, version, { missing });
    return version;
  }
  issued.set(key, timestamp);
  const record = rules.versionRecord({ type: 'issued', key, timestamp });
  if (record !== null) persist(replica, record);
  hint(replica, missing, key, version);
  return version;
}

function nextTimestamp(replica: Replica, known: readonly (Timestamp | undefined)[]): Timestamp {
  const node = nodeNumber(replica.self);
  if (replica.options.timestamps === 'wall') {
    replica.lastTick = wallTimestamp(replica.now.wallMs, node, replica.lastTick);
    return replica.lastTick;
  }
  const counters = known.map((timestamp) => (timestamp === undefined ? 0 : counterOf(timestamp)));
  return [Math.floor(Math.max(...counters)) + 1, node];
}

/** The newest version that this node knows of: as a replica, or kept for another node. */
export function newestHere(replica: Replica, key: string): Version | null {
  const held = replica.versions.get(key) ?? null;
  const kept = isReplica(replica, replica.self, key) ? null : replica.hints.newestOf(key);
  return compareVersions(held, kept) < 0 ? kept : held;
}
