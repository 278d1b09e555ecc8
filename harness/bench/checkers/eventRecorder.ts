/** Records invocations and answers straight into columns, a microsecond after each other. */
import { invokeType, okType } from '../../columns/events.ts';
import { HistoryBuilder, type History } from '../../columns/history.ts';
import { noName } from '../../columns/interner.ts';

export class EventRecorder {
  readonly builder: HistoryBuilder;

  constructor(operations: number) {
    this.builder = new HistoryBuilder(2 * operations);
  }

  /** Ids of the builder's tables. */
  invoke(process: number, f: number, value: number, key = noName): void {
    this.builder.appendIds(invokeType, process, f, key, value, this.builder.length * 1000);
  }

  ok(process: number, f: number, value: number, key = noName): void {
    this.builder.appendIds(okType, process, f, key, value, this.builder.length * 1000);
  }

  history(): History {
    return this.builder.build();
  }
}
