/**
 * Small databases that run transactions micro-operation by micro-operation, interleaved at random, at a chosen isolation
 * level; and ways to spoil what they recorded.
 */
import type { Op } from '../../../../harness/history.ts';
import type { Json } from '../../../../nodes/kernel/wire.ts';
import type { Draw } from '../randomHistory.ts';

export type Micro = readonly [f: string, key: string, value: Json];
export type Isolation = 'locking' | 'snapshot' | 'committed' | 'uncommitted' | 'arbitrary';
export type Held = 'lists' | 'registers';

export interface DatabaseShape {
  readonly held: Held;
  readonly transactions: number;
  readonly processes: number;
  readonly keys: number;
  /** Micro-operations a transaction, at most. */
  readonly micros: number;
  /** One of so many transactions crashes, before or after it took effect; 0 is never. */
  readonly crashOneIn: number;
  /** One of so many is rolled back for no reason; 0 is never. */
  readonly failOneIn: number;
  /** Every write is preceded by a read of its key. */
  readonly readsBeforeWrites?: boolean;
}

interface Running {
  readonly process: number;
  readonly asked: readonly Micro[];
  readonly answered: Micro[];
  /** What it saw when it began, and its own writes. */
  readonly snapshot: ReadonlyMap<string, Json>;
  readonly own: Map<string, Json>;
  /** Keys → how many commits they had seen when it began. */
  readonly versions: ReadonlyMap<string, number>;
}

/** The history that such a database records. */
export function record(isolation: Isolation, shape: DatabaseShape, draw: Draw): Op[] {
  const history: Op[] = [];
  const database = new Database(isolation, shape.held, draw);
  const running: Running[] = [];
  const idle = Array.from({ length: shape.processes }, (_, process) => process);
  let nextProcess = shape.processes;
  let invoked = 0;
  const unique = new Map<string, number>();
  const write = (type: Op['type'], process: number, value: Json): void => {
    history.push({ index: history.length, timeNs: history.length, process, type, f: 'txn', value });
  };
  const end = (txn: Running, type: 'ok' | 'fail' | 'info'): void => {
    running.splice(running.indexOf(txn), 1);
    write(type, txn.process, type === 'ok' ? txn.answered : txn.asked);
    idle.push(type === 'info' ? nextProcess++ : txn.process);
  };
  while (invoked < shape.transactions || running.length > 0) {
    const mayInvoke = invoked < shape.transactions && idle.length > 0;
    if (mayInvoke && (running.length === 0 || draw(3) === 0)) {
      const [process = 0] = idle.splice(draw(idle.length), 1);
      const asked = randomTransaction(shape, unique, draw);
      invoked++;
      write('invoke', process, asked);
      running.push(database.begin(process, asked));
      continue;
    }
    const txn = running[draw(running.length)] as Running;
    if (txn.answered.length < txn.asked.length) {
      if (!database.step(txn)) end(txn, 'fail');
    } else if (shape.failOneIn > 0 && draw(shape.failOneIn) === 1) {
      database.abort(txn);
      end(txn, 'fail');
    } else {
      const isCrashing = shape.crashOneIn > 0 && draw(shape.crashOneIn) === 1;
      if (isCrashing && draw(2) === 0) end(txn, 'info');
      else if (database.commit(txn)) end(txn, isCrashing ? 'info' : 'ok');
      else end(txn, 'fail');
    }
  }
  return history;
}

function randomTransaction(shape: DatabaseShape, unique: Map<string, number>, draw: Draw): Micro[] {
  const micros: Micro[] = [];
  const wanted = 1 + draw(shape.micros);
  while (micros.length < wanted) {
    const key = `k${draw(shape.keys)}`;
    if (draw(2) === 0) {
      micros.push(['r', key, null]);
      continue;
    }
    const value = (unique.get(key) ?? 0) + 1;
    unique.set(key, value);
    if (shape.readsBeforeWrites === true && !micros.some((micro) => micro[1] === key))
      micros.push(['r', key, null]);
    micros.push([shape.held === 'lists' ? 'append' : 'w', key, value]);
  }
  return micros;
}

class Database {
  private readonly isolation: Isolation;
  private readonly held: Held;
  private readonly draw: Draw;
  /** What is there now, and for `arbitrary` all that ever was. */
  private readonly store = new Map<string, Json>();
  private readonly past = new Map<string, Json[]>();
  private readonly version = new Map<string, number>();
  private readonly readers = new Map<string, Set<Running>>();
  private readonly writer = new Map<string, Running>();

  constructor(isolation: Isolation, held: Held, draw: Draw) {
    this.isolation = isolation;
    this.held = held;
    this.draw = draw;
  }

