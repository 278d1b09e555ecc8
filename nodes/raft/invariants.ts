/**
 * The safety properties of Raft (Figure 3.2 of the thesis, and what they rest on), as observers of all nodes of a run.
 * They see released states only: what a node holds in memory before it is durable has not happened yet. Each costs
 * O(change) per status.
 */
import type { NodeId } from '../kernel/ids.ts';
import type { Invariant } from '../kernel/model.ts';
import { describeEntry } from './describe.ts';
import { firstChange, hashOfEntry, lastIndexOf, termIn } from './logHistory.ts';
import type { Entry, Index, LogView, RaftProtocol, Status, Term } from './messages.ts';

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

const electionSafety: Invariant<RaftProtocol> = {
  name: 'election-safety',
  source: 'Ongaro §3.2, §3.4',
  meaning: 'at most one leader is elected in a term',
  observer: () => {
    const leaders = new Map<Term, NodeId>();
    return ({ node, status }) => {
      if (status.role !== 'leader') return null;
      const leader = leaders.get(status.term) ?? node;
      leaders.set(status.term, leader);
      return leader === node ? null : `${leader} and ${node} both lead in term ${status.term}`;
    };
  },
};

const leaderAppendOnly: Invariant<RaftProtocol> = {
  name: 'leader-append-only',
  source: 'Ongaro §3.2, §3.5',
  meaning: 'a leader never overwrites or deletes entries in its log, it only appends',
  observer: sinceBefore((current, previous) => {
    const [now, before] = [current.status, previous.status];
    const isSameLeader =
      current.incarnation === previous.incarnation &&
      now.role === 'leader' &&
      before.role === 'leader' &&
      now.term === before.term;
    if (!isSameLeader || firstChange(before.log, now.log) > lastIndexOf(before.log)) return null;
    return `${current.node}, leader of term ${now.term}, changed its log at ${firstChange(before.log, now.log)}`;
  }),
};

const onePerTerm: Invariant<RaftProtocol> = {
  name: 'one-vote-per-term',
  source: 'Ongaro §3.4, §3.8',
  meaning: 'a node votes once in a term, and neither term nor vote is lost in a restart',
  observer: sinceBefore(({ node, status: now }, { status: before }) => {
    if (now.term < before.term) return `${node} went back from term ${before.term} to ${now.term}`;
    if (now.term > before.term || before.votedFor === null || now.votedFor === before.votedFor) return null;
    const later = now.votedFor === null ? 'forgot it' : `then voted for ${now.votedFor}`;
    return `${node} voted for ${before.votedFor} in term ${now.term}, and ${later}`;
  }),
};

const durableLog: Invariant<RaftProtocol> = {
  name: 'durable-log',
  source: 'Ongaro §3.8',
  meaning:
    'a restart loses no entry that was released, unless the entry of a later leader stands in its place',
  observer: sinceBefore((current, previous) => {
    if (current.incarnation === previous.incarnation) return null;
    const [now, before] = [current.status.log, previous.status.log];
    const last = lastIndexOf(before);
    if (now.baseIndex > last || termIn(now, last) === termIn(before, last)) return null;
    // A later leader may have replaced entries in a step that was durable, but not released, when the node crashed. Its
    // own term is later than that of any entry that it replaces; what it puts there may be from an earlier one.
    let index = Math.max(now.baseIndex, before.baseIndex) + 1;
    while (termIn(now, index) === termIn(before, index)) index++;
    const lost = termIn(before, index);
    if (termIn(now, index) !== null && lost !== null && current.status.term > lost) return null;
    return `${current.node} had a log up to ${last}, and up to ${lastIndexOf(now)} after its restart`;
  }),
};

const monotonicCommit: Invariant<RaftProtocol> = {
  name: 'monotonic-commit',
  source: 'Ongaro §3.5, §3.6',
  meaning:
    'the commit index of a node never goes back in its life, nor in a restart below what it has journaled; it lies within the log',
  observer: () => {
    const compare = sinceBefore((current, previous) => {
      const [now, before] = [current.status, previous.status];
      const isSameLife = current.incarnation === previous.incarnation;
      const bound = isSameLife ? before.commitIndex : before.journaledCommitIndex;
      if (now.commitIndex >= bound) return null;
      const when = isSameLife ? '' : ' in a restart';
      return `the commit index of ${current.node} went back from ${bound} to ${now.commitIndex}${when}`;
    })();
    return (released) => {
      const { node, status } = released;
      const { commitIndex, log } = status;
      const wentBack = compare(released);
      if (wentBack !== null || commitIndex <= lastIndexOf(log)) return wentBack;
      return `${node} has committed ${commitIndex}, but its log ends at ${lastIndexOf(log)}`;
    };
  },
};

