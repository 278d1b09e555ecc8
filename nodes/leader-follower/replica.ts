/**
 * The state of one node: what is durable, what is volatile, and what only a leader has. The other files are the concepts
 * that work on it; core.ts drives them.
 */
import { nodeId, type NodeId, type RequestId } from '../kernel/ids.ts';
import type { Outbox } from '../kernel/outbox.ts';
import type { Prng } from '../kernel/prng.ts';
import type { Now } from '../kernel/protocol.ts';
import type { Json } from '../kernel/wire.ts';
import type { Log } from '../log/log.ts';
import type { Ticket, WaitingReads } from '../log/waitingReads.ts';
import type { Machine, Query } from '../machines/index.ts';
import { unavailable, type MachineResult } from '../machines/machine.ts';
import type { Sessions } from '../machines/sessions.ts';
import type { Copies } from './confirmations.ts';
import type {
  Entry,
  Epoch,
  Form,
  Index,
  LeaderFollowerProtocol,
  LogEnd,
  Outcome,
  Response,
  Role,
  Snapshot,
} from './messages.ts';
import type { LeaderFollowerOptions } from './options.ts';
import type { Progress } from './progress.ts';
import type { Rules } from './rules.ts';

/** The leader of epoch 1: of the whole life of the cluster, if nobody may follow it. */
export const firstLeader = nodeId(1);

/** A client that waits for confirmations of its entry. */
export interface WaitingWrite {
  readonly id: RequestId;
  readonly form: Form;
  readonly sinceMs: number;
  /** What the machine answered; null until the entry is shown. */
  result: MachineResult | null;
}

/** For whom a read is confirmed: a client of the leader, or a node that answers one of its own (followerReads.ts). */
export type Reader =
  | { readonly kind: 'client'; readonly id: RequestId; readonly query: Query }
  | ({ readonly kind: 'node'; readonly node: NodeId } & Ticket);

/** A read that waits until it is certain that this node still leads. */
export interface WaitingRead {
  readonly reader: Reader;
  readonly sinceMs: number;
  /** The round of heartbeats that confirms it; 0 when none is needed. */
  readonly round: number;
}

/** What a leader has, from its beginning to its end. */
export interface Leadership {
  readonly followers: ReadonlyMap<NodeId, Progress>;
  /** The last entry as the leadership began: once it is shown, nothing older is missing in a read. */
  readonly startIndex: Index;
  /** The latest round of heartbeats, and the latest that a majority has answered. */
  round: number;
  confirmedRound: number;
  /** By index, in their order. */
  readonly writes: Map<Index, WaitingWrite>;
  reads: WaitingRead[];
}

/** Who has answered an ask, and where its log ends. */
export interface Tally {
  readonly epoch: Epoch;
  readonly binding: boolean;
  readonly ends: Map<NodeId, LogEnd>;
}

export interface Replica {
  readonly self: NodeId;
  readonly peers: readonly NodeId[];
  readonly options: LeaderFollowerOptions;
  readonly copies: Copies;
  readonly rules: Rules;
  readonly prng: Prng;
  readonly out: Outbox<LeaderFollowerProtocol>;
  /** The time of the step. */
  now: Now;

  // Durable: every change goes through a function below, or through snapshot.ts, which journals it.
  epoch: Epoch;
  readonly log: Log<Entry>;
  /** The latest snapshot; null before the first. */
  snapshot: Snapshot | null;
  /** What the journal says about the shown index; may lag behind it. */
  journaledShownIndex: Index;
  /** Keys that a leader without epochs has sent, newest value each; on top of what the log says. */
  replicated: ReadonlyMap<string, Json>;
  /** Records of such keys in the journal since it was compacted. */
  replicatedRecords: number;

  // Volatile.
  role: Role;
  leader: NodeId | null;
  /** When the leader was last heard of. */
  leaderHeardMs: number;
  /** Reads may show the entries up to here; they are applied at the end of each step. */
  shownIndex: Index;
  /** No change of leaders loses the entries up to here. */
  safeIndex: Index;
  /** `machine` and `sessions` are the state after the entry at this index. */
  appliedIndex: Index;
  machine: Machine;
  sessions: Sessions;
  alive: readonly NodeId[];
  readonly followerReads: WaitingReads<Index>;
  /** Present exactly while the role is `asking`. */
  tally: Tally | null;
  /** Present exactly while the role is `leader`. */
  leadership: Leadership | null;
}

/** Enters a later epoch, and journals it before anything leaves: no earlier leader is followed any more. */
export function setEpoch(replica: Replica, epoch: Epoch): void {
  replica.epoch = epoch;
  const record = replica.rules.epochRecord(epoch);
  if (record !== null) replica.out.persist(record);
}

/** Adds entries to the log and the journal. */
export function appendEntries(replica: Replica, entries: readonly Entry[]): void {
  replica.log.append(entries);
  const record = replica.rules.entriesRecord(entries, replica.role);
  if (record !== null) replica.out.persist(record);
  // The shown index rides along: what is journaled anyway costs no fsync of its own.
  journalShown(replica);
}

/** Makes sure that a restart does not fall behind what reads have shown. */
export function journalShown(replica: Replica): void {
  if (replica.journaledShownIndex >= replica.shownIndex) return;
  replica.journaledShownIndex = replica.shownIndex;
  replica.out.persist({ type: 'shown', index: replica.shownIndex });
}

/** Refuses a request that was not started: definite. Says whom to ask, if that is known. */
export function redirect(replica: Replica, id: RequestId, form: Form = 'key-value'): void {
  const { leader, self } = replica;
  const response =
    leader !== null && leader !== self
      ? ({ type: 'not-leader', leader } as const)
      : unavailable('no leader is known');
  replica.out.reply(id, inForm(form, response));
}

/** The same answer in the words of the course, if the client asked by its routes. */
export function inForm(form: Form, outcome: Outcome): Response {
  return form === 'course' ? { type: 'course', outcome } : outcome;
}
