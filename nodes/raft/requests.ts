/** What clients ask, and where each request goes: into the log, to the reads, or to an admin procedure. */
import { assert, assertNever } from '../kernel/assert.ts';
import type { RequestId } from '../kernel/ids.ts';
import type { Operation, Query } from '../machines/index.ts';
import { unavailable, type MachineResult } from '../machines/machine.ts';
import { onChangeRequest } from './changes.ts';
import type { Request } from './messages.ts';
import { appendEntries, redirect, type Raft } from './raft.ts';
import { onQuery } from './reads.ts';
import { onTransferRequest } from './transfer.ts';

export function onRequest(raft: Raft, id: RequestId, request: Request): void {
  switch (request.type) {
    case 'query':
      if (!refuses(raft, id, request.query)) onQuery(raft, id, request.query);
      return;
    case 'operation':
      if (!refuses(raft, id, request.operation)) propose(raft, id, request);
      return;
    case 'add-member':
      onChangeRequest(raft, id, 'add', request.node);
      return;
    case 'remove-member':
      onChangeRequest(raft, id, 'remove', request.node);
      return;
    case 'transfer':
      onTransferRequest(raft, id, request.to);
      return;
    case 'malformed':
      raft.out.reply(id, { type: 'refused', error: 'malformed-request', why: request.why });
      return;
    default:
      assertNever(request);
  }
}

/** Answers what makes no sense to this machine; says whether it did. */
function refuses(raft: Raft, id: RequestId, asked: Operation | Query): boolean {
  const refusal = raft.machine.refusal(asked);
  if (refusal !== null) raft.out.reply(id, refusal);
  return refusal !== null;
}

/** Appends a client's operation to the leader's log; its client waits until the entry is applied (§3.5). */
function propose(raft: Raft, id: RequestId, command: Extract<Request, { type: 'operation' }>): void {
  const { leadership, log, rules } = raft;
  if (leadership === null) {
    redirect(raft, id);
    return;
  }
  if (leadership.transfer !== null) {
    raft.out.reply(id, unavailable('leadership is being transferred'));
    return;
  }
  const index = log.lastIndex + 1;
  appendEntries(raft, [{ term: raft.term, index, command }]);
  if (rules.answersBeforeCommit) raft.out.reply(id, raft.machine.preview(command.operation));
  else leadership.pending.set(index, id);
}

/** Applies what is committed, in order, and answers the clients that wait for it (§3.5). */
export function applyCommitted(raft: Raft): void {
  const { log, leadership } = raft;
  // Bounded by the log as well: nothing but a broken rule commits what is not there.
  const last = Math.min(raft.commitIndex, log.lastIndex);
  while (raft.appliedIndex < last) {
    const entry = log.entryAt(++raft.appliedIndex);
    assert(entry !== undefined, 'what is not applied is not compacted');
    if (entry.command.type !== 'operation') continue;
    const result = applyOperation(raft, entry.command);
    const id = leadership?.pending.get(entry.index);
    if (id === undefined) continue;
    leadership?.pending.delete(entry.index);
    raft.out.reply(id, result);
  }
}

/** Applies an operation once, however often its client had to send it (§6.3). */
function applyOperation(
  raft: Raft,
  { operation, serial }: Extract<Request, { type: 'operation' }>,
): MachineResult {
  if (serial === undefined || !raft.rules.deduplicates) return raft.machine.apply(operation);
  const earlier = raft.sessions.resultOf(serial);
  if (earlier !== null) {
    raft.out.probe('request-deduplicated');
    return earlier;
  }
  const result = raft.machine.apply(operation);
  raft.sessions.record(serial, result);
  return result;
}
