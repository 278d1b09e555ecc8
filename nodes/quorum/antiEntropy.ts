/**
 * Anti-entropy (DeCandia et al. 2007, §4.7): now and then a node compares what it holds with one of its peers, from the
 * root of their Merkle tree down to the leaves that differ, and both send what the other lacks. Messages are answered by
 * messages and nothing is remembered between them, so that any of them may be lost: the next round begins anew.
 *
 *     A: compare, level 0 ──▶ B: compare, level 1 ──▶ A: compare, level 2 ──▶ B: summaries ──▶ A: versions, wanted ──▶ B: versions
 */
import type { NodeId } from '../kernel/ids.ts';
import { childrenOf, leafLevel, versionDigest, type MerkleTree } from './merkle.ts';
import type { Message, Summary, Version } from './messages.ts';
import { isReplica, store, type Replica } from './replica.ts';
import { compareTimestamps } from './timestamps.ts';

type Compare = Extract<Message, { type: 'compare' }>;
type Summaries = Extract<Message, { type: 'summaries' }>;
type Versions = Extract<Message, { type: 'versions' }>;

/** So many leaves, and so many versions, are exchanged at a time; the rest waits for the next round. */
const leavesMax = 32;
const versionsMax = 256;

/** Begins a comparison with the peer whose turn it is. */
export function onAntiEntropyTimeout(replica: Replica): void {
  const { trees, out, options } = replica;
  const peers = [...trees.keys()];
  const peer = peers[replica.comparisons++ % peers.length];
  const tree = peer === undefined ? undefined : trees.get(peer);
  if (peer === undefined || tree === undefined) return;
  out.send(peer, { type: 'compare', level: 0, digests: [[0, tree.digest(0, 0)]] });
  out.setTimer('anti-entropy', options.antiEntropyInterval);
}

/** Answers with the places below those that differ, or with what lies in the leaves that do. */
export function onCompare(replica: Replica, from: NodeId, { level, digests }: Compare): void {
  const tree = replica.trees.get(from);
  if (tree === undefined) return;
  const differing = replica.rules.differing(
    digests.filter(([place, digest]) => tree.digest(level, place) !== digest).map(([place]) => place),
  );
  if (differing.length === 0) return;
  replica.out.send(
    from,
    level < leafLevel ? below(tree, level, differing) : summaries(replica, from, differing),
  );
}

function below(tree: MerkleTree, level: number, places: readonly number[]): Compare {
  const digests = places
    .flatMap(childrenOf)
    .map((place): readonly [number, number] => [place, tree.digest(level + 1, place)]);
  return { type: 'compare', level: level + 1, digests };
}

function summaries(replica: Replica, to: NodeId, places: readonly number[]): Summaries {
  const leaves = places.slice(0, leavesMax);
  const shared = sharedIn(replica, to, leaves).map(([key, version]): Summary => [
    key,
    version.timestamp,
    versionDigest(key, version),
  ]);
  return { type: 'summaries', leaves, summaries: shared };
}

/** What both nodes are replicas of, and lies in these leaves. O(keys in them). */
function sharedIn(
  { leaves, versions, ring }: Replica,
  peer: NodeId,
  places: readonly number[],
): readonly (readonly [key: string, version: Version])[] {
  return places
    .flatMap((place) => [...(leaves.get(place) ?? [])])
    .filter((key) => ring.replicas(key).includes(peer))
    .flatMap((key): (readonly [string, Version])[] => {
      const version = versions.get(key);
      return version === undefined ? [] : [[key, version]];
    });
}

/** Sends what the peer lacks, and asks for what it has. */
export function onSummaries(replica: Replica, from: NodeId, message: Summaries): void {
  const theirs = new Map(message.summaries.map(([key, timestamp, digest]) => [key, { timestamp, digest }]));
  const versions = sharedIn(replica, from, message.leaves).filter(([key, version]) => {
    const summary = theirs.get(key);
    if (summary === undefined) return true;
    const order = compareTimestamps(version.timestamp, summary.timestamp);
    // Of the same timestamp and not the same: only the values decide, so both are exchanged.
    return order > 0 || (order === 0 && versionDigest(key, version) !== summary.digest);
  });
  const wanted = message.summaries
    .filter(([key, timestamp, digest]) => {
      const held = replica.versions.get(key);
      if (held === undefined) return true;
      const order = compareTimestamps(timestamp, held.timestamp);
      return order > 0 || (order === 0 && versionDigest(key, held) !== digest);
    })
    .map(([key]) => key);
  if (versions.length === 0 && wanted.length === 0) return;
  replica.out.send(from, {
    type: 'versions',
    versions: versions.slice(0, versionsMax),
    wanted: wanted.slice(0, versionsMax),
  });
}

export function onVersions(replica: Replica, from: NodeId, { versions, wanted }: Versions): void {
  for (const [key, version] of versions) {
    if (!isReplica(replica, replica.self, key)) continue;
    if (store(replica, key, version) === 'success') replica.out.probe('anti-entropy-repaired');
  }
  const asked = wanted.flatMap((key): (readonly [string, Version])[] => {
    const version = replica.versions.get(key);
    return version === undefined ? [] : [[key, version]];
  });
  if (asked.length > 0) replica.out.send(from, { type: 'versions', versions: asked, wanted: [] });
}
