/** Transactions, keys and elements in words. */
import type { Json } from '../../../nodes/kernel/wire.ts';
import { describeValue } from '../../specs/describe.ts';
import { reference } from '../phrases.ts';
import { appendMicro, readMicro } from './microScanner.ts';
import { nothing, type Transactions } from './transactions.ts';

/** Longer texts are cut in the middle. */
const textMax = 72;
/** More micro-operations are only counted. */
const microsMax = 8;

export class Narrator {
  private readonly txns: Transactions;

  constructor(txns: Transactions) {
    this.txns = txns;
  }

  /** `process 3's transaction (ops 10–11)`. */
  who(txn: number): string {
    return `process ${this.process(txn)}'s ${this.noun(txn)} (${this.where(txn)})`;
  }

  /** `[append x 1, r y → [2]] by process 3 (ops 10–11)`. */
  what(txn: number): string {
    return `[${this.micros(txn)}] by process ${this.process(txn)} (${this.where(txn)})`;
  }

  process(txn: number): number | string {
    const { operations, events } = this.txns.history;
    return events.processes.processOf(operations.process[txn] ?? 0);
  }

  /** `ops 10–11`. */
  where(txn: number): string {
    return reference(this.txns.history.operation(txn));
  }

  /** The key of a micro-operation. */
  key(micro: number): string {
    const text = this.txns.keyText(this.txns.key[micro] ?? 0);
    return text === '' ? 'the list' : shown(text);
  }

  /** What a micro-operation wrote. */
  element(micro: number): string {
    return this.token(this.txns.token[micro] ?? nothing);
  }

  token(token: number): string {
    return token === nothing ? 'null' : shown(this.txns.tokens.textOf(token));
  }

  /** What a read saw. */
  read(micro: number): string {
    const { dialect, token, listStart, listEnd, bytes } = this.txns;
    if (dialect === 'registers') return this.token(token[micro] ?? nothing);
    const start = listStart[micro] ?? 0;
    return `[${cut(decoder, bytes, start, listEnd[micro] ?? 0)}]`;
  }

  /** `append of 5 to x`, `write of 5 to x`. */
  write(micro: number): string {
    const verb = this.txns.kind[micro] === appendMicro ? 'append' : 'write';
    return `${verb} of ${this.element(micro)} to ${this.key(micro)}`;
  }

  private noun(txn: number): string {
    const first = this.txns.firstMicro[txn] ?? 0;
    if (this.txns.dialect !== 'single-lists') return 'transaction';
    return this.txns.kind[first] === readMicro ? `read of ${this.key(first)}` : this.write(first);
  }

  private micros(txn: number): string {
    const { firstMicro, kind } = this.txns;
    const first = firstMicro[txn] ?? 0;
    const end = firstMicro[txn + 1] ?? 0;
    const texts: string[] = [];
    for (let micro = first; micro < Math.min(end, first + microsMax); micro++)
      texts.push(
        kind[micro] === readMicro
          ? `r ${this.key(micro)} → ${this.read(micro)}`
          : `${kind[micro] === appendMicro ? 'append' : 'w'} ${this.key(micro)} ${this.element(micro)}`,
      );
    if (end - first > microsMax) texts.push(`… ${end - first} in all`);
    return texts.join(', ');
  }
}

const decoder = new TextDecoder();

function shown(text: string): string {
  const whole = describeValue(JSON.parse(text) as Json);
  return whole.length <= textMax ? whole : `${whole.slice(0, textMax)}…`;
}

/** The text in `bytes[from, to)`, without its middle if it is long. */
function cut(decode: TextDecoder, bytes: Uint8Array, from: number, to: number): string {
  if (to - from <= textMax) return decode.decode(bytes.subarray(from, to));
  const head = decode.decode(bytes.subarray(from, from + textMax / 2));
  const tail = decode.decode(bytes.subarray(to - textMax / 2, to));
  return `${head.slice(0, head.lastIndexOf(',') + 1)}…${tail.slice(Math.max(0, tail.indexOf(',')))}`;
}
