/**
 * Reads that a node answers without leading wait here: first for an index that holds everything answered before the read
 * came, then until the node has applied that far. Whom to ask for the index is the model's. Nothing waits for ever.
 */
import type { NodeId, RequestId } from '../kernel/ids.ts';
import type { Now } from '../kernel/protocol.ts';
import type { Machine, Query } from '../machines/index.ts';
import { unavailable, type MachineResult } from '../machines/machine.ts';
import type { Index } from './log.ts';

/** Which read of which life of the node an answer is for: an old answer must not serve a later read. */
export interface Ticket {
  readonly incarnation: number;
  readonly ticket: number;
}

/** `End` is what a node tells of the end of its log; only quorum reads hear of any. */
export interface WaitingRead<End> {
  readonly id: RequestId;
  readonly query: Query;
  readonly sinceMs: number;
  index: Index | null;
  readonly ends: Map<NodeId, End>;
}

export interface WaitingReads<End> {
  /** By ticket: unique over all lives of the node together with its incarnation. */
  readonly waiting: Map<number, WaitingRead<End>>;
  readonly incarnation: number;
  lastTicket: number;
}

/** What is needed of a node. */
interface Reader<End> {
  readonly now: Now;
  readonly machine: Machine;
  readonly appliedIndex: Index;
  readonly followerReads: WaitingReads<End>;
  readonly out: {
    reply(id: RequestId, result: MachineResult): void;
    probe(name: string): void;
    setTimer(timer: 'reads', delayMs: number): void;
  };
}

/** So many wait at most: who comes later is refused. */
const waitingMax = 10_000;

export function noWaitingReads<End>(incarnation: number): WaitingReads<End> {
  return { waiting: new Map(), incarnation, lastTicket: 0 };
}

/**
 * Lets a read wait; null, and it is refused, if too many do. The first look at who has waited for too long comes
 * after `lookAfterMs`.
 */
export function letWait<End>(
  { now, followerReads, out }: Reader<End>,
  { id, query, lookAfterMs }: Pick<WaitingRead<End>, 'id' | 'query'> & { readonly lookAfterMs: number },
): { readonly read: WaitingRead<End>; readonly ticket: Ticket } | null {
  const { waiting, incarnation } = followerReads;
  if (waiting.size >= waitingMax) {
    out.reply(id, unavailable('too many reads wait'));
    return null;
  }
  const ticket = ++followerReads.lastTicket;
  const read = { id, query, sinceMs: now.monotonicMs, index: null, ends: new Map<NodeId, End>() };
  if (waiting.size === 0) out.setTimer('reads', lookAfterMs);
  waiting.set(ticket, read);
  return { read, ticket: { incarnation, ticket } };
}

/** Undefined for answers to an earlier life, or to a read that has ended or has its index. */
export function awaitedBy<End>(
  { followerReads }: Pick<Reader<End>, 'followerReads'>,
  { incarnation, ticket }: Ticket,
): WaitingRead<End> | undefined {
  if (incarnation !== followerReads.incarnation) return undefined;
  const read = followerReads.waiting.get(ticket);
  return read?.index === null ? read : undefined;
}

/** The leader has said how far a read has to see; null if whoever was asked does not lead. */
export function onReadIndex<End>(
  reader: Reader<End>,
  { index, ...ticket }: Ticket & { readonly index: Index | null },
): void {
  const read = awaitedBy(reader, ticket);
  if (read === undefined) return;
  read.index = index;
  if (index !== null) return;
  reader.followerReads.waiting.delete(ticket.ticket);
  reader.out.reply(read.id, unavailable('the node that seemed to lead does not'));
}

/** Answers the reads that have their index and are applied up to it. */
export function answerFollowerReads<End>({ followerReads, machine, out, appliedIndex }: Reader<End>): void {
  for (const [ticket, { id, query, index }] of followerReads.waiting) {
    if (index === null || index > appliedIndex) continue;
    followerReads.waiting.delete(ticket);
    out.reply(id, machine.query(query));
    out.probe('follower-read');
  }
}

/** Refuses what has waited for too long: no leader answered, or what a log ends with never counts. */
export function refuseOldReads<End>({ followerReads, now, out }: Reader<End>, patienceMs: number): void {
  for (const [ticket, { id, sinceMs }] of followerReads.waiting) {
    if (now.monotonicMs - sinceMs < patienceMs) continue;
    followerReads.waiting.delete(ticket);
    out.reply(id, unavailable('it was not confirmed in time what is the latest state'));
  }
  if (followerReads.waiting.size > 0) out.setTimer('reads', patienceMs);
}
