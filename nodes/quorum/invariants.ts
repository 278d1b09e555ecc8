/**
 * The safety properties of quorum replication, as observers of all nodes of a run. They see released changes only: what a
 * node holds in memory before it is durable has not happened yet. Each costs O(change), a restart O(keys of the node).
 */
import type { NodeId } from '../kernel/ids.ts';
import { nodeNumber } from '../kernel/ids.ts';
import type { Invariant } from '../kernel/model.ts';
import type { Change, QuorumProtocol, Status, Timestamp } from './messages.ts';
import { compareTimestamps, describeTimestamp } from './timestamps.ts';

interface Released {
  readonly node: NodeId;
  readonly incarnation: number;
  readonly status: Status;
}

type OfType<T extends Change['type']> = Extract<Change, { type: T }>;

/** Looks at every change of one type; the first sentence counts. */
function each<T extends Change['type']>(
  { status }: Released,
  type: T,
  look: (change: OfType<T>) => string | null,
): string | null {
  for (const change of status.changes) {
    const found = change.type === type ? look(change as OfType<T>) : null;
    if (found !== null) return found;
  }
  return null;
}

/** What was last released of a node, by key. */
class Known {
  private readonly nodes = new Map<
    NodeId,
    { readonly incarnation: number; readonly keys: Map<string, Timestamp> }
  >();

  /** What the node held in its last life; null if this is no new one. */
  lifeBefore({ node, incarnation }: Released): ReadonlyMap<string, Timestamp> | null {
    const before = this.nodes.get(node);
    if (before?.incarnation === incarnation) return null;
    this.nodes.set(node, { incarnation, keys: new Map() });
    return before?.keys ?? null;
  }

  of(node: NodeId): Map<string, Timestamp> {
    return this.nodes.get(node)?.keys ?? new Map<string, Timestamp>();
  }
}

/** The first key that is missing or earlier than it was, in a sentence. */
function lostOver(
  before: ReadonlyMap<string, Timestamp>,
  now: ReadonlyMap<string, Timestamp>,
  what: (key: string) => string,
): string | null {
  for (const [key, timestamp] of before) {
    const later = now.get(key);
    if (later !== undefined && compareTimestamps(later, timestamp) >= 0) continue;
    const found = later === undefined ? 'nothing' : describeTimestamp(later);
    return `${what(key)} at ${describeTimestamp(timestamp)}, and ${found} after its restart`;
  }
  return null;
}

const replicaForward: Invariant<QuorumProtocol> = {
  name: 'replica-forward',
  source: 'ABD 1995, §3: a server adopts larger timestamps only',
  meaning: 'the timestamp that a node holds for a key never goes back, nor is it lost in a restart',
  observer: () => {
    const known = new Known();
    return (released) => {
      const { node } = released;
      const before = known.lifeBefore(released);
      const held = known.of(node);
      const wentBack = each(released, 'stored', ({ key, timestamp }) => {
        const earlier = held.get(key);
        held.set(key, timestamp);
        if (earlier === undefined || compareTimestamps(timestamp, earlier) >= 0) return null;
        return `${node} went back from ${describeTimestamp(earlier)} to ${describeTimestamp(timestamp)} for ${key}`;
      });
      return wentBack ?? (before && lostOver(before, held, (key) => `${node} held ${key}`));
    };
  },
};

const uniqueTimestamps: Invariant<QuorumProtocol> = {
  name: 'unique-timestamps',
  source: 'Lynch & Shvartsman 1997: tags are unique, and those of a writer increase',
  meaning: 'a coordinator issues increasing logical timestamps for a key, all of which bear its own number',
  observer: () => {
    const latest = new Map<string, Timestamp>();
    return (released) =>
      each(released, 'issued', ({ key, timestamp }) => {
        // The time of day may be set back.
        if (typeof timestamp === 'number') return null;
        const { node } = released;
        const place = `${node} ${key}`;
        const earlier = latest.get(place);
        latest.set(place, timestamp);
        const isForward = earlier === undefined || compareTimestamps(timestamp, earlier) > 0;
        if (isForward && timestamp[1] === nodeNumber(node)) return null;
        return `${node} issued ${describeTimestamp(timestamp)} for ${key} after ${earlier === undefined ? 'nothing' : describeTimestamp(earlier)}`;
      });
  },
};

const promiseKept: Invariant<QuorumProtocol> = {
  name: 'promise-kept',
  source: 'ABD 1995, §3: an operation ends when its timestamp is at a quorum',
  meaning:
    'what a client was told of is on the disks of as many replicas as the level asks (strict quorums; reads with readRepair=sync)',
  observer: () => {
    const held = new Map<NodeId, Map<string, Timestamp>>();
    const incarnations = new Map<NodeId, number>();
    return (released) => {
      const { node, incarnation } = released;
      if (incarnations.get(node) !== incarnation) held.set(node, new Map());
      incarnations.set(node, incarnation);
      each(released, 'stored', ({ key, timestamp }) => {
        held.get(node)?.set(key, timestamp);
        return null;
      });
      return each(released, 'promised', ({ key, timestamp, replicas, holders }) => {
        const having = replicas.filter((replica) => {
          const own = held.get(replica)?.get(key);
          return own !== undefined && compareTimestamps(own, timestamp) >= 0;
        });
        if (having.length >= holders) return null;
        return `${node} told its client of ${key} at ${describeTimestamp(timestamp)}, which ${having.length} replicas hold and not ${holders}`;
      });
    };
  },
};

const hintsDurable: Invariant<QuorumProtocol> = {
  name: 'hints-durable',
  source: 'DeCandia et al. 2007, §4.6: hints are kept in a local database',
  meaning: 'a hint that was released is there after a restart, unless it was delivered',
  observer: () => {
    const known = new Known();
    return (released) => {
      const { node } = released;
      const before = known.lifeBefore(released);
      const kept = known.of(node);
      for (const change of released.status.changes) {
        if (change.type === 'hinted') kept.set(`${change.key} for ${change.node}`, change.timestamp);
        else if (change.type === 'delivered') kept.delete(`${change.key} for ${change.node}`);
      }
      return before && lostOver(before, kept, (hint) => `${node} kept a hint of ${hint}`);
    };
  },
};

export const invariants: readonly Invariant<QuorumProtocol>[] = [
  replicaForward,
  uniqueTimestamps,
  promiseKept,
  hintsDurable,
];
