/**
 * The operations of a run as columns of variable-length integers, for the script that draws them on a canvas: about
 * eight bytes an operation, where JSON takes a hundred. Values stay in history.jsonl; `index` leads there.
 *
 * One operation after another, in the order of their invocations:
 *   start (µs since the one before) · latency (µs) · index (since the one before) · key · node · outcome + 4 f
 * Key and node are positions in the tables, 0 for none.
 */
import type { Outcome } from './describe.ts';
import { visible } from './text.ts';
import type { TimedOperation } from './view.ts';

export const outcomeCodes: readonly Outcome[] = ['ok', 'fail', 'info', 'open'];

/** Tables longer than this are cut: their further entries read as "other". */
const tableLengthMax = 500;

export interface Columns {
  readonly count: number;
  readonly fs: readonly string[];
  readonly keys: readonly string[];
  readonly nodes: readonly string[];
  readonly bytes: Uint8Array;
}

export function columnsOf(operations: readonly TimedOperation[]): Columns {
  const [fs, keys, nodes] = [new Table(), new Table(), new Table()];
  const bytes = new VarintWriter(operations.length * 10);
  let [startUs, index] = [0, 0];
  for (const { operation, startNs, endNs, outcome, index: at } of operations) {
    const { invocation, completion } = operation;
    const us = Math.round(startNs / 1e3);
    bytes.write(Math.max(0, us - startUs));
    bytes.write(Math.max(0, Math.round((endNs - startNs) / 1e3)));
    bytes.write(Math.max(0, at - index));
    bytes.write(keys.place(invocation.key));
    bytes.write(nodes.place(completion?.node ?? invocation.node));
    bytes.write(outcomeCodes.indexOf(outcome) + 4 * fs.place(invocation.f));
    [startUs, index] = [Math.max(us, startUs), Math.max(at, index)];
  }
  return {
    count: operations.length,
    fs: fs.names,
    keys: keys.names,
    nodes: nodes.names,
    bytes: bytes.written(),
  };
}

/** Positions of names in the order in which they first came; 0 is "none". */
class Table {
  readonly names: string[] = [''];
  private readonly places = new Map<string, number>();

  place(name: string | undefined): number {
    if (name === undefined) return 0;
    const known = this.places.get(name);
    if (known !== undefined) return known;
    if (this.names.length >= tableLengthMax) return tableLengthMax - 1;
    this.names.push(this.names.length === tableLengthMax - 1 ? 'other' : visible(name, 60));
    this.places.set(name, this.names.length - 1);
    return this.names.length - 1;
  }
}

/** Little-endian base 128: seven bits a byte, the high bit says that more follow. */
class VarintWriter {
  private buffer: Uint8Array;
  private length = 0;

  constructor(capacity: number) {
    this.buffer = new Uint8Array(capacity + 16);
  }

  write(value: number): void {
    if (this.length + 10 > this.buffer.length) {
      const grown = new Uint8Array(this.buffer.length * 2);
      grown.set(this.buffer);
      this.buffer = grown;
    }
    let rest = value;
    while (rest >= 128) {
      this.buffer[this.length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.buffer[this.length++] = rest;
  }

  written(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }
}
