/** Which failed operation would have written a value: who reads it read what certainly never took effect. */
import type { History } from '../../columns/history.ts';
import { failOutcome } from '../../columns/operations.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';

export class FailedWrites {
  private readonly history: History;
  /** By key and value: the first failed operation that was asked to write it. Made when first asked for. */
  private rowOf: Map<string, number> | undefined;

  constructor(history: History) {
    this.history = history;
  }

  /** The failed operation that was invoked before this read ended and would have written the value, as a list of one. */
  before(read: number, value: Json): readonly number[] {
    this.rowOf ??= this.find();
    const { operations, events } = this.history;
    const row = this.rowOf.get(`${operations.key[read]} ${events.values.idOf(value)}`);
    return row !== undefined && (operations.start[row] ?? 0) < (operations.end[read] ?? 0) ? [row] : [];
  }

  private find(): Map<string, number> {
    const { operations, events } = this.history;
    const { key, outcome, input } = operations;
    const found = new Map<string, number>();
    for (let row = 0; row < operations.length; row++) {
      if (outcome[row] !== failOutcome) continue;
      const ids = [input[row] ?? 0];
      const asked = events.values.get(input[row] ?? 0);
      // What a cas writes is the second of its values.
      if (Array.isArray(asked) && asked.length === 2) ids.push(events.values.idOf(asked[1] as Json));
      for (const id of ids) {
        const name = `${key[row]} ${id}`;
        if (!found.has(name)) found.set(name, row);
      }
    }
    return found;
  }
}
