/** What clients ask, and where each request goes: into the log, to the reads, or to what every node knows of itself. */
import { assertNever } from '../kernel/assert.ts';
import type { NodeId, RequestId } from '../kernel/ids.ts';
import type { Operation, Query } from '../machines/index.ts';
import { unavailable, type MachineResult } from '../machines/machine.ts';
import type { Serial } from '../machines/sessions.ts';
import { majority, reachedBy } from './confirmations.ts';
import { onReplicate } from './courseLeader.ts';
import { refuseReader, sendReadIndex, takeRead } from './followerReads.ts';
import type { Command, Form, Message, Request } from './messages.ts';
import {
  appendEntries,
  inForm,
  journalShown,
  redirect,
  type Leadership,
  type Reader,
  type Replica,
  type WaitingRead,
} from './replica.ts';
import { applyCommand } from './snapshot.ts';

/** So many clients of one kind wait at most: who comes later is refused, and nothing was started. */
const waitingMax = 10_000;
/** Rounds of reads on their way at the same time. More answer sooner, and cost more messages. */
const readRoundsMax = 2;

export function onRequest(replica: Replica, id: RequestId, request: Request): void {
  const { out, self, role, epoch, leader, alive } = replica;
  const refusal = refusalOf(replica, request);
  if (refusal !== null) {
    out.reply(id, refusal);
    return;
  }
  switch (request.type) {
    case 'query':
      onQuery(replica, id, request.query);
      return;
    case 'operation':
      write(replica, id, 'key-value', request.operation, request.serial);
      return;
    case 'write-all':
      write(replica, id, 'course', request.operation, request.serial);
      return;
    case 'replicate':
      onReplicate(replica, id, request.values);
      return;
    case 'heartbeat':
      out.reply(id, { type: 'about', about: { status: 'alive', node: self, role, epoch } });
      return;
    case 'about': {
      const { ack, failover, reads } = replica.options;
      const about = { node: self, role, epoch, leader, alive, ack, failover, reads };
      out.reply(id, { type: 'about', about: { ...about, lastIndex: replica.log.lastIndex } });
      return;
    }
    case 'malformed':
      out.reply(id, { type: 'refused', error: 'malformed-request', why: request.why });
      return;
    default:
      assertNever(request);
  }
}

/** What makes no sense to this machine. */
function refusalOf({ machine }: Replica, request: Request): MachineResult | null {
  switch (request.type) {
    case 'query':
      return machine.refusal(request.query);
    case 'operation':
    case 'write-all':
      return machine.refusal(request.operation);
    case 'replicate':
      return machine.refusal({ type: 'txn', txn: [] });
    default:
      return null;
  }
}

/** Appends a client's operation to the leader's log; its client waits until enough followers have confirmed it. */
function write(
  replica: Replica,
  id: RequestId,
  form: Form,
  operation: Operation,
  serial: Serial | undefined,
): void {
  const { leadership, log, epoch, now } = replica;
  if (leadership === null) {
    redirect(replica, id, form);
    return;
  }
  if (leadership.writes.size >= waitingMax) {
    replica.out.reply(id, inForm(form, unavailable('too many writes wait for confirmations')));
    return;
  }
  const command: Command = { type: 'operation', operation, ...(serial && { serial }) };
  const index = log.lastIndex + 1;
  appendEntries(replica, [{ epoch, index, command }]);
  leadership.writes.set(index, { id, form, sinceMs: now.monotonicMs, result: null });
}

/** Applies what may be shown, in order; the clients that wait for it are answered when it is confirmed. */
export function applyShown(replica: Replica): void {
  const { log, leadership, machine, sessions } = replica;
  // Bounded by the log as well: nothing but a broken rule shows what is not there.
  const last = Math.min(replica.shownIndex, log.lastIndex);
  while (replica.appliedIndex < last) {
    const entry = log.entryAt(++replica.appliedIndex);
    if (entry === undefined) continue;
    const { result, isRepeated } = applyCommand({ machine, sessions }, entry.command);
    if (isRepeated) replica.out.probe('request-deduplicated');
    const waiting = leadership?.writes.get(entry.index);
    if (waiting !== undefined) waiting.result = result;
  }
}

function onQuery(replica: Replica, id: RequestId, query: Query): void {
  const { leadership } = replica;
  if (takeRead(replica, id, query)) return;
  if (replica.options.reads === 'any') {
    // A restart must not take back what a read has shown: the index is durable before the answer leaves.
    journalShown(replica);
    replica.out.reply(id, replica.machine.query(query));
    return;
  }
  if (leadership === null) {
    redirect(replica, id);
    return;
  }
  if (leadership.reads.length >= waitingMax) {
    replica.out.reply(id, unavailable('too many reads wait'));
    return;
  }
  addRead(replica, leadership, { kind: 'client', id, query });
}

/** A node that does not lead asks up to where its own read has to see. */
export function onAskReadIndex(
  replica: Replica,
  node: NodeId,
  { to, incarnation, ticket }: Extract<Message, { type: 'ask-read-index' }>,
): void {
  const { leadership, self } = replica;
  const reader = { kind: 'node', node, incarnation, ticket } as const;
  if (to !== self) return;
  if (leadership === null || leadership.reads.length >= waitingMax) refuseReader(replica, reader, null);
  else addRead(replica, leadership, reader);
}

function addRead({ options, rules, now }: Replica, leadership: Leadership, reader: Reader): void {
  // Without failover nobody else ever leads. Else a round that begins now shows that nobody did until then.
  const isConfirmed = options.failover === 'none' || !rules.confirmsReads;
  const round = isConfirmed ? 0 : leadership.round + 1;
  leadership.reads.push({ reader, sinceMs: now.monotonicMs, round });
}

/** Looks how far rounds are confirmed, and begins the one that reads wait for. */
export function advanceRounds(leadership: Leadership): void {
  const answered = [...leadership.followers.values()].map(({ answeredRound }) => answeredRound);
  const confirm = (): void => {
    const nodes = leadership.followers.size + 1;
    const confirmed = reachedBy(majority(nodes), [leadership.round, ...answered]);
    leadership.confirmedRound = Math.max(leadership.confirmedRound, confirmed);
  };
  confirm();
  // Later reads wait for later rounds, so the last one tells whether any round is awaited.
  const isAwaited = (leadership.reads.at(-1)?.round ?? 0) > leadership.round;
  if (!isAwaited || leadership.round - leadership.confirmedRound >= readRoundsMax) return;
  leadership.round++;
  // Nobody answers a leader that is a majority by itself.
  confirm();
}

/** Answers the reads that are confirmed, once all is shown that earlier leaders may have answered. */
export function answerReads(replica: Replica, leadership: Leadership): void {
  if (leadership.reads.length === 0 || replica.appliedIndex < leadership.startIndex) return;
  const isReady = ({ round }: WaitingRead): boolean => round <= leadership.confirmedRound;
  const ready = leadership.reads.filter(isReady);
  if (ready.length === 0) return;
  leadership.reads = leadership.reads.filter((read) => !isReady(read));
  for (const { reader } of ready) {
    if (reader.kind === 'client') replica.out.reply(reader.id, replica.machine.query(reader.query));
    else sendReadIndex(replica, reader, replica.appliedIndex);
  }
}