const logMatching: Invariant<RaftProtocol> = {
  name: 'log-matching',
  source: 'Ongaro §3.2, §3.5',
  meaning: 'logs that have an entry with the same index and term are the same up to that entry',
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
        const base = seen.get(`${log.baseIndex}/${log.baseTerm}`);
        if (base === undefined) return null;
        prefixes[log.baseIndex] = base;
      }
      nodes.set(node, { log, prefixes });
      for (let index = from; index <= lastIndexOf(log); index++) {
        const entry = log.entries[index - log.baseIndex - 1] as Entry;
        const prefix = (Math.imul(prefixes[index - 1] ?? 0, 31) + hashOfEntry(entry)) | 0;
        prefixes[index] = prefix;
        const key = `${index}/${entry.term}`;
        const expected = seen.get(key);
        if (expected === undefined) seen.set(key, prefix);
        else if (expected !== prefix)
          return `the log of ${node} differs from another one up to ${describeEntry(entry)}`;
      }
      return null;
    };
  },
};

const stateMachineSafety: Invariant<RaftProtocol> = {
  name: 'state-machine-safety',
  source: 'Ongaro §3.2, §3.6.3',
  meaning: 'no two nodes commit, and so apply, different entries at the same index',
  observer: () => {
    const committed = new Map<Index, { entry: Entry; node: NodeId }>();
    const latest = new Map<NodeId, { log: LogView; commitIndex: Index }>();
    return ({ node, status: { log, commitIndex } }) => {
      const before = latest.get(node);
      latest.set(node, { log, commitIndex });
      const unchanged = before === undefined ? 0 : firstChange(before.log, log) - 1;
      const from = Math.max(log.baseIndex, Math.min(before?.commitIndex ?? 0, unchanged)) + 1;
      for (let index = from; index <= Math.min(commitIndex, lastIndexOf(log)); index++) {
        const entry = log.entries[index - log.baseIndex - 1] as Entry;
        const other = committed.get(index);
        if (other === undefined) committed.set(index, { entry, node });
        else if (other.entry !== entry && hashOfEntry(other.entry) !== hashOfEntry(entry))
          return `${other.node} has committed ${describeEntry(other.entry)}, ${node} ${describeEntry(entry)}`;
      }
      const base = committed.get(log.baseIndex);
      if (base === undefined || base.entry.term === log.baseTerm) return null;
      return `${node} has a snapshot at ${log.baseIndex}/${log.baseTerm}, ${base.node} has committed ${describeEntry(base.entry)}`;
    };
  },
};

const leaderCompleteness: Invariant<RaftProtocol> = {
  name: 'leader-completeness',
  source: 'Ongaro §3.2, §3.6.3',
  meaning: 'an entry committed in a term is in the log of every leader of a later term',
  observer: () => {
    // The last entry known to be committed in each term, and the latest log of the leader of each term.
    const commits = new Map<Term, { index: Index; term: Term }>();
    const leaders = new Map<Term, { node: NodeId; log: LogView }>();
    let highest = 0;
    const lacks = (log: LogView, { index, term }: { index: Index; term: Term }): boolean =>
      index >= log.baseIndex && termIn(log, index) !== term;
    return ({ node, status: { role, term, log, commitIndex } }) => {
      if (commitIndex > highest) {
        highest = commitIndex;
        const last = { index: commitIndex, term: termIn(log, commitIndex) ?? 0 };
        commits.set(term, last);
        for (const [laterTerm, leader] of leaders) {
          if (laterTerm > term && lacks(leader.log, last))
            return `${leader.node} leads in term ${laterTerm} without ${last.index}/${last.term}, committed by term ${term}`;
        }
      }
      if (role !== 'leader') return null;
      const isNew = !leaders.has(term);
      leaders.set(term, { node, log });
      if (!isNew) return null;
      for (const [earlierTerm, last] of commits) {
        if (earlierTerm < term && lacks(log, last))
          return `${node} leads in term ${term} without ${last.index}/${last.term}, committed by term ${earlierTerm}`;
      }
      return null;
    };
  },
};

export const invariants: readonly Invariant<RaftProtocol>[] = [
  electionSafety,
  leaderAppendOnly,
  logMatching,
  leaderCompleteness,
  stateMachineSafety,
  monotonicCommit,
  onePerTerm,
  durableLog,
];
