/**
 * Transactions in columns: every row of `history.operations` with its micro-operations, keys and elements as numbers.
 * What was read stays where it stands, in the canonical text of the answer; reads are compared as bytes.
 */
import { Growing } from '../../columns/growing.ts';
import type { History } from '../../columns/history.ts';
import { noName, nullId } from '../../columns/interner.ts';
import { Numbers } from '../../columns/numbers.ts';
import { failOutcome, okOutcome } from '../../columns/operations.ts';
import type { Budget } from '../checker.ts';
import { budgetUsedUp } from '../doubts.ts';
import { appendMicro, MicroScanner, readMicro, writeMicro } from './microScanner.ts';
import { Tokens } from './tokens.ts';

/** What a transaction is known to be. */
export const committed = 0;
/** It failed: nothing of it took effect. */
export const aborted = 1;
/** It is open, and nobody was seen to read from it: it may as well never have happened. */
export const unseen = 2;

/** What keys hold, and how transactions are recorded. */
export type Dialect = 'lists' | 'registers' | 'single-lists';

/** No token: what a register holds before the first write, and the value of a micro-operation that is no write. */
export const nothing = -1;

export interface Transactions {
  readonly history: History;
  readonly dialect: Dialect;
  readonly length: number;
  /** By transaction (a row of `history.operations`): `committed`, `aborted` or `unseen`. */
  readonly status: Uint8Array;
  /** Whether the outcome is known: only then the reads have answers. */
  readonly isOk: Uint8Array;
  /** The micro-operations of transaction t are `firstMicro[t] … firstMicro[t + 1] − 1`. */
  readonly firstMicro: Int32Array;
  /** By micro-operation: its transaction, its kind, its key (dense numbers). */
  readonly owner: Int32Array;
  readonly kind: Uint8Array;
  readonly key: Int32Array;
  /** The token that was written, or that a register was read as; else `nothing`. */
  readonly token: Int32Array;
  /** Of the read of a list: where its elements stand in `bytes`, without the brackets. */
  readonly listStart: Uint32Array;
  readonly listEnd: Uint32Array;
  /** The previous micro-operation of the same transaction on the same key, or −1. */
  readonly earlier: Int32Array;
  /** The next write or append of the same transaction on the same key, or −1. */
  readonly nextWrite: Int32Array;
  /** Whether it is a read of a key that its transaction had not written before: it saw what others did. */
  readonly isExternal: Uint8Array;
  readonly keyCount: number;
  readonly bytes: Uint8Array;
  readonly tokens: Tokens;
  /** The canonical text of a key. */
  keyText(key: number): string;
}

/** A history that cannot be judged, and why. */
export class NotApplicable extends Error {
  override name = 'NotApplicable';
}

/** The transactions of a history. O(size of the answers). Throws NotApplicable, also when the budget is used up. */
export function transactionsOf(history: History, dialect: Dialect, budget: Budget): Transactions {
  const decoder = new Decoder(history, dialect);
  for (let row = 0; row < history.operations.length; row++) {
    if (row % rowsPerSpend === 0) spendOn(budget, rowsPerSpend);
    decoder.decode(row);
  }
  return decoder.transactions();
}

/** Throws NotApplicable when the budget is used up. */
export function spendOn(budget: Budget, nodes: number): void {
  if (!budget.spend(nodes)) throw new NotApplicable(budgetUsedUp);
}

/** The clock is asked once in so many transactions. */
const rowsPerSpend = 4096;

class Decoder {
  private readonly history: History;
  private readonly dialect: Dialect;
  private readonly bytes: Uint8Array;
  private readonly scanner: MicroScanner;
  private readonly tokens = new Tokens();
  private readonly keys = new Numbers();
  private readonly nullToken: number;
  private readonly names: { readonly txn: number; readonly append: number; readonly read: number };
  private readonly isSilentNull: boolean;
  private readonly status: Uint8Array;
  private readonly isOk: Uint8Array;
  private readonly firstMicro: Int32Array;
  private readonly kind: Growing<Uint8Array>;
  private readonly key: Growing<Int32Array>;
  private readonly token: Growing<Int32Array>;
  private readonly listStart: Growing<Uint32Array>;
  private readonly listEnd: Growing<Uint32Array>;

