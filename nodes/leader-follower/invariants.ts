/**
 * The safety properties, as observers of all nodes of a run. They see released states only: what a node holds in memory
 * before it is durable has not happened yet. Each costs O(change) per status. "Safe" is what no change of leaders may
 * lose; where answers wait for a majority, whatever was answered is safe.
 */
import type { NodeId } from '../kernel/ids.ts';
import type { Invariant } from '../kernel/model.ts';
import { describeEntry } from './describe.ts';
import { epochIn, firstChange, hashOfEntry, lastIndexOf } from './logHistory.ts';
import type { Entry, Epoch, Index, LeaderFollowerProtocol, LogView, Status } from './messages.ts';

interface Released {
  readonly node: NodeId;
  readonly incarnation: number;
  readonly status: Status;
}
type Observe = (released: Released) => string | null;

/** An observer that compares each status with the one before it of the same node. */
function sinceBefore(check: (current: Released, previous: Released) => string | null): () => Observe {
  return () => {
    const latest = new Map<NodeId, Released>();
    return (current) => {
      const previous = latest.get(current.node);
      latest.set(current.node, current);
      return previous === undefined ? null : check(current, previous);
    };
  };
}

const oneLeaderPerEpoch: Invariant<LeaderFollowerProtocol> = {
  name: 'one-leader-per-epoch',
  source: 'Ongaro 2014, §3.2 (election safety)',
  meaning: 'at most one node leads in an epoch',
  observer: () => {
    const leaders = new Map<Epoch, NodeId>();
    return ({ node, status: { role, epoch } }) => {
      if (role !== 'leader') return null;
      const leader = leaders.get(epoch) ?? node;
      leaders.set(epoch, leader);
      return leader === node ? null : `${leader} and ${node} both lead in epoch ${epoch}`;
    };
  },
};

const epochsNeverDecrease: Invariant<LeaderFollowerProtocol> = {
  name: 'epochs-never-decrease',
  source: 'fencing',
  meaning: 'a node that has promised an epoch follows no earlier leader, a restart included',
  observer: sinceBefore(({ node, status: now }, { status: before }) =>
    now.epoch < before.epoch ? `${node} went back from epoch ${before.epoch} to ${now.epoch}` : null,
  ),
};

const leaderAppendsOnly: Invariant<LeaderFollowerProtocol> = {
  name: 'leader-appends-only',
  source: 'Ongaro 2014, §3.2',
  meaning: 'a leader never overwrites or deletes entries in its log',
  observer: sinceBefore((current, previous) => {
    const [now, before] = [current.status, previous.status];
    const isSameLeader =
      current.incarnation === previous.incarnation &&
      now.role === 'leader' &&
      before.role === 'leader' &&
      now.epoch === before.epoch;
    if (!isSameLeader || firstChange(before.log, now.log) > lastIndexOf(before.log)) return null;
    return `${current.node}, leader of epoch ${now.epoch}, changed its log at ${firstChange(before.log, now.log)}`;
  }),
};

const durableLog: Invariant<LeaderFollowerProtocol> = {
  name: 'durable-log',
  source: 'what is confirmed is on disk',
  meaning:
    'a restart loses no entry that was released; what a later leader put in its place may be on the disk already',
  observer: sinceBefore((current, previous) => {
    if (current.incarnation === previous.incarnation) return null;
    const [now, before] = [current.status.log, previous.status.log];
    const last = lastIndexOf(before);
    if (now.baseIndex > last || epochIn(now, last) === epochIn(before, last)) return null;
    // Whoever replaces entries leads a later epoch than theirs; what it puts there may be from an earlier one.
    let index = Math.max(now.baseIndex, before.baseIndex) + 1;
    while (epochIn(now, index) === epochIn(before, index)) index++;
    const lost = epochIn(before, index);
    if (epochIn(now, index) !== null && lost !== null && current.status.epoch > lost) return null;
    return `the log of ${current.node} went up to ${last}, and up to ${lastIndexOf(now)} after its restart`;
  }),
};

const safeEntriesStay: Invariant<LeaderFollowerProtocol> = {
  name: 'safe-entries-stay',
  source: 'nothing that is safe is taken back',
  meaning: 'what a node knows to be safe stays in its log, and what is shown is in the log',
  observer: () => {
    const compare = sinceBefore(({ node, status: now }, { status: before }) => {
      const { safeIndex } = before;
      const isKept =
        safeIndex <= now.log.baseIndex || epochIn(now.log, safeIndex) === epochIn(before.log, safeIndex);
      return isKept ? null : `${node} knew that entry ${safeIndex} was safe, and has lost it`;
    })();
    return (released) => {
      const { node, status } = released;
      const lost = compare(released);
      if (lost !== null || status.shownIndex <= lastIndexOf(status.log)) return lost;
      return `${node} shows entry ${status.shownIndex}, but its log ends at ${lastIndexOf(status.log)}`;
    };
  },
};

