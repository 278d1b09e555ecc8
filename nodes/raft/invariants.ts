/**
 * The safety properties of Raft (Figure 3.2 of the thesis, and what they rest on), as observers of all nodes of a run.
 * Those of the log are shared with other models (nodes/log/safety.ts); what concerns votes and restarts is Raft's own.
 */
import type { NodeId } from '../kernel/ids.ts';
import type { Invariant } from '../kernel/model.ts';
import * as safety from '../log/safety.ts';
import { describeEntry } from './describe.ts';
import type { Entry, RaftProtocol, Status } from './messages.ts';

interface Released {
  readonly node: NodeId;
  readonly incarnation: number;
  readonly status: Status;
}

const words: safety.Wording<Entry> = { term: 'term', committed: 'committed', entry: describeEntry };

/** Shows an observer of logs what Raft calls these things. */
function ofLog(observe: safety.Observe<safety.Shown<Entry>>): safety.Observe<Released> {
  return ({ node, incarnation, status: { role, term, log, commitIndex } }) =>
    observe({ node, incarnation, isLeader: role === 'leader', term, log, committedIndex: commitIndex });
}

const electionSafety: Invariant<RaftProtocol> = {
  name: 'election-safety',
  source: 'Ongaro §3.2, §3.4',
  meaning: 'at most one leader is elected in a term',
  observer: () => ofLog(safety.oneLeaderPerTerm(words)),
};

const leaderAppendOnly: Invariant<RaftProtocol> = {
  name: 'leader-append-only',
  source: 'Ongaro §3.2, §3.5',
  meaning: 'a leader never overwrites or deletes entries in its log, it only appends',
  observer: () => ofLog(safety.leaderAppendsOnly(words)),
};

const logMatching: Invariant<RaftProtocol> = {
  name: 'log-matching',
  source: 'Ongaro §3.2, §3.5',
  meaning: 'logs that have an entry with the same index and term are the same up to that entry',
  observer: () => ofLog(safety.logMatching(words)),
};

const leaderCompleteness: Invariant<RaftProtocol> = {
  name: 'leader-completeness',
  source: 'Ongaro §3.2, §3.6.3',
  meaning: 'an entry committed in a term is in the log of every leader of a later term',
  observer: () => ofLog(safety.leaderHasCommitted(words)),
};

const stateMachineSafety: Invariant<RaftProtocol> = {
  name: 'state-machine-safety',
  source: 'Ongaro §3.2, §3.6.3',
  meaning: 'no two nodes commit, and so apply, different entries at the same index',
  observer: () => ofLog(safety.committedAgree(words)),
};

const durableLog: Invariant<RaftProtocol> = {
  name: 'durable-log',
  source: 'Ongaro §3.8',
  meaning:
    'a restart loses no entry that was released, unless the entry of a later leader stands in its place',
  observer: () => ofLog(safety.durableLog()),
};

const onePerTerm: Invariant<RaftProtocol> = {
  name: 'one-vote-per-term',
  source: 'Ongaro §3.4, §3.8',
  meaning: 'a node votes once in a term, and neither term nor vote is lost in a restart',
  observer: () =>
    safety.sinceBefore<Released>(({ node, status: now }, { status: before }) => {
      if (now.term < before.term) return `${node} went back from term ${before.term} to ${now.term}`;
      if (now.term > before.term || before.votedFor === null || now.votedFor === before.votedFor) return null;
      const later = now.votedFor === null ? 'forgot it' : `then voted for ${now.votedFor}`;
      return `${node} voted for ${before.votedFor} in term ${now.term}, and ${later}`;
    }),
};

const monotonicCommit: Invariant<RaftProtocol> = {
  name: 'monotonic-commit',
  source: 'Ongaro §3.5, §3.6',
  meaning:
    'the commit index of a node never goes back in its life, nor in a restart below what it has journaled; it lies within the log',
  observer: () => {
    const compare = safety.sinceBefore<Released>((current, previous) => {
      const [now, before] = [current.status, previous.status];
      const isSameLife = current.incarnation === previous.incarnation;
      const bound = isSameLife ? before.commitIndex : before.journaledCommitIndex;
      if (now.commitIndex >= bound) return null;
      const when = isSameLife ? '' : ' in a restart';
      return `the commit index of ${current.node} went back from ${bound} to ${now.commitIndex}${when}`;
    });
    return (released: Released) => {
      const { node, status } = released;
      const { commitIndex, log } = status;
      const wentBack = compare(released);
      if (wentBack !== null || commitIndex <= log.lastIndex) return wentBack;
      return `${node} has committed ${commitIndex}, but its log ends at ${log.lastIndex}`;
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