  constructor(history: History, dialect: Dialect) {
    const { fNames, values } = history.events;
    const rows = history.operations.length;
    this.history = history;
    this.dialect = dialect;
    this.bytes = values.textBytes;
    this.scanner = new MicroScanner(this.bytes);
    this.nullToken = this.tokens.ofText('null');
    this.names = { txn: fNames.find('txn'), append: fNames.find('append'), read: fNames.find('read') };
    this.isSilentNull = history.reading.nilRead === 'unknown';
    this.status = new Uint8Array(rows);
    this.isOk = new Uint8Array(rows);
    this.firstMicro = new Int32Array(rows + 1);
    this.kind = new Growing(Uint8Array, 2 * rows + 1);
    this.key = new Growing(Int32Array, 2 * rows + 1);
    this.token = new Growing(Int32Array, 2 * rows + 1);
    this.listStart = new Growing(Uint32Array, 2 * rows + 1);
    this.listEnd = new Growing(Uint32Array, 2 * rows + 1);
  }

  decode(row: number): void {
    const { outcome, input, output } = this.history.operations;
    const isOk = outcome[row] === okOutcome;
    this.status[row] = isOk ? committed : outcome[row] === failOutcome ? aborted : unseen;
    this.isOk[row] = isOk ? 1 : 0;
    const value = (isOk ? output : input)[row] ?? 0;
    if (this.dialect === 'single-lists') this.decodeSingle(row, value, isOk);
    else this.decodeMicros(row, value, isOk);
    this.firstMicro[row + 1] = this.kind.length;
  }

  private decodeMicros(row: number, value: number, isOk: boolean): void {
    const { values } = this.history.events;
    const { scanner, bytes, tokens } = this;
    const isTxn = this.history.operations.f[row] === this.names.txn;
    if (!isTxn || !scanner.open(values.textStart(value), values.textEnd(value))) throw this.unfit(row);
    const written = this.dialect === 'lists' ? appendMicro : writeMicro;
    for (let found = scanner.next(); found !== 0; found = scanner.next()) {
      const { kind, valueStart, valueEnd } = scanner;
      if (found < 0 || (kind !== readMicro && kind !== written)) throw this.unfit(row);
      const key = this.keys.ordinalOf(tokens.of(bytes, scanner.keyStart, scanner.keyEnd));
      if (kind !== readMicro) this.write(row, kind, key, this.tokenAt(valueStart, valueEnd));
      else if (isOk) this.read(row, key, valueStart, valueEnd);
    }
  }

  /** An append to a key, or a read of one, that is an operation by itself. */
  private decodeSingle(row: number, value: number, isOk: boolean): void {
    const { operations, events } = this.history;
    const f = operations.f[row] ?? -1;
    const key = this.keys.ordinalOf(operations.key[row] ?? noName);
    const start = events.values.textStart(value);
    const end = events.values.textEnd(value);
    if (f === this.names.append) this.write(row, appendMicro, key, this.tokenOf(operations.input[row] ?? 0));
    else if (f !== this.names.read || (start === end && value !== nullId)) throw this.unfit(row);
    else if (isOk) this.read(row, key, start, end);
  }

  /** The token of a value of the history. */
  private tokenOf(id: number): number {
    const { values } = this.history.events;
    const start = values.textStart(id);
    const end = values.textEnd(id);
    if (start === end) return this.tokens.ofText(JSON.stringify(values.get(id)));
    return this.tokens.of(this.bytes, start, end);
  }

  private tokenAt(start: number, end: number): number {
    return start === end ? this.nullToken : this.tokens.of(this.bytes, start, end);
  }

  private write(row: number, kind: number, key: number, token: number): void {
    if (this.dialect === 'registers' && token === this.nullToken)
      throw new NotApplicable(
        `op ${this.history.operations.start[row]} writes null, which is also what keys hold at first: no read can tell the two apart`,
      );
    this.push(kind, key, token, 0, 0);
  }