const logMatching: Invariant<LeaderFollowerProtocol> = {
  name: 'log-matching',
  source: 'Ongaro 2014, §3.2, §3.5',
  meaning: 'logs that have an entry with the same index and epoch are the same up to that entry',
  observer: () => {
    // The hash of the whole log up to an entry, first as seen anywhere, then as each node has it.
    const seen = new Map([['0/0', 0]]);
    const nodes = new Map<NodeId, { log: LogView; prefixes: number[] }>();
    return ({ node, status: { log } }) => {
      const known = nodes.get(node);
      const from = known === undefined ? log.baseIndex + 1 : firstChange(known.log, log);
      const prefixes = known?.prefixes ?? [];
      if (from === log.baseIndex + 1) {
        // What is compacted may have come in a snapshot: its prefix is the one that was seen with these entries.
        const base = seen.get(`${log.baseIndex}/${log.baseEpoch}`);
        if (base === undefined) return null;
        prefixes[log.baseIndex] = base;
      }
      nodes.set(node, { log, prefixes });
      for (let index = from; index <= lastIndexOf(log); index++) {
        const entry = log.entries[index - log.baseIndex - 1] as Entry;
        const prefix = (Math.imul(prefixes[index - 1] ?? 0, 31) + hashOfEntry(entry)) | 0;
        prefixes[index] = prefix;
        const key = `${index}/${entry.epoch}`;
        const expected = seen.get(key);
        if (expected === undefined) seen.set(key, prefix);
        else if (expected !== prefix)
          return `the log of ${node} differs from another one up to ${describeEntry(entry)}`;
      }
      return null;
    };
  },
};

const safeEntriesAgree: Invariant<LeaderFollowerProtocol> = {
  name: 'safe-entries-agree',
  source: 'Ongaro 2014, §3.2 (state machine safety)',
  meaning: 'no two nodes hold different entries to be safe at the same index',
  observer: () => {
    const safe = new Map<Index, { entry: Entry; node: NodeId }>();
    const latest = new Map<NodeId, { log: LogView; safeIndex: Index }>();
    return ({ node, status: { log, safeIndex } }) => {
      const before = latest.get(node);
      latest.set(node, { log, safeIndex });
      const unchanged = before === undefined ? 0 : firstChange(before.log, log) - 1;
      const from = Math.max(log.baseIndex, Math.min(before?.safeIndex ?? 0, unchanged)) + 1;
      for (let index = from; index <= Math.min(safeIndex, lastIndexOf(log)); index++) {
        const entry = log.entries[index - log.baseIndex - 1] as Entry;
        const other = safe.get(index);
        if (other === undefined) safe.set(index, { entry, node });
        else if (other.entry !== entry && hashOfEntry(other.entry) !== hashOfEntry(entry))
          return `${other.node} holds ${describeEntry(other.entry)} to be safe, ${node} ${describeEntry(entry)}`;
      }
      return null;
    };
  },
};

const safeEntriesSurvive: Invariant<LeaderFollowerProtocol> = {
  name: 'safe-entries-survive',
  source: 'Ongaro 2014, §3.2, §3.6.3 (leader completeness)',
  meaning: 'an entry that is safe in an epoch is in the log of every leader of a later one',
  observer: () => {
    // The last entry known to be safe in each epoch, and the latest log of the leader of each epoch.
    const safes = new Map<Epoch, { index: Index; epoch: Epoch }>();
    const leaders = new Map<Epoch, { node: NodeId; log: LogView }>();
    let highest = 0;
    const lacks = (log: LogView, { index, epoch }: { index: Index; epoch: Epoch }): boolean =>
      index >= log.baseIndex && epochIn(log, index) !== epoch;
    return ({ node, status: { role, epoch, log, safeIndex } }) => {
      if (safeIndex > highest && safeIndex >= log.baseIndex) {
        highest = safeIndex;
        const last = { index: safeIndex, epoch: epochIn(log, safeIndex) ?? 0 };
        safes.set(epoch, last);
        for (const [laterEpoch, leader] of leaders) {
          if (laterEpoch > epoch && lacks(leader.log, last))
            return `${leader.node} leads in epoch ${laterEpoch} without ${last.index}/${last.epoch}, safe in epoch ${epoch}`;
        }
      }
      if (role !== 'leader') return null;
      const isNew = !leaders.has(epoch);
      leaders.set(epoch, { node, log });
      if (!isNew) return null;
      for (const [earlierEpoch, last] of safes) {
        if (earlierEpoch < epoch && lacks(log, last))
          return `${node} leads in epoch ${epoch} without ${last.index}/${last.epoch}, safe in epoch ${earlierEpoch}`;
      }
      return null;
    };
  },
};

export const invariants: readonly Invariant<LeaderFollowerProtocol>[] = [
  oneLeaderPerEpoch,
  epochsNeverDecrease,
  leaderAppendsOnly,
  logMatching,
  safeEntriesSurvive,
  safeEntriesAgree,
  safeEntriesStay,
  durableLog,
];
