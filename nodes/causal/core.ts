/**
 * A node of a causal+ store (Lloyd et al. 2011, COPS, §3): it takes reads and writes on its own and answers them from
 * what it has applied, which is causally closed at all times. A write carries what its node had applied, is pushed to
 * all others at once, and waits there until they have applied that too.
 *
 *     client ── put ──▶ applied here, journaled ──▶ answered, and pushed to all
 *                                             push ──▶ buffered until its dependencies are applied ──▶ applied there
 *     every interval: `have` to all ──▶ who has more sends the writes that lack, or the whole state
 */
import { assertNever } from '../kernel/assert.ts';
import { nodeNumber, type NodeId, type RequestId } from '../kernel/ids.ts';
import type { CoreInit } from '../kernel/model.ts';
import { Outbox } from '../kernel/outbox.ts';
import type { Prng } from '../kernel/prng.ts';
import type { Effects, NodeEvent, Now, ProtocolCore } from '../kernel/protocol.ts';
import { Buffer } from './buffer.ts';
import { rulesOf } from './bugs.ts';
import { Log } from './log.ts';
import type {
  CausalProtocol,
  Entries,
  JournalRecord,
  Message,
  Request,
  State,
  Status,
  Version,
  Write,
} from './messages.ts';
import { parseOptions, type CausalOptions } from './options.ts';
import { Replica } from './replica.ts';
import type { Rules } from './rules.ts';
import { covers, entryOf, type Vector } from './vector.ts';
import { Waiting } from './waiting.ts';

/** The journal is compacted when it holds this many writes for each key, and not before `keptWrites`. */
const journalRatioMax = 4;

export class CausalCore implements ProtocolCore<CausalProtocol> {
  private readonly out = new Outbox<CausalProtocol>();
  /** The name of this node in vectors. */
  private readonly self: string;
  private readonly peers: readonly NodeId[];
  private readonly options: CausalOptions;
  private readonly rules: Rules;
  private readonly prng: Prng;
  private readonly replica: Replica;
  private readonly buffer = new Buffer();
  private readonly log: Log;
  private readonly waiting: Waiting;
  /** How many writes and versions the journal holds. */
  private journaled = 0;
  /** What the present step has applied, and which keys it has changed. */
  private writes: Write[] = [];
  private changed = new Set<string>();
  private isFirst = false;

  constructor({ self, peers, prng, recovered, options, bug }: CoreInit<CausalProtocol>) {
    this.self = String(nodeNumber(self));
    this.peers = peers;
    this.options = parseOptions(options);
    this.rules = rulesOf(bug);
    this.prng = prng;
    this.replica = new Replica(this.rules);
    this.log = new Log(this.options.keptWrites);
    this.waiting = new Waiting(this.options.waitTimeoutMs, this.out);
    for (const record of recovered) this.recover(record);
  }

  step(event: NodeEvent<CausalProtocol>, { monotonicMs }: Now): Effects<CausalProtocol> {
    this.writes = [];
    this.changed = new Set();
    this.isFirst = event.kind === 'start';
    const { applied } = this.replica;
    this.dispatch(event, monotonicMs);
    if (this.replica.applied !== applied) this.serveWaiting();
    this.journal();
    return this.out.drain();
  }

  status(): Status {
    const { replica, buffer, waiting, isFirst, writes } = this;
    return {
      applied: replica.applied,
      lamport: replica.lamport,
      keys: replica.keys,
      buffered: buffer.size,
      waiting: waiting.size,
      isFirst,
      writes,
      changed: isFirst ? replica.entries() : this.changedEntries(),
    };
  }

  private recover(record: JournalRecord): void {
    if (record.type === 'writes') {
      for (const write of record.writes) {
        this.replica.apply(write);
        this.log.add(write);
      }
      this.journaled += record.writes.length;
    } else {
      this.join(record.state);
      this.journaled += record.state.entries.length;
    }
  }

  private dispatch(event: NodeEvent<CausalProtocol>, nowMs: number): void {
    switch (event.kind) {
      case 'start':
        // A node that was away asks soon what it has missed; nodes that start together do not ask in step.
        this.out.setTimer('sync', this.prng.int(1, this.options.syncIntervalMs + 1));
        return;
      case 'timeout':
        if (event.timer === 'wait') this.waiting.giveUp(nowMs);
        else this.beginSync();
        return;
      case 'message':
        this.onMessage(event.from, event.message);
        return;
      case 'request':
        this.onRequest(event.id, event.request, nowMs);
        return;
      default:
        assertNever(event);
    }
  }

