/** Reads of values that nobody wrote (ThinAirRead), which no causal level allows. */
import type { Anomaly } from '../checker.ts';
import { failOutcome } from '../../columns/operations.ts';
import { describeValue } from '../../specs/describe.ts';
import { indicesOf, phrase, reference } from '../phrases.ts';
import type { ReadsFrom } from '../readsFrom.ts';
import { explainedMax } from './explain.ts';

/** The first of them, and who tried to write the value, if somebody did. */
export function explainThinAir({ history, thinAir }: ReadsFrom): Anomaly[] {
  return thinAir.slice(0, explainedMax).map((row) => {
    const operation = history.operation(row);
    const { invocation, completion } = operation;
    const isCas = invocation.f === 'cas';
    const seen = isCas ? (invocation.value as readonly never[])[0] : completion?.value;
    const failed = failedWriteOf(history, row);
    const who = `process ${invocation.process} read ${describeValue(seen ?? null)}${invocation.key === undefined ? '' : ` of ${invocation.key}`} (${reference(operation)})`;
    const tried = failed === undefined ? '' : `: ${phrase(history.operation(failed))} failed`;
    const ops = [row, ...(failed === undefined ? [] : [failed])].flatMap((at) =>
      indicesOf(history.operation(at)),
    );
    return {
      kind: 'ThinAirRead',
      ops: ops.sort((a, b) => a - b),
      explanation: `${who}, which nobody wrote${tried}`,
      ...(invocation.key === undefined ? {} : { key: invocation.key }),
    };
  });
}

/** The row of an operation that would have left the value that a row saw, had it not failed. */
function failedWriteOf({ operations }: ReadsFrom['history'], row: number): number | undefined {
  const { length, outcome, f, key, input, output } = operations;
  for (let at = 0; at < length; at++)
    if (outcome[at] === failOutcome && f[at] !== f[row] && key[at] === key[row] && input[at] === output[row])
      return at;
  return undefined;
}
