/**
 * Causal consistency (cc), causal convergence (ccv), causal memory (cm) and pipelined RAM (pram), after Bouajjani, Enea,
 * Guerraoui & Hamza, "On Verifying Causal Consistency", POPL 2017: each level is violated exactly if one of a few bad
 * patterns occurs, provided that reads can be traced to one write each. A cas is a read and a write in one step.
 */
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { History } from '../../columns/history.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import type { Anomaly, Budget, Checker, Verdict } from '../checker.ts';
import { budgetUsedUp, doubtOf, notAccesses } from '../doubts.ts';
import { undecided } from '../run.ts';
import { readsFromOf, type ReadsFrom } from '../readsFrom.ts';
import { causalDependencies, pramDependencies } from './dependencies.ts';
import { listsBy } from './edges.ts';
import {
  explainCyclicConflicts,
  explainCyclicOrder,
  explainedMax,
  explainInitialReads,
  explainOverwritten,
} from './explain.ts';
import { explainView } from './explainView.ts';
import { findingsOf, sharedFindingsOf, type Findings } from './findings.ts';
import { KeyWrites } from './keyWrites.ts';
import { explainThinAir } from './thinAir.ts';
import { viewOf, type ViewInput } from './view.ts';

export type CausalLevel = 'cc' | 'ccv' | 'cm' | 'pram';

export interface CausalOptions {
  /** The value of every key before the first operation; null by default. */
  readonly initial?: Json;
}

const meanings: Readonly<Record<CausalLevel, string>> = {
  cc: 'every operation sees all that it depends on, in an order that keeps causality',
  ccv: 'the same, and all sessions order the writes alike (causal convergence)',
  cm: 'every session sees all that it depends on in one order of its own that explains all its reads (causal memory)',
  pram: 'every session sees the writes of each session in their order, and its own reads agree with one order of them',
};

/**
 * Decides a causal level of histories of single values; `unknown` for others, and where reads cannot be traced.
 * Near-linear for cc and ccv: O(operations * sessions); for cm and pram with rounds until nothing new follows.
 */
export function causal(level: CausalLevel, spec: SequentialSpec, options: CausalOptions = {}): Checker {
  return {
    name: level,
    meaning: meanings[level],
    check: (history, budget) => check(level, history, spec, options, budget),
  };
}

function check(
  level: CausalLevel,
  history: History,
  spec: SequentialSpec,
  { initial }: CausalOptions,
  budget: Budget,
): Verdict {
  const readsFrom = readsFromOf(history, spec, initial);
  if (!readsFrom) return undecided(notAccesses);
  const stats = { operations: readsFrom.length, sessions: readsFrom.sessionCount, keys: readsFrom.keyCount };
  const thinAir = explainThinAir(readsFrom);
  if (thinAir.length > 0) return { valid: false, anomalies: thinAir, stats };
  const found =
    level === 'pram' ? pramAnomalies(readsFrom, budget) : causalAnomalies(level, readsFrom, budget);
  if (typeof found === 'string') return { ...undecided(found), stats };
  if (found.length > 0) return { valid: false, anomalies: found, stats };
  const doubt = doubtOf(readsFrom);
  return doubt === undefined
    ? { valid: true, anomalies: [], stats }
    : { valid: 'unknown', anomalies: [], reason: doubt, stats };
}

/** 512 MB, which are taken only for histories of very many sessions. */
const memoryEntriesMax = 128 * 1024 * 1024;

/** What is wrong, or the reason why nobody knows. */
function causalAnomalies(
  level: Exclude<CausalLevel, 'pram'>,
  readsFrom: ReadsFrom,
  budget: Budget,
): Anomaly[] | string {
  // Causal memory needs the clocks of all sessions at once.
  const findings =
    level === 'cm'
      ? findingsOf(readsFrom, budget, Math.ceil(memoryEntriesMax / Math.max(1, readsFrom.length)))
      : sharedFindingsOf(readsFrom, budget);
  if (!findings) return budgetUsedUp;
  if (findings.isCyclic) return explainCyclicOrder(findings);
  const wrong = [...explainInitialReads(findings), ...explainOverwritten(findings)];
  if (wrong.length > 0 || level === 'cc') return byLastEvent(wrong);
  return level === 'ccv' ? convergenceAnomalies(findings) : memoryAnomalies(findings, budget);
}

function convergenceAnomalies(findings: Findings): Anomaly[] {
  return findings.isConvergent ? [] : explainCyclicConflicts(findings);
}

function memoryAnomalies(findings: Findings, budget: Budget): Anomaly[] | string {
  const { readsFrom, keyWrites, clocks } = findings;
  if (readsFrom.length === 0 || !clocks) {
    return readsFrom.length === 0 || !readsFrom.writes.includes(1)
      ? []
      : `what ${readsFrom.sessionCount} sessions have seen does not fit into memory`;
  }
  const dependencies = causalDependencies(readsFrom, clocks);
  return viewAnomalies({ ...noColumns(readsFrom), keyWrites, dependencies }, true, budget);
}

function pramAnomalies(readsFrom: ReadsFrom, budget: Budget): Anomaly[] | string {
  const dependencies = pramDependencies(readsFrom);
  const keyWrites = new KeyWrites(readsFrom);
  return viewAnomalies({ ...noColumns(readsFrom), keyWrites, dependencies }, false, budget);
}

function noColumns(readsFrom: ReadsFrom): Pick<ViewInput, 'readsFrom' | 'columnOf'> {
  return { readsFrom, columnOf: new Int32Array(readsFrom.sessionCount).fill(-1) };
}

function viewAnomalies(input: ViewInput, countsOthersReads: boolean, budget: Budget): Anomaly[] | string {
  const { readsFrom } = input;
  const readers = listsBy(readsFrom.from, readsFrom.length);
  const anomalies: Anomaly[] = [];
  let reason: string | undefined;
  for (let session = 0; session < readsFrom.sessionCount && anomalies.length < explainedMax; session++) {
    const view = viewOf(input, session, budget);
    if (view === undefined) {
      reason = budgetUsedUp;
      break;
    }
    if (view === 'too-large') reason = 'what a session has seen does not fit into memory';
    else anomalies.push(...explainView({ readsFrom, readers, view, countsOthersReads }));
  }
  return anomalies.length > 0 || reason === undefined ? byLastEvent(anomalies) : reason;
}

function byLastEvent(anomalies: readonly Anomaly[]): Anomaly[] {
  return [...anomalies].sort((a, b) => (a.ops.at(-1) ?? 0) - (b.ops.at(-1) ?? 0));
}
