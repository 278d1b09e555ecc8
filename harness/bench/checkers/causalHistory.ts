/**
 * Causally convergent histories of a replicated store. All writes stand in one log, in the order in which they
 * happened; a session sees its own writes and, a while later, those of others: always a prefix of the log. Whatever a
 * write depends on stands before it in the log, so that who sees a write sees its causes; and since the newest write
 * of the log wins everywhere, the log is the arbitration that causal convergence (CCv) asks for. The own write that hides
 * what comes later but stands before it breaks PRAM now and then: convergence has that price.
 */
import { createPrng, type Prng } from '../../../nodes/kernel/prng.ts';
import { Growing } from '../../columns/growing.ts';
import type { History } from '../../columns/history.ts';
import { nullId } from '../../columns/interner.ts';
import { takeTurns, type Behaviour } from './clients.ts';
import { EventRecorder } from './eventRecorder.ts';

export interface CausalLoad {
  readonly operations: number;
  readonly sessions: number;
  readonly keys: number;
  readonly seed: number;
}

/** The history of a store in which every write has its own value; deterministic. O(sessions · writes). */
export function causalHistory(load: CausalLoad): History {
  const prng = createPrng(load.seed).fork('causal');
  const store = new LaggingStore(load, prng);
  takeTurns(prng.fork('turns'), load.sessions, load.operations, store);
  return store.recorder.history();
}

const nothing = -1;

class LaggingStore implements Behaviour {
  readonly recorder: EventRecorder;
  private readonly prng: Prng;
  private readonly keys: number;
  // The log: the key and the value (id) of each write.
  private readonly logKey = new Growing(Int32Array);
  private readonly logValue = new Growing(Int32Array);
  /** By session: how much of the log it has seen. */
  private readonly seen: Int32Array;
  /** By session and key: the place in the log of the newest write that it has seen, or `nothing`. */
  private readonly newest: Int32Array;
  // By session: the operation in flight.
  private readonly key: Int32Array;
  private readonly f: Int32Array;
  private readonly value: Int32Array;
  private readonly read: number;
  private readonly write: number;
  private readonly keyIds: readonly number[];

  constructor({ operations, sessions, keys }: CausalLoad, prng: Prng) {
    this.recorder = new EventRecorder(operations);
    this.prng = prng;
    this.keys = keys;
    this.seen = new Int32Array(sessions);
    this.newest = new Int32Array(sessions * keys).fill(nothing);
    this.key = new Int32Array(sessions);
    this.f = new Int32Array(sessions);
    this.value = new Int32Array(sessions);
    const { fNames, keyNames } = this.recorder.builder;
    this.read = fNames.idOf('read');
    this.write = fNames.idOf('write');
    this.keyIds = Array.from({ length: keys }, (_, key) => keyNames.idOf(`k${key}`));
  }

  invoke(session: number): void {
    const isRead = this.prng.chance(0.5);
    this.key[session] = this.prng.int(0, this.keys);
    this.f[session] = isRead ? this.read : this.write;
    this.value[session] = isRead ? nullId : this.recorder.builder.values.idOf(this.recorder.builder.length);
    this.recorder.invoke(session, this.f[session] ?? 0, this.value[session] ?? 0, this.keyId(session));
  }

  takeEffect(session: number): void {
    this.catchUp(session);
    const key = this.key[session] ?? 0;
    const cell = session * this.keys + key;
    if (this.f[session] === this.write) {
      this.newest[cell] = this.logKey.length;
      this.logKey.push(key);
      this.logValue.push(this.value[session] ?? 0);
    } else this.value[session] = this.logValue.at(this.newest[cell] ?? nothing) ?? nullId;
  }

  complete(session: number): void {
    this.recorder.ok(session, this.f[session] ?? 0, this.value[session] ?? 0, this.keyId(session));
  }

  /** Now and then the session sees more of the log. */
  private catchUp(session: number): void {
    if (!this.prng.chance(0.2)) return;
    const from = this.seen[session] ?? 0;
    const to = this.prng.int(from, this.logKey.length + 1);
    for (let at = from; at < to; at++) {
      const cell = session * this.keys + (this.logKey.at(at) ?? 0);
      this.newest[cell] = Math.max(this.newest[cell] ?? nothing, at);
    }
    this.seen[session] = to;
  }

  private keyId(session: number): number {
    return this.keyIds[this.key[session] ?? 0] ?? 0;
  }
}