  private beginSync(): void {
    const { applied } = this.replica;
    for (const peer of this.peers) this.out.send(peer, { type: 'have', applied });
    this.out.setTimer('sync', this.options.syncIntervalMs);
  }

  private onMessage(from: NodeId, message: Message): void {
    switch (message.type) {
      case 'writes':
        this.onWrites(message.writes);
        return;
      case 'have':
        this.onHave(from, message.applied);
        return;
      case 'state':
        this.onState(message.state);
        return;
      default:
        assertNever(message);
    }
  }

  private onWrites(writes: readonly Write[]): void {
    for (const write of writes) this.buffer.add(write, this.replica.applied);
    this.applyBuffered();
    if (this.buffer.size > 0) this.out.probe('write-buffered');
  }

  private applyBuffered(): void {
    const isApplicable = (write: Write): boolean => this.rules.isApplicable(write, this.replica.applied);
    for (let write = this.buffer.next(isApplicable); write; write = this.buffer.next(isApplicable))
      this.apply(write);
  }

  private onHave(from: NodeId, theirs: Vector): void {
    const { applied } = this.replica;
    if (covers(theirs, applied)) return;
    const writes = this.log.lacking(theirs, applied);
    this.out.probe(writes === null ? 'state-sent' : 'writes-sent-again');
    this.out.send(
      from,
      writes === null ? { type: 'state', state: this.replica.state() } : { type: 'writes', writes },
    );
  }

  private onState(state: State): void {
    if (covers(this.replica.applied, state.applied)) return;
    this.join(state);
    this.out.persist(this.recordOf(state));
    this.journaled += state.entries.length;
    this.out.probe('state-joined');
    this.buffer.dropApplied(this.replica.applied);
    this.applyBuffered();
  }

  private onRequest(id: RequestId, request: Request, nowMs: number): void {
    if (this.rules.mayAnswer(request.session, this.replica.applied)) this.answer(id, request);
    else this.waiting.add(id, request, nowMs);
  }

  private serveWaiting(): void {
    const isReady = ({ session }: Request): boolean => this.rules.mayAnswer(session, this.replica.applied);
    for (const { id, request } of this.waiting.take(isReady)) this.answer(id, request);
  }

  private answer(id: RequestId, request: Request): void {
    const { key } = request;
    if (request.type === 'put') {
      this.take(key, request.value);
      this.out.reply(id, { type: 'written', key, value: request.value, session: this.session() });
      return;
    }
    const value = this.replica.versionOf(key)?.value ?? null;
    this.out.reply(id, { type: 'read', key, value, session: this.session() });
  }

  /** What a client has seen by now: it may have read all that is here, and that covers what it had seen before. */
  private session(): Vector | null {
    return this.options.sessions === 'roaming' ? this.replica.applied : null;
  }

  private take(key: string, value: Version['value']): void {
    const { self, replica, rules } = this;
    const write: Write = {
      key,
      value,
      lamport: replica.lamport + 1,
      origin: self,
      sequence: entryOf(replica.applied, self) + 1,
      dependencies: rules.dependenciesOf(replica.applied, self),
    };
    // The clock of the node that gave a timestamp has it in any case.
    replica.lamport = write.lamport;
    this.apply(write);
    for (const peer of this.peers) this.out.send(peer, { type: 'writes', writes: [write] });
  }

  private apply(write: Write): void {
    if (this.replica.apply(write)) this.changed.add(write.key);
    else this.out.probe('write-lost-to-later');
    this.log.add(write);
    this.writes.push(write);
  }

  private join(state: State): void {
    const { applied } = this.replica;
    for (const key of this.replica.join(state)) this.changed.add(key);
    this.log.jumped(applied, this.replica.applied);
  }

  private changedEntries(): Entries {
    return [...this.changed].flatMap((key) => {
      const version = this.replica.versionOf(key);
      return version === undefined ? [] : [[key, version] as const];
    });
  }

  /** In the same batch as whatever the step answers, so that nothing is shown or sent that a crash could undo. */
  private journal(): void {
    if (this.writes.length > 0) {
      this.out.persist({ type: 'writes', writes: this.writes });
      this.journaled += this.writes.length;
    }
    const { keys } = this.replica;
    if (this.journaled < Math.max(this.options.keptWrites, journalRatioMax * keys)) return;
    this.out.compact([this.recordOf(this.replica.state())]);
    this.journaled = keys;
    this.out.probe('journal-compacted');
  }

  private recordOf(state: State): JournalRecord {
    return { type: 'state', state: { ...state, applied: this.rules.vectorToJournal(state.applied) } };
  }
}
