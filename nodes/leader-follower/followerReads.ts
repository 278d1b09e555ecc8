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
import { awaitedBy, letWait, type WaitingRead } from '../log/waitingReads.ts';
import type { Query } from '../machines/index.ts';
import { unavailable } from '../machines/machine.ts';
import { majority } from './confirmations.ts';
import type { Index, Message } from './messages.ts';
import { redirect, type Reader, type Replica } from './replica.ts';

/** Takes a read, unless it is one that only a leader answers. Says whether it did. */
export function takeRead(replica: Replica, id: RequestId, query: Query): boolean {
  const { options, rules, leadership, leader, out } = replica;
  const mode = options.proxy ? options.proxyReads : 'leader';
  if (mode === 'leader') return false;
  // A leader knows, and where any node answers as it is, none asks.
  if (mode === 'follower' && (leadership !== null || options.reads === 'any')) return false;
  if (mode === 'follower' && !rules.followersAskForIndex) {
    out.reply(id, replica.machine.query(query));
  } else if (mode === 'follower' && leader === null) {
    redirect(replica, id);
  } else {
    askForIndex(replica, id, query);
  }
  return true;
}

function askForIndex(replica: Replica, id: RequestId, query: Query): void {
  const { options, leader, peers, out } = replica;
  const waiting = letWait(replica, { id, query, lookAfterMs: options.heartbeatTimeout });
  if (waiting === null) return;
  const { read, ticket } = waiting;
  if (options.proxyReads === 'quorum') {
    // What is in this log counts at once: nothing leaves before it is durable (host law 2).
    hearEnd(replica, read, replica.self, replica.log.lastIndex);
    for (const to of peers) out.send(to, { type: 'ask-log-end', to, ...ticket });
  } else if (leader !== null) {
    out.send(leader, { type: 'ask-read-index', to: leader, ...ticket });
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

function hearEnd({ peers }: Replica, read: WaitingRead<Index>, node: NodeId, lastIndex: Index): void {
  read.ends.set(node, lastIndex);
  if (read.ends.size >= majority(peers.length + 1)) read.index = Math.max(...read.ends.values());
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
