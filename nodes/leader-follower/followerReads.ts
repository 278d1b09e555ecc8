/**
 * Reads that a node answers without leading, for clients who come through a proxy (`proxyReads`). The node learns an
 * index that holds everything answered before the read came, waits until it shows as much, and answers from its own
 * state. Where the index comes from:
 *
 *     follower  what the leader shows, once that one is certain to lead, as for a read of its own
 *     quorum    the ends of the logs of a majority: where answers and reads wait for a majority, all that was answered or
 *               shown is in one of them. What is not shown yet is waited for
 */
import type { NodeId, RequestId } from '../kernel/ids.ts';
import type { Query } from '../machines/index.ts';
import { majority } from './confirmations.ts';
import type { Index, Message, Ticket } from './messages.ts';
import { redirect, unavailable, type Reader, type Replica } from './replica.ts';

/** A read that waits for its index, or until so much is shown. */
interface FollowerRead {
  readonly id: RequestId;
  readonly query: Query;
  readonly sinceMs: number;
  index: Index | null;
  /** How far logs reach, by node; only of quorum reads. */
  readonly ends: Map<NodeId, Index>;
}

export interface FollowerReads {
  /** By ticket, which answers carry back: unique over all lives of the node together with its incarnation. */
  readonly waiting: Map<number, FollowerRead>;
  readonly incarnation: number;
  lastTicket: number;
}

/** So many wait at most: who comes later is refused. */
const waitingMax = 10_000;

/** Takes a read, unless it is one that only a leader answers. Says whether it did. */
export function takeRead(replica: Replica, id: RequestId, query: Query): boolean {
  const { options, rules, leadership, leader, followerReads, out } = replica;
  const mode = options.proxy ? options.proxyReads : 'leader';
  if (mode === 'leader') return false;
  // A leader knows, and where any node answers as it is, none asks.
  if (mode === 'follower' && (leadership !== null || options.reads === 'any')) return false;
  if (mode === 'follower' && !rules.followersAskForIndex) {
    out.reply(id, replica.machine.query(query));
  } else if (mode === 'follower' && leader === null) {
    redirect(replica, id);
  } else if (followerReads.waiting.size >= waitingMax) {
    out.reply(id, unavailable('too many reads wait'));
  } else {
    askForIndex(replica, id, query);
  }
  return true;
}

function askForIndex(replica: Replica, id: RequestId, query: Query): void {
  const { followerReads, options, leader, now, peers, out } = replica;
  const ticket = ++followerReads.lastTicket;
  const { incarnation, waiting } = followerReads;
  const read = { id, query, sinceMs: now.monotonicMs, index: null, ends: new Map<NodeId, Index>() };
  if (waiting.size === 0) out.setTimer('reads', options.heartbeatTimeout);
  waiting.set(ticket, read);
  if (options.proxyReads === 'quorum') {
    // What is in this log counts at once: nothing leaves before it is durable (host law 2).
    hearEnd(replica, read, replica.self, replica.log.lastIndex);
    for (const to of peers) out.send(to, { type: 'ask-log-end', to, incarnation, ticket });
  } else if (leader !== null) {
    out.send(leader, { type: 'ask-read-index', to: leader, incarnation, ticket });
  }
}

/** Somebody reads elsewhere and asks how far this log reaches. */
export function onAskLogEnd(
  { self, log, out }: Replica,
  from: NodeId,
  { to, incarnation, ticket }: Extract<Message, { type: 'ask-log-end' }>,
): void {
  if (to === self) out.send(from, { type: 'log-end', incarnation, ticket, lastIndex: log.lastIndex });
}

export function onLogEnd(
  replica: Replica,
  from: NodeId,
  message: Extract<Message, { type: 'log-end' }>,
): void {
  const read = awaitedBy(replica, message);
  if (read !== undefined) hearEnd(replica, read, from, message.lastIndex);
}

function hearEnd({ peers }: Replica, read: FollowerRead, node: NodeId, lastIndex: Index): void {
  read.ends.set(node, lastIndex);
  if (read.ends.size >= majority(peers.length + 1)) read.index = Math.max(...read.ends.values());
}

/** The leader says what it shows; or whoever was asked does not lead. */
export function onReadIndex(replica: Replica, message: Extract<Message, { type: 'read-index' }>): void {
  const read = awaitedBy(replica, message);
  if (read === undefined) return;
  if (message.index !== null) {
    read.index = message.index;
    return;
  }
  replica.followerReads.waiting.delete(message.ticket);
  replica.out.reply(read.id, unavailable('the node that seemed to lead does not'));
}

/** Undefined for answers to an earlier life, or to a read that has ended or has its index. */
function awaitedBy({ followerReads }: Replica, { incarnation, ticket }: Ticket): FollowerRead | undefined {
  if (incarnation !== followerReads.incarnation) return undefined;
  const read = followerReads.waiting.get(ticket);
  return read?.index === null ? read : undefined;
}

/** What this node shows, for a read elsewhere; null: it does not lead. */
export function sendReadIndex(
  { out }: Replica,
  { node, incarnation, ticket }: Extract<Reader, { kind: 'node' }>,
  index: Index | null,
): void {
  out.send(node, { type: 'read-index', incarnation, ticket, index });
}

/** This node does not lead, or cannot be certain of it; `why` is null where somebody else is known to lead. */
export function refuseReader(replica: Replica, reader: Reader, why: string | null): void {
  if (reader.kind === 'node') sendReadIndex(replica, reader, null);
  else if (why === null) redirect(replica, reader.id);
  else replica.out.reply(reader.id, unavailable(why));
}

/** Answers the reads that have their index, once as much is shown. */
export function answerFollowerReads({ followerReads, machine, out, appliedIndex }: Replica): void {
  for (const [ticket, { id, query, index }] of followerReads.waiting) {
    if (index === null || index > appliedIndex) continue;
    followerReads.waiting.delete(ticket);
    out.reply(id, machine.query(query));
    out.probe('follower-read');
  }
}

/** Refuses what has waited for too long: no leader answered, or what a log ends with is never shown. */
export function onReadsTimeout({ followerReads, options, now, out }: Replica): void {
  for (const [ticket, { id, sinceMs }] of followerReads.waiting) {
    if (now.monotonicMs - sinceMs < options.heartbeatTimeout) continue;
    followerReads.waiting.delete(ticket);
    out.reply(id, unavailable('it was not confirmed in time what is the latest state'));
  }
  if (followerReads.waiting.size > 0) out.setTimer('reads', options.heartbeatTimeout);
}
