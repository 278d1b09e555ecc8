/**
 * The decisions of the protocol, each a small named function. The core asks these rules and takes no such decision
 * anywhere else, so that a planted bug (bugs.ts) is one or a few rules replaced.
 */
import type { NodeId } from '../kernel/ids.ts';
import type { Log } from '../log/log.ts';
import type { SavedSessions } from '../machines/sessions.ts';
import type { Copies } from './confirmations.ts';
import type { Entry, Epoch, Index, JournalRecord, LogEnd, Role } from './messages.ts';

/** Entries as a leader sends them. */
export interface Sent {
  readonly previousIndex: Index;
  readonly previousEpoch: Epoch;
  readonly entries: readonly Entry[];
}

export interface Rules {
  /** What is durable before anything is said in an epoch. Null journals nothing. */
  epochRecord(epoch: Epoch): JournalRecord | null;
  /** Entries are durable before they are confirmed. */
  entriesRecord(entries: readonly Entry[], role: Role): JournalRecord | null;

  /** Fencing: a leader of an earlier epoch is not listened to. */
  acceptsLeader(leaderEpoch: Epoch, epoch: Epoch): boolean;
  /** Fencing: every leader has an epoch of its own. */
  nextEpoch(epoch: Epoch): Epoch;
  /** An epoch is promised once. */
  mayPromise(asked: Epoch, epoch: Epoch): boolean;
  /** An epoch begins once: whoever has entries of it has led, or followed, in it before. */
  mayBegin(epoch: Epoch, lastEpoch: Epoch): boolean;
  /** Of those who promised, the node that has all that can have been confirmed. */
  mostAdvanced(ends: ReadonlyMap<NodeId, LogEnd>, self: NodeId): NodeId;

  /** What a follower takes of `sent`; null if it lacks what comes before: it would leave a gap. */
  newEntries(log: Log<Entry>, sent: Sent): readonly Entry[] | null;

  /** Which copies of the log count: that of the leader, and one of each follower. */
  copiesThatCount(own: Index, matches: readonly Index[]): readonly Index[];
  /** Counting speaks for entries of the leader's own epoch alone; those before follow with them. */
  countsCopies(entryEpoch: Epoch | null, epoch: Epoch): boolean;
  /** How many copies each promise takes. */
  copies(copies: Copies): Copies;

  /** Whether a leader that may have been replaced makes sure that it was not before it answers a read. */
  confirmsReads: boolean;
  /** A follower that is asked for a read needs an index of its leader (`proxyReads=follower`). */
  followersAskForIndex: boolean;

  /** All that an operation does happens at one moment, or nothing does (machine=sql). */
  appliesWhole: boolean;

  /** Sessions are part of the state. */
  snapshotSessions(sessions: SavedSessions): SavedSessions;
}

/** Whether a log lacks nothing that the other one has. */
export function isAsAdvanced(log: LogEnd, other: LogEnd): boolean {
  return (
    log.lastEpoch > other.lastEpoch || (log.lastEpoch === other.lastEpoch && log.lastIndex >= other.lastIndex)
  );
}

function mostAdvanced(ends: ReadonlyMap<NodeId, LogEnd>, self: NodeId): NodeId {
  let best = self;
  for (const [node, end] of ends) {
    const bestEnd = ends.get(best);
    // Of equals the asker leads: that saves a message.
    if (bestEnd === undefined || !isAsAdvanced(bestEnd, end)) best = node;
  }
  return best;
}

/** From the first entry on that is not in the log, or in conflict with it. What is compacted is safe, and so the same. */
function newEntries(
  log: Log<Entry>,
  { previousIndex, previousEpoch, entries }: Sent,
): readonly Entry[] | null {
  if (previousIndex >= log.baseIndex && log.termAt(previousIndex) !== previousEpoch) return null;
  const at = entries.findIndex(({ index, epoch }) => index > log.baseIndex && log.termAt(index) !== epoch);
  return at < 0 ? [] : entries.slice(at);
}

export const correctRules: Rules = {
  epochRecord: (epoch) => ({ type: 'epoch', epoch }),
  entriesRecord: (entries) => ({ type: 'entries', entries }),

  acceptsLeader: (leaderEpoch, epoch) => leaderEpoch >= epoch,
  nextEpoch: (epoch) => epoch + 1,
  mayPromise: (asked, epoch) => asked > epoch,
  mayBegin: (epoch, lastEpoch) => epoch > lastEpoch,
  mostAdvanced,

  newEntries,

  copiesThatCount: (own, matches) => [own, ...matches],
  countsCopies: (entryEpoch, epoch) => entryEpoch === epoch,
  copies: (copies) => copies,

  confirmsReads: true,
  followersAskForIndex: true,

  appliesWhole: true,

  snapshotSessions: (sessions) => sessions,
};
