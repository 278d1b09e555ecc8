/**
 * Log compaction (§5.1) and InstallSnapshot in chunks (Figure 5.3). A snapshot stands for everything up to its index. The
 * log keeps half of `snapshotEntries` behind it, so that a follower that lags a little needs no snapshot.
 */
import { assert } from '../kernel/assert.ts';
import type { NodeId } from '../kernel/ids.ts';
import { createMachine } from '../machines/index.ts';
import { Sessions } from '../machines/sessions.ts';
import { Membership } from './membership.ts';
import type { Index, JournalRecord, Message, Snapshot, Term } from './messages.ts';
import type { Progress } from './progress.ts';
import type { Leadership, Raft } from './raft.ts';

type InstallSnapshot = Extract<Message, { type: 'install-snapshot' }>;
type SnapshotReceived = Extract<Message, { type: 'snapshot-received' }>;

/** A snapshot on its way to a follower, one chunk at a time. */
export interface OutgoingSnapshot {
  readonly lastIndex: Index;
  readonly lastTerm: Term;
  readonly text: string;
  offset: number;
  /** When the chunk at `offset` left; null if it has not. */
  sentAtMs: number | null;
}

/** A snapshot that is arriving. It is not durable: after a restart the leader begins again. */
export interface IncomingSnapshot {
  readonly from: NodeId;
  readonly lastIndex: Index;
  readonly lastTerm: Term;
  text: string;
}

/** Takes a snapshot once enough entries were applied since the last one, and compacts log and journal (§5.1). */
export function maybeCompact(raft: Raft): void {
  const { log, options, appliedIndex } = raft;
  if (appliedIndex - (raft.snapshot?.index ?? 0) < options.snapshotEntries) return;
  const term = log.termAt(appliedIndex);
  assert(term !== null, 'what is applied since the last snapshot is in the log');
  raft.snapshot = {
    index: appliedIndex,
    term,
    members: raft.membership.membersAt(appliedIndex),
    state: raft.machine.snapshot(),
    sessions: raft.rules.snapshotSessions(raft.sessions.snapshot()),
  };
  log.compactTo(Math.max(log.baseIndex, appliedIndex - Math.floor(options.snapshotEntries / 2)));
  compactJournal(raft, raft.snapshot);
  raft.out.probe('log-compacted');
}

/** The journal as short as it gets: the snapshot, the hard state, what is left of the log, the commit index. */
function compactJournal(raft: Raft, snapshot: Snapshot): void {
  const { log, rules } = raft;
  const { baseIndex, baseTerm, lastIndex } = log;
  const records: (JournalRecord | null)[] = [
    { type: 'snapshot', snapshot, baseIndex, baseTerm },
    rules.hardStateRecord(raft.term, raft.votedFor),
    { type: 'entries', entries: log.slice(baseIndex + 1, lastIndex - baseIndex) },
    { type: 'commit', index: raft.commitIndex },
  ];
  raft.journaledCommitIndex = raft.commitIndex;
  raft.out.compact(records.filter((record) => record !== null));
}

/** Sends the next chunk, again if it seems lost, and a heartbeat for each round. */
export function sendSnapshot(raft: Raft, leadership: Leadership, follower: NodeId, progress: Progress): void {
  const { snapshot, now, options } = raft;
  assert(snapshot !== null, 'entries are compacted only behind a snapshot');
  const { index: lastIndex, term: lastTerm } = snapshot;
  progress.outgoing ??= { lastIndex, lastTerm, text: JSON.stringify(snapshot), offset: 0, sentAtMs: null };
  const { outgoing } = progress;
  const isWaiting =
    outgoing.sentAtMs !== null && now.monotonicMs - outgoing.sentAtMs < options.electionTimeoutMs / 2;
  if (isWaiting && progress.sentRound === leadership.round) return;
  progress.sentRound = leadership.round;
  // While a chunk is on its way, a round takes an empty chunk along instead of the same one again.
  const chunk = isWaiting
    ? ''
    : outgoing.text.slice(outgoing.offset, outgoing.offset + options.snapshotChunkBytes);
  if (!isWaiting) outgoing.sentAtMs = now.monotonicMs;
  raft.out.send(follower, {
    type: 'install-snapshot',
    term: raft.term,
    round: leadership.round,
    lastIndex: outgoing.lastIndex,
    lastTerm: outgoing.lastTerm,
    offset: outgoing.offset,
    chunk,
    done: !isWaiting && outgoing.offset + chunk.length === outgoing.text.length,
  });
}

/** The follower has more of the snapshot, or all of it: goes on with the next chunk, or with entries. */
export function onSnapshotReceived(progress: Progress, message: SnapshotReceived): void {
  const { outgoing } = progress;
  if (outgoing === null || outgoing.lastIndex !== message.lastIndex) return;
  if (message.installed) {
    progress.installed(message.lastIndex);
    return;
  }
  // An answer that asks for the chunk that is on its way already tells nothing new.
  if (message.offset === outgoing.offset) return;
  outgoing.offset = Math.min(message.offset, outgoing.text.length);
  outgoing.sentAtMs = null;
}

/** Gathers the chunks in order; the last one puts the snapshot in force. The leader has been recognised before. */
export function onInstallSnapshot(raft: Raft, from: NodeId, message: InstallSnapshot): void {
  const { lastIndex, lastTerm } = message;
  const isNeeded = raft.rules.installsSnapshot(lastIndex, raft.commitIndex);
  let installed = !isNeeded;
  if (isNeeded) {
    const { incoming } = raft;
    const isSame =
      incoming?.from === from && incoming.lastIndex === lastIndex && incoming.lastTerm === lastTerm;
    if (!isSame) raft.incoming = { from, lastIndex, lastTerm, text: '' };
    installed = receiveChunk(raft, message);
  }
  raft.out.send(from, {
    type: 'snapshot-received',
    term: raft.term,
    round: message.round,
    lastIndex,
    offset: raft.incoming?.text.length ?? 0,
    installed,
  });
}

/** Takes a chunk that continues what has arrived; says whether the snapshot is complete and in force. */
function receiveChunk(raft: Raft, message: InstallSnapshot): boolean {
  const { incoming } = raft;
  assert(incoming !== null, 'chunks belong to a snapshot that is arriving');
  if (message.offset !== incoming.text.length) return false;
  incoming.text += message.chunk;
  if (!message.done) return false;
  install(raft, JSON.parse(incoming.text) as Snapshot);
  raft.incoming = null;
  return true;
}

/**
 * Puts a snapshot in place of what this node has. Entries after it stay if the log agrees with it at its index (§5.1).
 */
function install(raft: Raft, snapshot: Snapshot): void {
  const { log } = raft;
  const { index, term } = snapshot;
  const kept = log.termAt(index) === term ? log.slice(index + 1, log.lastIndex - index) : [];
  log.reset(index, term);
  log.append(kept);
  restoreSnapshot(raft, snapshot);
  raft.membership.append(kept);
  compactJournal(raft, snapshot);
  raft.out.probe('snapshot-installed');
}

/** State, sessions, members and commit index as of a snapshot; the log is the caller's. */
export function restoreSnapshot(raft: Raft, snapshot: Snapshot): void {
  raft.snapshot = snapshot;
  raft.membership = new Membership(snapshot.members, snapshot.index);
  const { rules, options } = raft;
  raft.machine = createMachine({ name: options.machine, isAtomic: rules.appliesWhole }, snapshot.state);
  raft.sessions = new Sessions(raft.options.sessionLimit, snapshot.sessions);
  raft.commitIndex = snapshot.index;
  raft.appliedIndex = snapshot.index;
}
