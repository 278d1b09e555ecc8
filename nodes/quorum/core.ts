/** The quorum node: an event goes in, effects come out. What each message and request means is in the other files. */
import { assert, assertNever } from '../kernel/assert.ts';
import type { NodeId, RequestId } from '../kernel/ids.ts';
import type { CoreInit } from '../kernel/model.ts';
import type { Effects, NodeEvent, Now, ProtocolCore } from '../kernel/protocol.ts';
import { onAntiEntropyTimeout, onCompare, onSummaries, onVersions } from './antiEntropy.ts';
import { coordinate, onHeld, onStored, onSweep } from './coordination.ts';
import { onDelivered, onHandoffTimeout } from './handoff.ts';
import type { Change, Message, QuorumProtocol, Request, Status, Timer } from './messages.ts';
import { maybeCompact, recover } from './recovery.ts';
import { hint, issue, newestHere, store, type Replica } from './replica.ts';
import { compareTimestamps } from './timestamps.ts';

type Write = Extract<Message, { type: 'write' }>;
type Written = Extract<Message, { type: 'written' }>;
type Put = Extract<Request, { type: 'put' }>;

export class QuorumCore implements ProtocolCore<QuorumProtocol> {
  private readonly replica: Replica;
  private changes: readonly Change[] = [];

  constructor(init: CoreInit<QuorumProtocol>) {
    this.replica = recover(init);
  }

  step(event: NodeEvent<QuorumProtocol>, now: Now): Effects<QuorumProtocol> {
    const { replica } = this;
    replica.now = now;
    this.dispatch(event);
    maybeCompact(replica);
    this.changes = replica.changes;
    replica.changes = [];
    return replica.out.drain();
  }

  status(): Status {
    const { incarnation, versions, hints, coordinations } = this.replica;
    return {
      incarnation,
      keys: versions.size,
      hints: hints.size,
      coordinating: coordinations.size,
      changes: this.changes,
    };
  }

  private dispatch(event: NodeEvent<QuorumProtocol>): void {
    switch (event.kind) {
      case 'start':
        onStart(this.replica);
        return;
      case 'message':
        onMessage(this.replica, event.from, event.message);
        return;
      case 'request':
        onRequest(this.replica, event.id, event.request);
        return;
      case 'timeout':
        onTimeout(this.replica, event.timer);
        return;
      default:
        assertNever(event);
    }
  }
}

/** A new life: the numbers of its operations follow those of all lives before, and it says so before anything else. */
function onStart(replica: Replica): void {
  const { out, options, hints, trees } = replica;
  replica.incarnation++;
  replica.recordCount++;
  out.persist({ type: 'incarnation', number: replica.incarnation });
  if (hints.size > 0 && options.handoff) out.setTimer('handoff', options.handoffInterval);
  if (trees.size > 0) out.setTimer('anti-entropy', options.antiEntropyInterval);
}

function onTimeout(replica: Replica, timer: Timer): void {
  switch (timer) {
    case 'sweep':
      onSweep(replica);
      return;
    case 'handoff':
      onHandoffTimeout(replica);
      return;
    case 'anti-entropy':
      onAntiEntropyTimeout(replica);
      return;
    default:
      assertNever(timer);
  }
}

function onMessage(replica: Replica, from: NodeId, message: Message): void {
  assert(from !== replica.self, 'a node does not write to itself');
  switch (message.type) {
    case 'read': {
      const { operation, key } = message;
      replica.out.send(from, { type: 'version', operation, key, version: newestHere(replica, key) });
      return;
    }
    case 'version': {
      const coordination = replica.coordinations.get(message.operation);
      if (coordination !== undefined) onHeld(replica, coordination, from, message.version);
      return;
    }
    case 'write':
      onWrite(replica, from, message);
      return;
    case 'written':
      onWritten(replica, from, message);
      return;
    case 'compare':
      onCompare(replica, from, message);
      return;
    case 'summaries':
      onSummaries(replica, from, message);
      return;
    case 'versions':
      onVersions(replica, from, message);
      return;
    default:
      assertNever(message);
  }
}

/** Somebody wants this node to hold a version: its own, or one of a node that it stands in for. */
function onWrite(replica: Replica, from: NodeId, { key, version, standsFor, isHandoff }: Write): void {
  const status =
    standsFor === undefined
      ? store(replica, key, version, { isHandoff: isHandoff === true })
      : hint(replica, [standsFor], key, version);
  replica.out.send(from, { type: 'written', key, timestamp: version.timestamp, status });
}

/** It holds for ever that the sender has the key at this timestamp or a later one, so all who wait for that may know. */
function onWritten(replica: Replica, from: NodeId, { key, timestamp }: Written): void {
  onDelivered(replica, from, key, timestamp);
  for (const coordination of [...(replica.storing.get(key) ?? [])]) {
    const { version } = coordination;
    if (version !== null && compareTimestamps(version.timestamp, timestamp) <= 0)
      onStored(replica, coordination, from);
  }
}

function onRequest(replica: Replica, id: RequestId, request: Request): void {
  const { out, versions } = replica;
  switch (request.type) {
    case 'read':
      coordinate(replica, id, { ...request, write: null });
      return;
    case 'write': {
      const { value, ...rest } = request;
      coordinate(replica, id, { ...rest, write: { value } });
      return;
    }
    case 'local-read':
      out.reply(id, { type: 'value', key: request.key, version: versions.get(request.key) ?? null });
      return;
    case 'put':
      onPut(replica, id, request);
      return;
    case 'replica-write':
      out.reply(id, { type: 'replica-written', status: store(replica, request.key, request.version) });
      return;
    default:
      assertNever(request);
  }
}

/** A write without a quorum: to this node alone, until anti-entropy or a read spreads it. */
function onPut(replica: Replica, id: RequestId, { key, value, timestamp }: Put): void {
  const version = timestamp === undefined ? issue(replica, key, value) : { value, timestamp };
  const status = store(replica, key, version);
  const isNew = timestamp === undefined || status === 'success';
  replica.out.reply(id, { type: 'written', key, version, status: isNew ? 'success' : status });
}
