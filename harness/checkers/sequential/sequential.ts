/**
 * Sequential consistency (Lamport 1979) of the whole store: all operations fit into one order that keeps the order of
 * every session, and in which each answers what the spec says.
 *
 * That is NP-complete, so what is cheap comes first, and each of it is necessary: causal convergence, every key alone,
 * causal memory. What is left is searched for within the budget. Where values cannot be followed to their writers, the
 * search works on the spec itself: each key alone, then all of them.
 */
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { History } from '../../columns/history.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import { shareOf } from '../budget.ts';
import { causal } from '../causal/causal.ts';
import { sharedFindingsOf } from '../causal/findings.ts';
import type { Budget, Checker, Verdict } from '../checker.ts';
import { budgetUsedUp, doubtOf } from '../doubts.ts';
import { linearizable } from '../linearizable/linearizable.ts';
import { readsFromOf } from '../readsFrom.ts';
import { undecided } from '../run.ts';
import { incoherences } from './coherence.ts';
import { explainRefuted } from './explain.ts';
import { Search } from './search.ts';
import { rowsOf, specProblem } from './specProblem.ts';
import { valueProblem } from './valueProblem.ts';

export interface SequentialOptions {
  /** The state of every key before the first operation, in the form that the spec's `init` takes. */
  readonly initial?: Json;
}

/** Decides whether all operations fit into one order that keeps the order of every process. */
export function sequential(spec: SequentialSpec, options: SequentialOptions = {}): Checker {
  return {
    name: 'sequential',
    meaning: `all operations fit into one order that keeps the order of every process (${spec.name})`,
    check: (history, budget) => check(history, spec, options, budget),
  };
}

/** The share of the budget for a search before causal memory is asked, and for causal memory. */
const firstShare = 0.2;
const memoryShare = 0.3;

function check(history: History, spec: SequentialSpec, options: SequentialOptions, budget: Budget): Verdict {
  const readsFrom = readsFromOf(history, spec, options.initial);
  if (!readsFrom) return bySpec(history, spec, options, budget);
  const convergence = causal('ccv', spec, options).check(history, budget);
  if (convergence.valid === false) return convergence;
  const { stats } = convergence;
  const findings = sharedFindingsOf(readsFrom, budget);
  if (!findings) return { valid: 'unknown', anomalies: [], reason: budgetUsedUp, stats };
  const anomalies = incoherences(readsFrom);
  if (anomalies.length > 0) return { valid: false, anomalies, stats };
  // Reads that cannot be traced were left out so far.
  if (doubtOf(readsFrom) !== undefined) return bySpec(history, spec, options, budget);
  const search = new Search(valueProblem(findings));
  search.run(limited(shareOf(budget, firstShare), readsFrom.length));
  if (search.status === 'searching') {
    const memory = causal('cm', spec, options).check(history, shareOf(budget, memoryShare));
    if (memory.valid === false) return memory;
    search.run(budget);
  }
  return verdictOf(search, stats);
}

/** At first only what a search without many wrong turns needs. */
function limited(budget: Budget, operations: number): Budget {
  let left = 200 * operations + 100_000;
  return { spend: (nodes) => (left -= nodes) >= 0 && budget.spend(nodes) };
}

/** The share of the budget for linearizability, which is near-linear mostly where a search in sessions is not. */
const linearShare = 0.2;

/**
 * The search on the spec itself, on each key before it is on all of them. An order that keeps even that of time is one:
 * keys that are linearizable are so together (Herlihy & Wing 1990, §3.3), which no key-by-key search in sessions can say.
 */
function bySpec(
  history: History,
  spec: SequentialSpec,
  { initial }: SequentialOptions,
  budget: Budget,
): Verdict {
  const strict = linearizable(spec, initial === undefined ? {} : { initial });
  const { valid, stats: counted } = strict.check(history, shareOf(budget, linearShare));
  if (valid === true) return { valid, anomalies: [], stats: counted };
  const rows = rowsOf(history, spec);
  const whole = specProblem(history, spec, initial, rows);
  const stats = { operations: whole.length, sessions: whole.sessionCount, keys: whole.keyCount };
  if (whole.keyCount > 1)
    for (const part of rowsByKey(history, rows)) {
      const search = new Search(specProblem(history, spec, initial, part));
      search.run(shareOf(budget, 1 / (whole.keyCount + 1)));
      if (search.status === 'refuted') return verdictOf(search, stats);
    }
  const search = new Search(whole);
  search.run(budget);
  return verdictOf(search, stats);
}

function rowsByKey({ operations }: History, rows: Int32Array): Iterable<Int32Array> {
  const byKey = new Map<number, number[]>();
  for (const row of rows) {
    const key = operations.key[row] ?? 0;
    const list = byKey.get(key);
    if (list) list.push(row);
    else byKey.set(key, [row]);
  }
  return Array.from(byKey.values(), (list) => Int32Array.from(list));
}

const statesTooMany = 'the states of the spec no longer fit into memory';

function verdictOf(search: Search, stats: Verdict['stats']): Verdict {
  switch (search.status) {
    case 'found':
      return { valid: true, anomalies: [], stats };
    case 'refuted':
      return { valid: false, anomalies: [explainRefuted(search)], stats };
    case 'searching':
      return { ...undecided(search.problem.isFull() ? statesTooMany : budgetUsedUp), stats };
  }
}
