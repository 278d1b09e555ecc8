/**
 * The safety properties, as observers of all nodes of a run. Those of the log are shared with other models
 * (nodes/log/safety.ts). "Safe" is what no change of leaders may lose; where answers wait for a majority, whatever was
 * answered is safe.
 */
import type { NodeId } from '../kernel/ids.ts';
import type { Invariant } from '../kernel/model.ts';
import * as safety from '../log/safety.ts';
import { describeEntry } from './describe.ts';
import type { Entry, LeaderFollowerProtocol, Status } from './messages.ts';

interface Released {
  readonly node: NodeId;
  readonly incarnation: number;
  readonly status: Status;
}

const words: safety.Wording<Entry> = { term: 'epoch', committed: 'safe', entry: describeEntry };

/** Shows an observer of logs what this model calls these things. */
function ofLog(observe: safety.Observe<safety.Shown<Entry>>): safety.Observe<Released> {
  return ({ node, incarnation, status: { role, epoch, log, safeIndex } }) =>
    observe({ node, incarnation, isLeader: role === 'leader', term: epoch, log, committedIndex: safeIndex });
}

const oneLeaderPerEpoch: Invariant<LeaderFollowerProtocol> = {
  name: 'one-leader-per-epoch',
  source: 'Ongaro 2014, §3.2 (election safety)',
  meaning: 'at most one node leads in an epoch',
  observer: () => ofLog(safety.oneLeaderPerTerm(words)),
};

const leaderAppendsOnly: Invariant<LeaderFollowerProtocol> = {
  name: 'leader-appends-only',
  source: 'Ongaro 2014, §3.2',
  meaning: 'a leader never overwrites or deletes entries in its log',
  observer: () => ofLog(safety.leaderAppendsOnly(words)),
};

const logMatching: Invariant<LeaderFollowerProtocol> = {
  name: 'log-matching',
  source: 'Ongaro 2014, §3.2, §3.5',
  meaning: 'logs that have an entry with the same index and epoch are the same up to that entry',
  observer: () => ofLog(safety.logMatching(words)),
};

const safeEntriesSurvive: Invariant<LeaderFollowerProtocol> = {
  name: 'safe-entries-survive',
  source: 'Ongaro 2014, §3.2, §3.6.3 (leader completeness)',
  meaning: 'an entry that is safe in an epoch is in the log of every leader of a later one',
  observer: () => ofLog(safety.leaderHasCommitted(words)),
};

const safeEntriesAgree: Invariant<LeaderFollowerProtocol> = {
  name: 'safe-entries-agree',
  source: 'Ongaro 2014, §3.2 (state machine safety)',
  meaning: 'no two nodes hold different entries to be safe at the same index',
  observer: () => ofLog(safety.committedAgree(words)),
};

const durableLog: Invariant<LeaderFollowerProtocol> = {
  name: 'durable-log',
  source: 'what is confirmed is on disk',
  meaning:
    'a restart loses no entry that was released; what a later leader put in its place may be on the disk already',
  observer: () => ofLog(safety.durableLog()),
};

const epochsNeverDecrease: Invariant<LeaderFollowerProtocol> = {
  name: 'epochs-never-decrease',
  source: 'fencing',
  meaning: 'a node that has promised an epoch follows no earlier leader, a restart included',
  observer: () =>
    safety.sinceBefore<Released>(({ node, status: now }, { status: before }) =>
      now.epoch < before.epoch ? `${node} went back from epoch ${before.epoch} to ${now.epoch}` : null,
    ),
};

const safeEntriesStay: Invariant<LeaderFollowerProtocol> = {
  name: 'safe-entries-stay',
  source: 'nothing that is safe is taken back',
  meaning: 'what a node knows to be safe stays in its log, and what is shown is in the log',
  observer: () => {
    const compare = safety.sinceBefore<Released>(({ node, status: now }, { status: before }) => {
      const { safeIndex } = before;
      const isKept =
        safeIndex <= now.log.baseIndex || now.log.termAt(safeIndex) === before.log.termAt(safeIndex);
      return isKept ? null : `${node} knew that entry ${safeIndex} was safe, and has lost it`;
    });
    return (released: Released) => {
      const { node, status } = released;
      const lost = compare(released);
      if (lost !== null || status.shownIndex <= status.log.lastIndex) return lost;
      return `${node} shows entry ${status.shownIndex}, but its log ends at ${status.log.lastIndex}`;
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
