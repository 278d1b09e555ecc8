/**
 * Deliberately planted mistakes, for `--bug NAME`: each replaces a rule or a few of rules.ts. The tests show for each a
 * run in which it does harm.
 */
import { bugsOf, type Bug } from '../kernel/bugs.ts';
import { correctRules, type Rules } from './rules.ts';

const bugs: readonly Bug<Rules>[] = [
  {
    name: 'no-fencing',
    mistake: 'a new leader takes over the epoch of the old one, which therefore goes on leading, too',
    revealedBy:
      'one-leader-per-epoch, the workload leader, and lost writes, when a leader is cut off (failover=highest-log)',
    rules: {
      nextEpoch: (epoch) => epoch,
      mayPromise: (asked, epoch) => asked >= epoch,
      mayBegin: () => true,
    },
  },
  {
    name: 'promise-not-persisted',
    mistake: 'an epoch that was promised is kept in memory only',
    revealedBy: 'epochs-never-decrease, when nodes restart during a takeover (failover=highest-log)',
    rules: { epochRecord: () => null },
  },
  {
    name: 'ack-before-replication',
    mistake: 'a write is answered when the leader has appended it, whatever `ack` says',
    revealedBy: 'linearizable: lost writes, when a leader is cut off or killed (failover=highest-log)',
    rules: { copies: (copies) => ({ ...copies, toAnswer: 1, toShow: 1 }) },
  },
  {
    name: 'counts-same-follower-twice',
    mistake: 'every confirmation counts, also the second one of the same follower',
    revealedBy:
      'safe-entries-survive and lost writes, when a leader is cut off with one follower of four (failover=highest-log)',
    rules: { copiesThatCount: (own, matches) => [own, ...matches, ...matches] },
  },
  {
    name: 'ack-received-not-persisted',
    mistake: 'a follower confirms entries that it holds in memory only',
    revealedBy:
      'durable-log, safe-entries-stay, and journals that no node can start from, when followers are killed',
    rules: {
      entriesRecord: (entries, role) => (role === 'leader' ? { type: 'entries', entries } : null),
    },
  },
  {
    name: 'rejoin-keeps-suffix',
    mistake: 'a leader that comes back as a follower keeps what it wrote and nobody confirmed',
    revealedBy:
      'log-matching and safe-entries-agree, when an isolated leader comes back (failover=highest-log)',
    rules: {
      newEntries: (log, { previousIndex, entries }) =>
        previousIndex > log.lastIndex ? null : entries.filter(({ index }) => index > log.lastIndex),
    },
  },
  {
    name: 'promotes-any-follower',
    mistake: 'whoever asks first leads, without a look at the logs of the others',
    revealedBy:
      'safe-entries-survive and lost writes, when a follower that lags takes over (failover=highest-log)',
    rules: { mostAdvanced: (_ends, self) => self },
  },
  {
    name: 'gap-skipped',
    mistake: 'a follower takes the next entries blindly, though it lacks some before them',
    revealedBy: 'log-matching, when messages are lost or a follower was away',
    rules: {
      newEntries: (log, { entries }) =>
        entries
          .filter(({ index }) => index > log.lastIndex)
          .map((entry, at) => ({ ...entry, index: log.lastIndex + 1 + at })),
    },
  },
  {
    name: 'snapshot-without-sessions',
    mistake: 'the table of applied requests is not part of snapshots',
    revealedBy:
      'linearizable (append), when a request is sent again after a restart or an installed snapshot',
    rules: { snapshotSessions: () => [] },
  },
  {
    name: 'statements-split',
    mistake: 'each statement of a request is a transaction of its own (machine=sql)',
    revealedBy: 'snapshot-isolation (bank), as soon as a transfer is refused after half of it',
    rules: { appliesWhole: false },
  },
  {
    name: 'stale-leader-read',
    mistake: 'a leader answers reads without making sure that nobody has followed it',
    revealedBy: 'linearizable, when a leader is cut off or paused (failover=highest-log)',
    rules: { confirmsReads: false },
  },
  {
    name: 'shows-unconfirmed',
    mistake: 'reads show entries that are not confirmed yet, and may be lost with their leader',
    revealedBy:
      'monotonic-reads and writes-follow-reads, when a leader is cut off (failover=highest-log, reads=any)',
    rules: { copies: (copies) => ({ ...copies, toShow: 1 }) },
  },
  {
    name: 'follower-read-without-index',
    mistake: 'a follower answers a read without asking its leader what is shown (proxy=on)',
    revealedBy: 'linearizable, as soon as a follower lags',
    rules: { followersAskForIndex: false },
  },
];

export const { bugSpecs, rulesOf } = bugsOf('leader-follower', correctRules, bugs);
