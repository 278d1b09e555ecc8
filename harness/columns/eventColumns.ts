/** The columns of events while they grow, all at once. */
import type { Events } from './events.ts';
import { enlarged } from './growing.ts';

export class EventColumns {
  length = 0;
  private capacity: number;
  private type: Uint8Array;
  private process: Int32Array;
  private f: Int32Array;
  private key: Int32Array;
  private value: Int32Array;
  private node: Int32Array;
  private timeNs: Float64Array;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.type = new Uint8Array(capacity);
    this.process = new Int32Array(capacity);
    this.f = new Int32Array(capacity);
    this.key = new Int32Array(capacity);
    this.value = new Int32Array(capacity);
    this.node = new Int32Array(capacity);
    this.timeNs = new Float64Array(capacity);
  }

  /** Adds a row; the codes and ids are those of `Events`. */
  push(
    type: number,
    process: number,
    f: number,
    key: number,
    value: number,
    timeNs: number,
    node: number,
  ): void {
    if (this.length === this.capacity) this.grow();
    const row = this.length++;
    this.type[row] = type;
    this.process[row] = process;
    this.f[row] = f;
    this.key[row] = key;
    this.value[row] = value;
    this.node[row] = node;
    this.timeNs[row] = timeNs;
  }

  /** What was pushed; shares memory with this. Rows that were never written take no memory, only addresses. */
  filled(): Pick<Events, 'type' | 'process' | 'f' | 'key' | 'value' | 'node' | 'timeNs'> {
    const { length } = this;
    return {
      type: this.type.subarray(0, length),
      process: this.process.subarray(0, length),
      f: this.f.subarray(0, length),
      key: this.key.subarray(0, length),
      value: this.value.subarray(0, length),
      node: this.node.subarray(0, length),
      timeNs: this.timeNs.subarray(0, length),
    };
  }

  private grow(): void {
    this.capacity *= 2;
    this.type = enlarged(this.type, Uint8Array);
    this.process = enlarged(this.process, Int32Array);
    this.f = enlarged(this.f, Int32Array);
    this.key = enlarged(this.key, Int32Array);
    this.value = enlarged(this.value, Int32Array);
    this.node = enlarged(this.node, Int32Array);
    this.timeNs = enlarged(this.timeNs, Float64Array);
  }
}
