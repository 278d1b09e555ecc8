/** Linearizable histories of registers: every operation acts on one shared state at its instant. */
import { createPrng, type Prng } from '../../../nodes/kernel/prng.ts';
import type { History } from '../../columns/history.ts';
import { falseId, nullId } from '../../columns/interner.ts';
import { takeTurns, type Behaviour } from './clients.ts';
import { EventRecorder } from './eventRecorder.ts';

export interface RegisterLoad {
  readonly operations: number;
  readonly clients: number;
  readonly keys: number;
  /** So many values are written again and again, by writes and cas alike; without it every write has its own. */
  readonly values?: number;
  readonly seed: number;
}

/**
 * The history of these registers, all null at first; deterministic. With unique writes half of the operations are
 * reads; else reads, writes and cas are a third each, and a cas that does not match answers false. O(operations).
 */
export function registerHistory(load: RegisterLoad): History {
  const prng = createPrng(load.seed).fork('registers');
  const registers = new Registers(load, prng);
  takeTurns(prng.fork('turns'), load.clients, load.operations, registers);
  return registers.recorder.history();
}

class Registers implements Behaviour {
  readonly recorder: EventRecorder;
  private readonly prng: Prng;
  /** By key: the id of the value that it holds. */
  private readonly held: Int32Array;
  // By client: the operation in flight; of a cas also the ids of the values that it compares and sets.
  private readonly key: Int32Array;
  private readonly f: Int32Array;
  private readonly input: Int32Array;
  private readonly output: Int32Array;
  private readonly from: Int32Array;
  private readonly to: Int32Array;
  // Ids of names.
  private readonly read: number;
  private readonly write: number;
  private readonly cas: number;
  private readonly keyIds: readonly number[];
  /** The ids of the few values, and of the pairs of them: [a, b] stands at a · values + b. */
  private readonly fewIds: readonly number[];
  private readonly pairIds: readonly number[];
  private written = 0;

  constructor({ operations, clients, keys, values: few = 0 }: RegisterLoad, prng: Prng) {
    this.recorder = new EventRecorder(operations);
    this.prng = prng;
    this.held = new Int32Array(keys).fill(nullId);
    this.key = new Int32Array(clients);
    this.f = new Int32Array(clients);
    this.input = new Int32Array(clients);
    this.output = new Int32Array(clients);
    this.from = new Int32Array(clients);
    this.to = new Int32Array(clients);
    const { fNames, keyNames, values } = this.recorder.builder;
    this.read = fNames.idOf('read');
    this.write = fNames.idOf('write');
    this.cas = few === 0 ? -1 : fNames.idOf('cas');
    this.keyIds = Array.from({ length: keys }, (_, key) => keyNames.idOf(`k${key}`));
    this.fewIds = Array.from({ length: few }, (_, value) => values.idOf(value));
    this.pairIds = Array.from({ length: few * few }, (_, pair) =>
      values.idOf([Math.floor(pair / few), pair % few]),
    );
  }

  invoke(client: number): void {
    this.key[client] = this.prng.int(0, this.held.length);
    if (this.fewIds.length === 0) this.drawUnique(client);
    else this.drawOfFew(client);
    this.recorder.invoke(client, this.f[client] ?? 0, this.input[client] ?? 0, this.keyId(client));
  }

  takeEffect(client: number): void {
    const key = this.key[client] ?? 0;
    const f = this.f[client];
    const input = this.input[client] ?? nullId;
    if (f === this.read) this.output[client] = this.held[key] ?? nullId;
    else if (f === this.write) this.held[key] = this.output[client] = input;
    else {
      const matches = this.held[key] === this.from[client];
      this.output[client] = matches ? input : falseId;
      if (matches) this.held[key] = this.to[client] ?? nullId;
    }
  }

  complete(client: number): void {
    this.recorder.ok(client, this.f[client] ?? 0, this.output[client] ?? 0, this.keyId(client));
  }

  private drawUnique(client: number): void {
    const isRead = this.prng.chance(0.5);
    this.f[client] = isRead ? this.read : this.write;
    this.input[client] = isRead ? nullId : this.recorder.builder.values.idOf(++this.written);
  }

  private drawOfFew(client: number): void {
    const few = this.fewIds.length;
    const from = this.prng.int(0, few);
    const to = this.prng.int(0, few);
    const choice = this.prng.int(0, 3);
    this.f[client] = choice === 0 ? this.read : choice === 1 ? this.write : this.cas;
    this.from[client] = this.fewIds[from] ?? nullId;
    this.to[client] = this.fewIds[to] ?? nullId;
    this.input[client] =
      choice === 0 ? nullId : ((choice === 1 ? this.fewIds[to] : this.pairIds[from * few + to]) ?? nullId);
  }

  private keyId(client: number): number {
    return this.keyIds[this.key[client] ?? 0] ?? 0;
  }
}
