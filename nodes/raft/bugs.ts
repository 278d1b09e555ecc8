/**
 * Deliberately planted mistakes, for `--bug NAME`: each replaces a rule or two of rules.ts. They are the classic ones;
 * the tests show for each a run in which it does harm.
 */
import { bugsOf, type Bug } from '../kernel/bugs.ts';
import { correctRules, type Rules } from './rules.ts';

const bugs: readonly Bug<Rules>[] = [
  {
    name: 'vote-not-persisted',
    mistake: 'the vote is kept in memory only',
    revealedBy: 'one-vote-per-term and election-safety, when voters crash and restart during an election',
    rules: { hardStateRecord: (term) => ({ type: 'hard-state', term, votedFor: null }) },
  },
  {
    name: 'term-not-persisted',
    mistake: 'the term, and the vote in it, are kept in memory only',
    revealedBy: 'one-vote-per-term and election-safety, when nodes crash and restart',
    rules: { hardStateRecord: () => null },
  },
  {
    name: 'log-not-persisted',
    mistake: 'entries are acknowledged, and never written to the journal',
    revealedBy: 'durable-log, leader-completeness and lost writes, when a majority crashes',
    rules: { entriesRecord: () => null },
  },
  {
    name: 'old-term-committed-by-count',
    mistake:
      'entries of earlier terms are committed by counting copies (Figure 3.7); leaders append no no-op',
    revealedBy:
      'leader-completeness and state-machine-safety, when leaders crash or are cut off one after another',
    rules: { commitsByCount: () => true, appendsNoOp: false },
  },
  {
    name: 'majority-off-by-one',
    mistake: 'half of the members count as a majority',
    revealedBy: 'state-machine-safety and election-safety, when the cluster is split',
    rules: { quorumOf: (members) => Math.max(1, Math.floor(members / 2)) },
  },
  {
    name: 'votes-twice',
    mistake: 'a vote is granted without a look at the one already given in this term',
    revealedBy: 'one-vote-per-term and election-safety, when two nodes run for election at once',
    rules: { mayVoteFor: () => true },
  },
  {
    name: 'no-election-restriction',
    mistake: 'a vote is granted whatever the log of the candidate lacks',
    revealedBy: 'leader-completeness and lost writes, when a node that was cut off is elected',
    rules: { isUpToDate: () => true },
  },
  {
    name: 'election-restriction-by-length',
    mistake: 'the longer log counts as the later one, whatever its terms',
    revealedBy: 'leader-completeness, when a deposed leader has many uncommitted entries',
    rules: { isUpToDate: (candidate, voter) => candidate.lastIndex >= voter.lastIndex },
  },
  {
    name: 'stale-votes-counted',
    mistake: 'votes of an earlier term are counted in this one',
    revealedBy: 'election-safety, when votes arrive late',
    rules: { countsVote: () => true },
  },
  {
    name: 'accepts-stale-append',
    mistake: 'entries of a deposed leader are accepted',
    revealedBy: 'state-machine-safety, when an isolated leader comes back',
    rules: { acceptsAppend: () => true },
  },
  {
    name: 'no-previous-term-check',
    mistake: 'the consistency check looks at the index only, not at the term',
    revealedBy: 'log-matching and state-machine-safety, when an isolated leader comes back',
    rules: {
      matchesPrevious: (log, previousIndex) => previousIndex <= log.lastIndex,
    },
  },
  {
    name: 'truncates-always',
    mistake: 'every message with entries cuts the log behind them, though it may be an old one',
    revealedBy: 'lost writes and state-machine-safety, when messages are delayed or duplicated',
    rules: {
      firstNewEntry: (log, entries) => entries.find(({ index }) => index > log.baseIndex) ?? null,
    },
  },
  {
    name: 'commit-past-last-new-entry',
    mistake: "a follower commits up to the leader's index, whether or not its own entries are the leader's",
    revealedBy: 'state-machine-safety, when a deposed leader hears of the new commit index',
    rules: { followerCommit: (leaderCommit, _lastNewIndex, lastIndex) => Math.min(leaderCommit, lastIndex) },
  },
  {
    name: 'match-from-last',
    mistake: "an acknowledgement counts for the leader's whole log, not for what was sent",
    revealedBy: 'leader-completeness and lost writes, when a leader fails under load',
    rules: { matchOfAcknowledgement: (_matchIndex, leaderLastIndex) => leaderLastIndex },
  },
  {
    name: 'ack-before-commit',
    mistake: 'a write is acknowledged when the leader has appended it',
    revealedBy: 'linearizable, when a leader is cut off',
    rules: { answersBeforeCommit: true },
  },
  {
    name: 'definite-error-after-append',
    mistake: 'a leader that steps down reports its open writes as failed, though they may still be committed',
    revealedBy: 'linearizable, when a leader is cut off or handed over',
    rules: { outcomeAfterStepDown: 'temporarily-unavailable' },
  },
  {
    name: 'statements-split',
    mistake: 'each statement of a request is a transaction of its own (machine=sql)',
    revealedBy: 'snapshot-isolation (bank), as soon as a transfer is refused after half of it',
    rules: { appliesWhole: false },
  },
  {
    name: 'no-request-dedup',
    mistake: 'a request that is sent again is applied again',
    revealedBy: 'linearizable (append), when answers are lost',
    rules: { deduplicates: false },
  },
  {
    name: 'sessions-not-in-snapshot',
    mistake: 'the table of applied requests is not part of snapshots',
    revealedBy:
      'linearizable (append), when a request is sent again after a restart or an installed snapshot',
    rules: { snapshotSessions: () => [] },
  },
  {
    name: 'installs-older-snapshot',
    mistake: 'a snapshot is installed though the node is further already',
    revealedBy: 'monotonic-commit, when chunks arrive late or twice',
    rules: { installsSnapshot: () => true },
  },
  {
    name: 'stale-leader-read',
    mistake: 'a leader answers reads without making sure that it still leads',
    revealedBy: 'linearizable, when a leader is cut off or paused',
    rules: { confirmsReads: false },
  },
  {
    name: 'read-confirmed-by-old-acks',
    mistake: 'a read is confirmed by the next acknowledgement, though its round began before the read came',
    revealedBy: 'linearizable, when a leader is cut off and old acknowledgements arrive late',
    rules: { roundOfRead: (_latestRound, confirmedRound) => confirmedRound + 1 },
  },
  {
    name: 'read-before-own-term-commit',
    mistake: 'a new leader answers reads before it knows what is committed',
    revealedBy: 'linearizable, when leaders change',
    rules: { mayServeReads: () => true },
  },
  {
    name: 'follower-read-without-index',
    mistake: 'a follower answers a read without asking its leader what is committed (proxy=on)',
    revealedBy: 'linearizable, as soon as a follower lags',
    rules: { followersAskForIndex: false },
  },
  {
    name: 'quorum-read-of-commit-index',
    mistake:
      'a majority is asked what it knows to be committed, not how far its logs reach (proxyReads=quorum)',
    revealedBy: 'linearizable, since followers hear of a commit later than its client',
    rules: { endForReads: (_lastIndex, commitIndex) => commitIndex },
  },
  {
    name: 'lease-from-receive-time',
    mistake: 'a lease counts from the receipt of the acknowledgement (reads=lease)',
    revealedBy: 'linearizable, when acknowledgements are slow and the leader is cut off',
    rules: { leaseStartMs: (_sentAtMs, acknowledgedAtMs) => acknowledgedAtMs },
  },
  {
    name: 'lease-too-long',
    mistake: 'a lease lasts as long as the longest election timeout (reads=lease)',
    revealedBy: 'linearizable, when a leader is cut off',
    rules: { leaseDurationMs: (electionTimeoutMs) => 2 * electionTimeoutMs },
  },
  {
    name: 'lease-survives-transfer',
    mistake: 'a leader goes on with its lease while it hands leadership over (reads=lease)',
    revealedBy: 'linearizable, when leadership is transferred',
    rules: { transferEndsLease: false },
  },
  {
    name: 'restart-votes-at-once',
    mistake: 'a restarted node votes at once, though a lease may rest on it (reads=lease)',
    revealedBy: 'linearizable, when followers restart and the leader is cut off',
    rules: { restartWithholdsVotes: false },
  },
  {
    name: 'members-changed-before-own-commit',
    mistake:
      "a leader changes members before an entry of its own term is committed (Ongaro's correction of 2015)",
    revealedBy: 'election-safety and state-machine-safety, when leaders change during changes of members',
    rules: { mayChangeMembers: ({ isChanging }) => !isChanging },
  },
  {
    name: 'two-changes-at-once',
    mistake: 'a change of members begins while another is not committed',
    revealedBy:
      'leader-completeness and election-safety, when the cluster is split during changes of members (npm run sim with --profile members)',
    rules: { mayChangeMembers: ({ term, committedTerm }) => committedTerm === term },
  },
  {
    name: 'commit-not-journaled',
    mistake: 'the commit index is forgotten in a restart (reads=follower)',
    revealedBy: 'monotonic-reads, when followers restart',
    rules: { journalsCommit: false },
  },
];

export const { bugSpecs, rulesOf } = bugsOf('raft', correctRules, bugs);