  private read(row: number, key: number, start: number, end: number): void {
    const isNull = start === end || isNullText(this.bytes, start, end);
    if (isNull && this.isSilentNull) return;
    if (isNull) this.push(readMicro, key, nothing, 0, 0);
    else if (this.dialect === 'registers') this.push(readMicro, key, this.tokenAt(start, end), 0, 0);
    else if (this.bytes[start] === 0x5b) this.push(readMicro, key, nothing, start + 1, end - 1);
    else throw this.unfit(row);
  }

  private push(kind: number, key: number, token: number, start: number, end: number): void {
    this.kind.push(kind);
    this.key.push(key);
    this.token.push(token);
    this.listStart.push(start);
    this.listEnd.push(end);
  }

  private unfit(row: number): NotApplicable {
    const { start, completion, outcome } = this.history.operations;
    const event = outcome[row] === okOutcome ? completion[row] : start[row];
    return new NotApplicable(`op ${event} is ${expected[this.dialect]}`);
  }

  transactions(): Transactions {
    const { history, dialect, status, isOk, firstMicro, bytes, tokens, keys } = this;
    const key = this.key.filled();
    const kind = this.kind.filled();
    const owner = ownersOf(firstMicro, key.length);
    const earlier = earlierOf(owner, key, keys.size);
    return {
      history,
      dialect,
      length: history.operations.length,
      status,
      isOk,
      firstMicro,
      owner,
      kind,
      key,
      token: this.token.filled(),
      listStart: this.listStart.filled(),
      listEnd: this.listEnd.filled(),
      earlier,
      nextWrite: nextWrites(kind, earlier),
      isExternal: externalReads(kind, earlier),
      keyCount: keys.size,
      bytes,
      tokens,
      keyText: (of) =>
        dialect === 'single-lists' ? singleKeyText(history, keys.get(of)) : tokens.textOf(keys.get(of)),
    };
  }
}

const expected: Readonly<Record<Dialect, string>> = {
  lists: 'no transaction of ["append", key, element] and ["r", key, list]',
  registers: 'no transaction of ["w", key, value] and ["r", key, value]',
  'single-lists': 'neither an append nor the read of a list',
};

function singleKeyText({ events: { keyNames } }: History, name: number): string {
  return name === noName ? '' : JSON.stringify(keyNames.get(name));
}

function isNullText(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start === 4 && bytes[start] === 0x6e;
}

function ownersOf(firstMicro: Int32Array, micros: number): Int32Array {
  const owner = new Int32Array(micros);
  for (let txn = 0, micro = 0; txn + 1 < firstMicro.length; txn++)
    while (micro < (firstMicro[txn + 1] ?? 0)) owner[micro++] = txn;
  return owner;
}

function earlierOf(owner: Int32Array, key: Int32Array, keyCount: number): Int32Array {
  const earlier = new Int32Array(key.length).fill(-1);
  const last = new Int32Array(keyCount).fill(-1);
  for (let micro = 0; micro < key.length; micro++) {
    const before = last[key[micro] ?? 0] ?? -1;
    if (before >= 0 && owner[before] === owner[micro]) earlier[micro] = before;
    last[key[micro] ?? 0] = micro;
  }
  return earlier;
}

function nextWrites(kind: Uint8Array, earlier: Int32Array): Int32Array {
  const next = new Int32Array(kind.length).fill(-1);
  for (let micro = kind.length - 1; micro >= 0; micro--) {
    const before = earlier[micro] ?? -1;
    if (before >= 0) next[before] = kind[micro] === readMicro ? (next[micro] ?? -1) : micro;
  }
  return next;
}

function externalReads(kind: Uint8Array, earlier: Int32Array): Uint8Array {
  const isExternal = new Uint8Array(kind.length);
  for (let micro = 0; micro < kind.length; micro++) {
    const before = earlier[micro] ?? -1;
    if (kind[micro] === readMicro) isExternal[micro] = before < 0 ? 1 : (isExternal[before] ?? 0);
  }
  return isExternal;
}
