/** Findings and cycles as anomalies of a verdict. */
import { noEvent } from '../../columns/operations.ts';
import type { Anomaly } from '../checker.ts';
import type { Cycle } from './cycles.ts';
import type { Finding } from './findings.ts';
import type { Analysis } from './inference.ts';
import { cycleSentence, evidenceOf } from './sentences.ts';

export function ofFinding(analysis: Analysis, { kind, txns, key, explain }: Finding): Anomaly {
  const text = key < 0 ? '' : analysis.txns.keyText(key);
  return {
    kind,
    ops: eventsOf(analysis, txns),
    explanation: explain(),
    ...(text === '' ? {} : { key: text.startsWith('"') ? (JSON.parse(text) as string) : text }),
  };
}

export function ofCycle(analysis: Analysis, { kind, steps }: Cycle): Anomaly {
  const txns = steps.flatMap((step) => {
    const pair = evidenceOf(analysis, step);
    return pair ? [step.from, pair.before, pair.after] : [step.from];
  });
  return { kind, ops: eventsOf(analysis, txns), explanation: cycleSentence(analysis, steps) };
}

/** The events of transactions, ascending. */
export function eventsOf({ txns: { history } }: Analysis, txns: readonly number[]): number[] {
  const { start, completion } = history.operations;
  const events = new Set(txns.flatMap((txn) => [start[txn] ?? 0, completion[txn] ?? noEvent]));
  return [...events].filter((event) => event !== noEvent).sort((a, b) => a - b);
}
