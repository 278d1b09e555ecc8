/**
 * The end of the longest legal order as rows of a table. Steps in a row that look the same (a client that polls a key)
 * become one row, so that the rows show what changed.
 */
import type { FoundAnomaly } from './anomalies.ts';
import { describeOperation } from './describe.ts';
import { listed } from './format.ts';
import { visible } from './text.ts';
import type { ReportView } from './view.ts';

export interface LegalRow {
  /** Steps, from 1, both included. */
  readonly from: number;
  readonly to: number;
  readonly operation: string;
  readonly processes: string;
  readonly state: string;
}

const rowsMax = 14;
/** The rows may come from many more steps, but not from all of a long history. */
const stepsMax = 400;
const processesMax = 4;

export function legalRowsOf(view: ReportView, found: FoundAnomaly): LegalRow[] {
  const prefix = found.anomaly.prefix ?? [];
  const first = Math.max(0, prefix.length - stepsMax);
  const tail = prefix.slice(first);
  const wanted = new Set(tail.map(({ op }) => op));
  const byIndex = new Map(
    view.operations
      .filter(({ index }) => wanted.has(index))
      .map(({ index, operation }) => [index, operation]),
  );
  const groups: { from: number; to: number; operation: string; processes: Set<string>; state: string }[] = [];
  for (const [at, { op, state }] of tail.entries()) {
    const step = first + at + 1;
    const known = byIndex.get(op);
    const operation = known ? describeOperation(known, 80) : `event ${op}`;
    const process = String(known?.invocation.process ?? '–');
    const last = groups.at(-1);
    if (last?.operation === operation && last.state === state) {
      last.to = step;
      last.processes.add(process);
    } else groups.push({ from: step, to: step, operation, processes: new Set([process]), state });
  }
  return groups.slice(-rowsMax).map(({ processes, state, ...group }) => ({
    ...group,
    processes: someOf([...processes]),
    state: visible(state, 80),
  }));
}

function someOf(processes: readonly string[]): string {
  if (processes.length <= processesMax) return listed(processes);
  return `${processes.slice(0, processesMax).join(', ')} and ${processes.length - processesMax} more`;
}
