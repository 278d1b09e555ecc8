/**
 * A replica that takes reads and writes on its own, and converges with the others: an event goes in, effects come out.
 * Every request is answered in its own step; what it changes is journaled in the same one, so that the host sends the
 * answer when it is durable (law 2).
 */
import { assertNever } from '../kernel/assert.ts';
import { nodeNumber, type NodeId, type RequestId } from '../kernel/ids.ts';
import type { CoreInit } from '../kernel/model.ts';
import { Outbox } from '../kernel/outbox.ts';
import type { Prng } from '../kernel/prng.ts';
import type { Effects, NodeEvent, ProtocolCore } from '../kernel/protocol.ts';
import { AntiEntropy } from './antiEntropy.ts';
import { rulesOf } from './bugs.ts';
import { counterMax, counterOf, entriesMax, sizeOf, withEntry } from './clock.ts';
import type {
  Entries,
  EventualProtocol,
  JournalRecord,
  Message,
  Request,
  Status,
  Write,
} from './messages.ts';
import { parseOptions, type EventualOptions } from './options.ts';
import type { Rules } from './rules.ts';
import { Store } from './store.ts';
import { clockOf, merged, valuesOf, type Version, type Versions } from './versions.ts';

type Put = Extract<Request, { type: 'put' }>;

/** The journal is compacted when it holds this many times more than the state, and not for little. */
const journalRatioMax = 4;
const journaledMin = 200;
/** How many keys share a record of a compacted journal. */
const keysPerRecord = 500;

export class EventualCore implements ProtocolCore<EventualProtocol> {
  private readonly out = new Outbox<EventualProtocol>();
  private readonly store = new Store();
  /** The name of this node in clocks. */
  private readonly self: string;
  private readonly options: EventualOptions;
  private readonly rules: Rules;
  private readonly prng: Prng;
  private readonly antiEntropy: AntiEntropy;
  /** How many states of keys the journal holds. */
  private journaled = 0;
  /** What the present step has changed. */
  private changed: Map<string, Versions> = new Map();
  private write: Write | null = null;
  private isFirst = false;

  constructor({ self, peers, prng, recovered, options, bug }: CoreInit<EventualProtocol>) {
    this.self = String(nodeNumber(self));
    this.options = parseOptions(options);
    this.rules = rulesOf(bug);
    this.prng = prng;
    const { store, out, rules } = this;
    this.antiEntropy = new AntiEntropy({ peers, options: this.options, rules, store, out });
    for (const { entries } of recovered) {
      for (const [key, versions] of entries) store.set(key, versions);
      this.journaled += entries.length;
    }
  }

  step(event: NodeEvent<EventualProtocol>): Effects<EventualProtocol> {
    this.changed = new Map();
    this.write = null;
    this.isFirst = event.kind === 'start';
    this.dispatch(event);
    this.journal();
    return this.out.drain();
  }

  status(): Status {
    const { size: keys, deleted, conflicts } = this.store;
    const changed = this.isFirst ? this.store.entries() : [...this.changed];
    return { keys, deleted, conflicts, isFirst: this.isFirst, changed, write: this.write };
  }

  private dispatch(event: NodeEvent<EventualProtocol>): void {
    switch (event.kind) {
      case 'start':
        // Nodes that start together do not sync in step.
        this.out.setTimer('sync', this.prng.int(1, this.options.syncIntervalMs + 1));
        return;
      case 'timeout':
        this.antiEntropy.begin();
        this.out.setTimer('sync', this.options.syncIntervalMs);
        return;
      case 'message':
        this.onMessage(event.from, event.message);
        return;
      case 'request':
        this.onRequest(event.id, event.request);
        return;
      default:
        assertNever(event);
    }
  }

  private onMessage(from: NodeId, message: Message): void {
    switch (message.type) {
      case 'sync':
        this.mergeAll(message.entries);
        return;
      case 'synced':
        this.antiEntropy.onSynced(from, message);
        return;
      case 'digest':
        this.antiEntropy.onDigest(from, message);
        return;
      case 'summary':
        this.antiEntropy.onSummary(from, message);
        return;
      default:
        assertNever(message);
    }
  }

  private onRequest(id: RequestId, request: Request): void {
    switch (request.type) {
      case 'get':
        this.onGet(id, request.key);
        return;
      case 'put':
        this.onPut(id, request);
        return;
      case 'sync':
        this.mergeAll(request.entries);
        this.out.reply(id, { type: 'sync-received' });
        return;
      case 'malformed':
        this.out.reply(id, { type: 'refused', error: 'malformed-request', why: request.why });
        return;
      default:
        assertNever(request);
    }
  }

  private onGet(id: RequestId, key: string): void {
    const versions = this.store.versionsOf(key);
    const clock = versions.length === 0 ? null : clockOf(versions);
    this.out.reply(id, { type: 'read', key, values: this.shown(versions), clock });
  }

  /** With `lww` the winner alone, which may be a tombstone; else all that nobody has decided between. */
  private shown(versions: Versions): Version['value'][] {
    const isDecided = this.options.resolve === 'lww';
    return [...valuesOf(isDecided ? versions.slice(0, 1) : versions)];
  }

  private onPut(id: RequestId, { key, value, context: client }: Put): void {
    const { self, out } = this;
    const local = this.store.versionsOf(key);
    const context = this.rules.contextOfWrite(client, local, this.options.resolve);
    // Above all that this node ever gave: what it wrote is still here, or known to the writer of what is.
    const counter = Math.max(counterOf(context, self), counterOf(clockOf(local), self)) + 1;
    const clock = withEntry(context, self, counter);
    if (counter > counterMax || sizeOf(clock) > entriesMax.written) {
      out.reply(id, { type: 'refused', error: 'abort', why: 'the vector clock of this key is exhausted' });
      return;
    }
    const version: Version = { value, clock, by: self, since: counterOf(context, self) };
    const versions = merged(local, [version]);
    this.change(key, versions);
    this.write = { key, context: client ?? {}, clock };
    const siblings = versions.filter((other) => other !== version && other.value !== null);
    out.reply(id, {
      type: 'written',
      key,
      value,
      clock: clockOf(versions),
      siblings: siblings.length === 0 ? [] : this.shown(versions),
    });
  }

  /** All in one step, so in one record: what a node shows was all there at once somewhere. */
  private mergeAll(entries: Entries): void {
    for (const [key, remote] of entries) {
      const local = this.store.versionsOf(key);
      const versions = this.rules.merge(local, remote, this.self);
      if (versions === local) continue;
      if (local.length > 0 && versions.length > 1) this.out.probe('siblings-met');
      this.change(key, versions);
    }
  }

  private change(key: string, versions: Versions): void {
    const kept = this.rules.keep(versions);
    this.store.set(key, kept);
    this.changed.set(key, kept);
  }

  private journal(): void {
    const { changed, store, out, rules } = this;
    if (changed.size === 0) return;
    const forJournal = (entries: Entries): JournalRecord => ({
      entries: entries.map(([key, versions]) => [key, rules.journal(versions, this.self)]),
    });
    this.journaled += changed.size;
    if (this.journaled < Math.max(journaledMin, journalRatioMax * store.size)) {
      out.persist(forJournal([...changed]));
      return;
    }
    const all = store.entries();
    const starts = Array.from(
      { length: Math.ceil(all.length / keysPerRecord) },
      (_, at) => at * keysPerRecord,
    );
    out.compact(starts.map((start) => forJournal(all.slice(start, start + keysPerRecord))));
    this.journaled = all.length;
    out.probe('journal-compacted');
  }
}
