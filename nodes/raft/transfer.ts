/**
 * Leadership transfer (§3.10): the leader takes no more entries, brings the target up to date, and tells it to run for
 * election at once. If nobody else leads within an election timeout, it goes on leading.
 */
import type { NodeId, RequestId } from '../kernel/ids.ts';
import { unavailable } from '../machines/machine.ts';
import { redirect, type Leadership, type Raft } from './raft.ts';
import { endLease } from './reads.ts';

export function onTransferRequest(raft: Raft, id: RequestId, to: NodeId): void {
  const { leadership, membership, self } = raft;
  if (leadership === null) {
    redirect(raft, id);
    return;
  }
  if (!membership.includes(to)) {
    raft.out.reply(id, { type: 'refused', error: 'malformed-request', why: `${to} is not a member` });
    return;
  }
  if (to === self) {
    raft.out.reply(id, { type: 'transferred', leader: self });
    return;
  }
  if (leadership.transfer !== null || leadership.change !== null || raft.transferClient !== null) {
    raft.out.reply(id, unavailable('a transfer or a change of members is going on'));
    return;
  }
  leadership.transfer = { to, timeoutNowSent: false };
  endLease(raft, leadership);
  raft.transferClient = { id, to, term: raft.term };
  raft.out.setTimer('transfer', 2 * raft.options.electionTimeoutMs);
}

/** Hands over as soon as the target has the whole log. */
export function advanceTransfer(raft: Raft, leadership: Leadership): void {
  const { transfer } = leadership;
  if (transfer === null || transfer.timeoutNowSent) return;
  if (leadership.followers.get(transfer.to)?.match !== raft.log.lastIndex) return;
  leadership.transfer = { ...transfer, timeoutNowSent: true };
  raft.out.send(transfer.to, { type: 'timeout-now', term: raft.term });
}

/** Nobody took over in time: goes on as before, but without leases, since the target may still act. */
export function onTransferTimeout(raft: Raft): void {
  if (raft.leadership !== null) raft.leadership.transfer = null;
  const { transferClient } = raft;
  raft.transferClient = null;
  if (transferClient === null) return;
  raft.out.reply(transferClient.id, {
    type: 'refused',
    error: 'timeout',
    why: `it is not known whether ${transferClient.to} leads`,
  });
}

/** Tells the client of a transfer who leads now, once a later leader is known. */
export function resolveTransfer(raft: Raft): void {
  const { transferClient, leader } = raft;
  if (transferClient === null || leader === null || raft.term === transferClient.term) return;
  if (leader !== transferClient.to) {
    onTransferTimeout(raft);
    return;
  }
  raft.transferClient = null;
  raft.out.cancelTimer('transfer');
  raft.out.reply(transferClient.id, { type: 'transferred', leader });
  raft.out.probe('leadership-transferred');
}
