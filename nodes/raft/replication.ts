/**
 * Log replication (§3.5): the leader sends what each follower lacks, pipelined and in batches; the follower checks
 * that it fits, and answers. Heartbeats are the same messages without entries.
 */
import type { NodeId } from '../kernel/ids.ts';
import type { Entry, Index, Message } from './messages.ts';
import type { Progress } from './progress.ts';
import { appendEntries, type Leadership, type Raft } from './raft.ts';
import { sendSnapshot } from './snapshot.ts';

type AppendEntries = Extract<Message, { type: 'append-entries' }>;
type Appended = Extract<Message, { type: 'appended' }>;

/** The most that one message carries: a follower that is far behind catches up in pieces. */
const batchEntriesMax = 512;
/** In UTF-16 code units of JSON. An entry that alone is larger travels alone. */
const batchCharactersMax = 1024 * 1024;

/** Begins a round of heartbeats: its acknowledgement shows that this node still led at this moment (§6.4). */
export function beginRound(raft: Raft, leadership: Leadership): void {
  leadership.round++;
  leadership.openRounds.push({ round: leadership.round, sentAtMs: raft.now.monotonicMs });
}

/** Sends to each follower what it lacks: entries, as the window allows, and the latest round in any case. */
export function replicate(raft: Raft, leadership: Leadership): void {
  for (const [follower, progress] of leadership.followers) {
    if (raft.log.termAt(progress.next - 1) === null) {
      sendSnapshot(raft, leadership, follower, progress);
    } else {
      progress.outgoing = null;
      sendEntries(raft, leadership, follower, progress);
    }
  }
}

function sendEntries(raft: Raft, leadership: Leadership, follower: NodeId, progress: Progress): void {
  const { log } = raft;
  // Several messages when much has gathered; usually there is one, and often none.
  while (progress.next <= log.lastIndex && progress.mayCarryEntries) {
    const previousIndex = progress.next - 1;
    const entries = withinBatch(log.slice(progress.next, batchEntriesMax));
    progress.sent(entries.length);
    sendAppend(raft, leadership, follower, progress, previousIndex, entries);
  }
  if (progress.sentRound < leadership.round) {
    sendAppend(raft, leadership, follower, progress, progress.next - 1, []);
  }
}

/** How many characters an entry takes, measured once. */
const measured = new WeakMap<Entry, number>();

function charactersOf(entry: Entry): number {
  const known = measured.get(entry);
  if (known !== undefined) return known;
  const characters = JSON.stringify(entry).length;
  measured.set(entry, characters);
  return characters;
}

/** The first of the entries, as many as go into one message; at least one. */
function withinBatch(entries: readonly Entry[]): readonly Entry[] {
  if (entries.length <= 1) return entries;
  let characters = 0;
  const end = entries.findIndex((entry, at) => {
    characters += charactersOf(entry);
    return at > 0 && characters > batchCharactersMax;
  });
  return end < 0 ? entries : entries.slice(0, end);
}

/** One AppendEntries; `previousIndex` must not be compacted. */
function sendAppend(
  raft: Raft,
  leadership: Leadership,
  follower: NodeId,
  progress: Progress,
  previousIndex: Index,
  entries: readonly Entry[],
): void {
  progress.sentRound = leadership.round;
  raft.out.send(follower, {
    type: 'append-entries',
    term: raft.term,
    round: leadership.round,
    previousIndex,
    previousTerm: raft.log.termAt(previousIndex) ?? 0,
    entries,
    commitIndex: raft.commitIndex,
  });
}

/** The follower's side: checks that the entries fit, and takes what is new (§3.5). The leader is known already. */
export function receiveEntries(raft: Raft, from: NodeId, message: AppendEntries): void {
  const { log, rules } = raft;
  const { previousIndex, previousTerm, entries } = message;
  if (!rules.matchesPrevious(log, previousIndex, previousTerm)) {
    rejectEntries(raft, from, message);
    return;
  }
  const first = rules.firstNewEntry(log, entries);
  if (first !== null) {
    if (first.index <= log.lastIndex) {
      log.truncateFrom(first.index);
      raft.membership.truncateFrom(first.index);
      raft.out.probe('log-truncated');
    }
    appendEntries(raft, entries.slice(first.index - previousIndex - 1));
  }
  const lastNewIndex = previousIndex + entries.length;
  const commitIndex = rules.followerCommit(message.commitIndex, lastNewIndex, log.lastIndex);
  raft.commitIndex = Math.max(raft.commitIndex, commitIndex);
  const { term } = raft;
  raft.out.send(from, {
    type: 'appended',
    term,
    round: message.round,
    success: true,
    matchIndex: lastNewIndex,
  });
}

/** Refuses, and says where the logs may still agree, so that the leader need not try every index (§3.5). */
function rejectEntries(raft: Raft, to: NodeId, message: AppendEntries): void {
  const conflictIndex = raft.log.lastPossibleMatch(message.previousIndex, message.previousTerm);
  raft.out.send(to, {
    type: 'appended',
    term: raft.term,
    round: message.round,
    success: false,
    previousIndex: message.previousIndex,
    conflictIndex,
    conflictTerm: raft.log.termAt(conflictIndex) ?? 0,
  });
}

/** The leader's side: what the follower has, or where to try next. */
export function onAppended(raft: Raft, progress: Progress, message: Appended): void {
  if (message.success) {
    progress.acknowledged(raft.rules.matchOfAcknowledgement(message.matchIndex, raft.log.lastIndex));
  } else {
    const possible = raft.log.lastPossibleMatch(message.conflictIndex, message.conflictTerm);
    progress.rejected(message.previousIndex, possible);
  }
}