  begin(process: number, asked: readonly Micro[]): Running {
    return {
      process,
      asked,
      answered: [],
      snapshot: new Map(this.store),
      own: new Map(),
      versions: new Map(this.version),
    };
  }

  /** Does the next micro-operation; false when the transaction had to be rolled back. */
  step(txn: Running): boolean {
    const micro = txn.asked[txn.answered.length] as Micro;
    const [f, key, value] = micro;
    // Read committed holds its write locks to the end, and takes no read locks (Berenson et al. 1995).
    const locks = this.isolation === 'locking' || (this.isolation === 'committed' && f !== 'r');
    if (locks && !this.lock(txn, key, f !== 'r')) {
      this.abort(txn);
      return false;
    }
    if (f === 'r') {
      txn.answered.push([f, key, this.read(txn, key)]);
      return true;
    }
    const base =
      this.isolation === 'uncommitted' || this.isolation === 'arbitrary'
        ? this.now(key)
        : this.read(txn, key);
    const left = this.held === 'lists' ? [...((base ?? []) as readonly Json[]), value] : value;
    if (this.isolation === 'uncommitted' || this.isolation === 'arbitrary') this.install(key, left);
    else txn.own.set(key, left);
    txn.answered.push(micro);
    return true;
  }

  commit(txn: Running): boolean {
    if (this.isolation === 'snapshot')
      for (const key of txn.own.keys())
        if ((this.version.get(key) ?? 0) !== (txn.versions.get(key) ?? 0)) return false;
    for (const [key, value] of txn.own)
      this.install(key, this.isolation === 'committed' ? this.merged(txn, key, value) : value);
    this.unlock(txn);
    return true;
  }

  abort(txn: Running): void {
    this.unlock(txn);
  }

  private read(txn: Running, key: string): Json {
    const own = txn.own.get(key);
    switch (this.isolation) {
      case 'locking':
        return own ?? this.now(key);
      case 'snapshot':
        return own ?? txn.snapshot.get(key) ?? null;
      case 'committed':
        return own === undefined ? this.now(key) : this.merged(txn, key, own);
      case 'uncommitted':
        return this.now(key);
      case 'arbitrary': {
        const states = [null, ...(this.past.get(key) ?? [])];
        // Mostly the last states, so that not everything is wrong.
        const back = this.draw(3) === 0 ? this.draw(states.length) : 0;
        return states[states.length - 1 - back] ?? null;
      }
    }
  }

  /** A list as it is now, with the elements that the transaction appended. */
  private merged(txn: Running, key: string, own: Json): Json {
    if (this.held === 'registers') return own;
    const appended = txn.asked
      .slice(0, txn.answered.length)
      .filter(([f, on]) => f === 'append' && on === key);
    return [...((this.now(key) ?? []) as readonly Json[]), ...appended.map(([, , value]) => value)];
  }

  private now(key: string): Json {
    return this.store.get(key) ?? null;
  }

  private install(key: string, value: Json): void {
    this.store.set(key, value);
    this.version.set(key, (this.version.get(key) ?? 0) + 1);
    this.past.set(key, [...(this.past.get(key) ?? []), value]);
  }

  /** Two-phase locking that never waits: false when somebody else is in the way. */
  private lock(txn: Running, key: string, isWrite: boolean): boolean {
    const readers = this.readers.get(key) ?? new Set<Running>();
    this.readers.set(key, readers);
    const owner = this.writer.get(key);
    if (owner !== undefined && owner !== txn) return false;
    if (isWrite && [...readers].some((reader) => reader !== txn)) return false;
    if (isWrite) this.writer.set(key, txn);
    else readers.add(txn);
    return true;
  }

  private unlock(txn: Running): void {
    for (const readers of this.readers.values()) readers.delete(txn);
    for (const [key, owner] of this.writer) if (owner === txn) this.writer.delete(key);
  }
}

/** Gives some reads what other reads of the same key saw, or what was really written. */
export function spoiled(history: readonly Op[], draw: Draw, answers: number): Op[] {
  const wrong = [...history];
  for (let times = 0; times < answers; times++) {
    const reads = wrong.flatMap((op) =>
      op.type === 'ok'
        ? (op.value as readonly Micro[]).flatMap((micro, at) => (micro[0] === 'r' ? [{ op, at, micro }] : []))
        : [],
    );
    const to = reads[draw(Math.max(1, reads.length))];
    const others = reads.filter(({ micro }) => micro[1] === to?.micro[1]);
    const from = others[draw(Math.max(1, others.length))];
    if (!to || !from) return wrong;
    const micros = (wrong[to.op.index]?.value as readonly Micro[]).map((micro, at) =>
      at === to.at ? ([micro[0], micro[1], from.micro[2]] as const) : micro,
    );
    wrong[to.op.index] = { ...to.op, value: micros };
  }
  return wrong;
}
