/**
 * Strict serializable histories of list-append transactions: each happens at one instant. As Elle's generator does, a
 * few keys are in use at any time, and one that was appended to often enough is replaced by a new one, so that lists
 * stay short however long the history is.
 */
import { createPrng, type Prng } from '../../../nodes/kernel/prng.ts';
import type { History } from '../../columns/history.ts';
import { takeTurns, type Behaviour } from './clients.ts';
import { EventRecorder } from './eventRecorder.ts';
import type { PlantedCycle, Transaction } from './plantedCycles.ts';

export interface ListAppendLoad {
  readonly transactions: number;
  readonly clients: number;
  readonly seed: number;
  /** In the middle of the history these transactions happen too, on keys and by clients of their own. */
  readonly planted?: PlantedCycle;
}

/** The history; deterministic. O(length of what is read). */
export function listAppendHistory(load: ListAppendLoad): History {
  const prng = createPrng(load.seed).fork('list-append');
  const store = new Lists(load, prng);
  takeTurns(prng.fork('turns'), load.clients, load.transactions, store);
  return store.recorder.history();
}

const keysInUse = 10;
const appendsPerKey = 32;
const microsMax = 4;

/** A micro-operation that was drawn; `element` is 0 for a read. */
interface Micro {
  readonly key: number;
  readonly element: number;
}

class Lists implements Behaviour {
  readonly recorder: EventRecorder;
  private readonly load: ListAppendLoad;
  private readonly prng: Prng;
  private readonly txn: number;
  private readonly inUse = Array.from({ length: keysInUse }, (_, key) => key);
  private keyCount = keysInUse;
  /** By key: how many appends were invoked; and the elements of the list, with commas between them. */
  private readonly appends: number[] = Array.from({ length: keysInUse }, () => 0);
  private readonly elements: string[] = Array.from({ length: keysInUse }, () => '');
  /** By client: what it asked, and the answer's id. */
  private readonly asked: (readonly Micro[])[] = [];
  private readonly answer: Int32Array;
  private untilPlanted: number;

  constructor(load: ListAppendLoad, prng: Prng) {
    this.load = load;
    this.prng = prng;
    this.recorder = new EventRecorder(load.transactions + microsMax);
    this.txn = this.recorder.builder.fNames.idOf('txn');
    this.answer = new Int32Array(load.clients);
    this.untilPlanted = load.transactions >> 1;
  }

  invoke(client: number): void {
    if (this.untilPlanted-- === 0) this.plant();
    const micros = Array.from({ length: this.prng.int(1, microsMax + 1) }, () => this.draw());
    this.asked[client] = micros;
    const texts = micros.map(({ key, element }) =>
      element === 0 ? `["r",${key},null]` : `["append",${key},${element}]`,
    );
    this.recorder.invoke(client, this.txn, this.idOf(texts));
  }

  takeEffect(client: number): void {
    const texts = (this.asked[client] ?? []).map(({ key, element }) => {
      const before = this.elements[key] ?? '';
      if (element === 0) return `["r",${key},[${before}]]`;
      this.elements[key] = before === '' ? String(element) : `${before},${element}`;
      return `["append",${key},${element}]`;
    });
    this.answer[client] = this.idOf(texts);
  }

  complete(client: number): void {
    this.recorder.ok(client, this.txn, this.answer[client] ?? 0);
  }

  private draw(): Micro {
    const place = this.prng.int(0, keysInUse);
    const key = this.inUse[place] ?? 0;
    if (this.prng.chance(0.5)) return { key, element: 0 };
    const element = (this.appends[key] ?? 0) + 1;
    this.appends[key] = element;
    if (element === appendsPerKey) {
      this.inUse[place] = this.keyCount++;
      this.appends.push(0);
      this.elements.push('');
    }
    return { key, element };
  }

  private plant(): void {
    let client = this.load.clients;
    const record = (type: 'invoke' | 'ok', by: number, micros: Transaction): void => {
      const told = micros.map(([f, key, value]) => [f, key, f === 'r' && type === 'invoke' ? null : value]);
      this.recorder[type](by, this.txn, this.recorder.builder.values.idOf(told));
    };
    for (const round of this.load.planted?.rounds ?? []) {
      for (const [at, micros] of round.entries()) record('invoke', client + at, micros);
      for (const [at, micros] of round.entries()) record('ok', client + at, micros);
      client += round.length;
    }
  }

  /** The id of a transaction whose micro-operations are in canonical text, and so is the whole of it. */
  private idOf(micros: readonly string[]): number {
    const bytes = Buffer.from(`[${micros.join()}]`, 'latin1');
    return this.recorder.builder.values.idOfCanonical(bytes, 0, bytes.length);
  }
}
