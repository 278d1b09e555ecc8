/**
 * A history: what clients asked, what they were answered, and what the nemesis did, in the order in which it happened.
 * Every verdict is decided from this alone.
 */
import type { NodeId } from '../nodes/kernel/ids.ts';
import type { Json } from '../nodes/kernel/wire.ts';

/** A logical single-threaded client, or the nemesis. A client process that got `info` never acts again. */
export type Process = number | 'nemesis';

/**
 * `invoke`: asked. `ok`: took effect. `fail`: did not and never will. `info`: may take effect at any later time, or
 * never. The nemesis writes only `info`.
 */
export type OpType = 'invoke' | 'ok' | 'fail' | 'info';

/** One event of a history; one line of history.jsonl. */
export interface Op {
  /** Position in the history, from 0. The order of indices is authoritative, times are advisory. */
  readonly index: number;
  /** Nanoseconds of one monotonic clock since the run began. */
  readonly timeNs: number;
  readonly process: Process;
  readonly type: OpType;
  /** The operation: `read`, `write`, `cas` …; for the nemesis the fault's action. */
  readonly f: string;
  /** The object that it concerns; histories are checked key by key where the spec allows. */
  readonly key?: string;
  readonly value: Json;
  readonly error?: string;
  /** The node that was asked (at an invocation the first one, at a completion the last one). */
  readonly node?: NodeId;
}

/** An invocation with its completion. */
export interface Operation {
  readonly invocation: Op;
  /** Absent when the history ends first; then it is as open as an `info`. */
  readonly completion?: Op;
}

/** A history in which a process has two operations in flight, or completes what it never invoked. */
export class MalformedHistory extends Error {
  override name = 'MalformedHistory';
  readonly index: number;
  constructor(index: number, message: string) {
    super(message);
    this.index = index;
  }
}

/** Pairs the client operations of a history, in the order of their invocations. O(events). */
export function operationsOf(history: readonly Op[]): Operation[] {
  const operations: { invocation: Op; completion?: Op }[] = [];
  const open = new Map<Process, { invocation: Op; completion?: Op }>();
  for (const op of history) {
    if (op.process === 'nemesis') continue;
    const pending = open.get(op.process);
    if (op.type === 'invoke') {
      if (pending)
        throw new MalformedHistory(
          op.index,
          `process ${op.process} invokes while its last operation is open`,
        );
      const operation = { invocation: op };
      operations.push(operation);
      open.set(op.process, operation);
    } else {
      if (!pending)
        throw new MalformedHistory(op.index, `process ${op.process} completes what it never invoked`);
      pending.completion = op;
      open.delete(op.process);
    }
  }
  return operations;
}
