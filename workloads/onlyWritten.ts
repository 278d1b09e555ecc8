/**
 * Nothing is read that nobody wrote. This holds in every consistency model: a value comes from an operation that was
 * invoked before the read ended, and not from one that certainly never took effect (Adya's G1a, aborted read).
 */
import type { Anomaly, Checker } from '../harness/checkers/checker.ts';
import type { Op, Operation } from '../harness/history.ts';
import type { Json } from '../nodes/kernel/wire.ts';

/** What operations write and read; values are compared as JSON. */
export interface Flow {
  /** The values that an operation writes if it takes effect. */
  written(invocation: Op): readonly Json[];
  /** The values that a successful operation saw. */
  read(completion: Op): readonly Json[];
}

export function onlyWritten(flow: Flow): Checker {
  return {
    name: 'only-written',
    meaning: 'what is read was written by somebody',
    // O(values read and written)
    check: (history, budget) => {
      const operations = [...history.pairs()];
      if (!budget.spend(operations.length))
        return { valid: 'unknown', anomalies: [], reason: 'the budget is used up', stats: {} };
      const writers = writersOf(operations, flow);
      const reported = new Set<string>();
      const anomalies = operations.flatMap((operation) => anomaliesOf(operation, writers, flow, reported));
      return { valid: anomalies.length === 0, anomalies, stats: { values: writers.size } };
    },
  };
}

type Writers = ReadonlyMap<string, readonly Operation[]>;

/** Who tried to write each value of each key, in the order of invocation. */
function writersOf(operations: readonly Operation[], flow: Flow): Writers {
  const writers = new Map<string, Operation[]>();
  for (const operation of operations)
    for (const value of flow.written(operation.invocation)) {
      const name = nameOf(operation.invocation, value);
      const others = writers.get(name);
      if (others) others.push(operation);
      else writers.set(name, [operation]);
    }
  return writers;
}

/** The values that an operation cannot have seen; of each key and value only the first sight is reported. */
function anomaliesOf(
  { invocation, completion }: Operation,
  writers: Writers,
  flow: Flow,
  reported: Set<string>,
): Anomaly[] {
  if (completion?.type !== 'ok') return [];
  return flow.read(completion).flatMap((value) => {
    const name = nameOf(invocation, value);
    const earlier = (writers.get(name) ?? []).filter((writer) => writer.invocation.index < completion.index);
    if (earlier.some((writer) => writer.completion?.type !== 'fail') || reported.has(name)) return [];
    reported.add(name);
    return [anomaly(invocation, completion, value, earlier)];
  });
}

function anomaly(invocation: Op, completion: Op, value: Json, failed: readonly Operation[]): Anomaly {
  const shown = JSON.stringify(value);
  const reader = `process ${completion.process} read ${shown} (event ${completion.index})`;
  const writers = failed.flatMap((writer) => [
    writer.invocation.index,
    ...(writer.completion ? [writer.completion.index] : []),
  ]);
  return {
    kind: failed.length > 0 ? 'aborted-read' : 'invented-value',
    ops: [...new Set([invocation.index, completion.index, ...writers])].sort((a, b) => a - b),
    explanation:
      failed.length > 0
        ? `${reader}, but the operation that wrote it failed: it was certain never to take effect`
        : `${reader}, but until then nobody had tried to write ${shown}`,
    ...(invocation.key === undefined ? {} : { key: invocation.key }),
  };
}

function nameOf({ key = '' }: Op, value: Json): string {
  return `${key} ${JSON.stringify(value)}`;
}
