/**
 * Linearizability of a history against a sequential spec, key by key (Herlihy & Wing 1990: linearizability is local,
 * so a history is linearizable exactly if the history of each of its keys is).
 *
 * The searches of all keys advance in turn, with slices that grow: one hard key cannot keep the others from their
 * verdict, and a violation anywhere is a verdict even when another key could not be decided.
 */
import type { History } from '../../columns/history.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import { Automaton } from './automaton.ts';
import { partitionsOf, type Partition } from './calls.ts';
import { worst, type Anomaly, type Budget, type Checker, type Validity, type Verdict } from '../checker.ts';
import { explain } from './explain.ts';
import { furthestOf } from './furthest.ts';
import type { MemoryAllowance } from './memo.ts';
import { Search } from './wgl.ts';

export interface LinearizableOptions {
  /** The state of every key before the first operation, in the form that the spec's `init` takes. */
  readonly initial?: unknown;
  /** How much memory all searches together may take, in words of four bytes. */
  readonly memoryWordsMax?: number;
}

/** 256 MB. */
const memoryWordsDefault = 64 * 1024 * 1024;

const firstSliceTurns = 1_000;
const sliceGrowth = 8;
/** A budget that counts time is asked at least this often. */
const turnsPerSpend = 4_096;

/** This many violated keys are explained in full; of the next ones only the operation is named. */
const explainedMax = 16;
/** Of what is beyond that only the key is named: finding the operation takes several searches. */
const locatedMax = 64;

/** Decides linearizability of one history: the checker of that level for workloads that follow `spec`. */
export function linearizable(spec: SequentialSpec, options: LinearizableOptions = {}): Checker {
  return {
    name: 'linearizable',
    meaning: `every operation takes effect at one moment between its invocation and its completion (${spec.name})`,
    check: (history, budget) => check(history, budget, spec, options),
  };
}

/** A key in the course of being checked. */
interface Task {
  readonly partition: Partition;
  readonly automaton: Automaton;
  readonly search: Search;
}

function check(
  history: History,
  budget: Budget,
  spec: SequentialSpec,
  options: LinearizableOptions,
): Verdict {
  const allowance = { wordsLeft: options.memoryWordsMax ?? memoryWordsDefault };
  const partitions = partitionsOf(history, spec);
  const state = 'initial' in options ? spec.init(options.initial as never) : spec.init();
  const anomalies: Anomaly[] = [];
  const unlocated: Anomaly[] = [];
  const outcome = runAll(
    partitions.map((partition) => taskOf(partition, spec, state, allowance)),
    budget,
    ({ partition, automaton }) => {
      if (anomalies.length >= locatedMax) {
        unlocated.push(unlocatedAnomaly(partition));
        return;
      }
      const furthest = furthestOf(automaton, partition.calls);
      const isInFull = anomalies.length < explainedMax && budget.spend(0);
      anomalies.push(explain({ partition, automaton, furthest, isInFull }));
    },
  );
  anomalies.sort((a, b) => (a.ops.at(-1) ?? 0) - (b.ops.at(-1) ?? 0));
  return verdictOf(partitions, [...anomalies, ...unlocated], outcome);
}

/** One of very many: that the key is violated somewhere must do. */
function unlocatedAnomaly({ key, calls }: Partition): Anomaly {
  const last = Math.max(...calls.map(({ end }) => (end === Infinity ? -1 : end)));
  return {
    kind: 'non-linearizable',
    ops: [last],
    explanation:
      `what was answered for ${key ?? 'the whole object'} up to event ${last} fits no order, ` +
      `like that of ${locatedMax} others, which are explained`,
    ...(key === undefined ? {} : { key }),
  };
}

function taskOf(
  partition: Partition,
  spec: SequentialSpec,
  state: unknown,
  allowance: MemoryAllowance,
): Task {
  const automaton = new Automaton(spec, state);
  return { partition, automaton, search: new Search(automaton, partition.calls, allowance) };
}

interface Outcome {
  readonly turns: number;
  readonly undecided: readonly Task[];
  readonly reason?: string;
}

/** Advances all searches in turn until each is over or the budget is. */
function runAll(tasks: readonly Task[], budget: Budget, onViolation: (task: Task) => void): Outcome {
  let turns = 0;
  let unfinished = tasks.filter(({ search }) => search.status === 'searching');
  const outOfMemory: Task[] = [];
  for (let slice = firstSliceTurns; unfinished.length > 0; slice *= sliceGrowth) {
    const later: Task[] = [];
    for (const [at, task] of unfinished.entries()) {
      const { search } = task;
      const slices = runSlice(search, slice, budget);
      turns += slices.turns;
      if (search.status === 'not-linearizable') onViolation(task);
      if (search.status === 'out-of-memory') outOfMemory.push(task);
      if (search.status === 'searching') later.push(task);
      else search.close();
      if (!slices.isWithinBudget) {
        const undecided = [...outOfMemory, ...later, ...unfinished.slice(at + 1)];
        return { turns, undecided, reason: 'the budget was used up' };
      }
    }
    unfinished = later;
  }
  return outOfMemory.length === 0
    ? { turns, undecided: [] }
    : { turns, undecided: outOfMemory, reason: 'the memory allowance was used up' };
}

function runSlice(
  search: Search,
  turnsMax: number,
  budget: Budget,
): { readonly turns: number; readonly isWithinBudget: boolean } {
  let turns = 0;
  while (turns < turnsMax && search.status === 'searching') {
    const taken = search.run(Math.min(turnsPerSpend, turnsMax - turns));
    turns += taken;
    if (!budget.spend(taken)) return { turns, isWithinBudget: false };
  }
  return { turns, isWithinBudget: true };
}

function verdictOf(
  partitions: readonly Partition[],
  anomalies: readonly Anomaly[],
  { turns, undecided, reason }: Outcome,
): Verdict {
  const validities: Validity[] = [];
  if (anomalies.length > 0) validities.push(false);
  if (undecided.length > 0) validities.push('unknown');
  const calls = partitions.flatMap((partition) => partition.calls);
  const stats = {
    keys: partitions.length,
    operations: calls.length,
    open: calls.filter((call) => call.end === Infinity).length,
    searchNodes: turns,
    violatedKeys: anomalies.length,
    undecidedKeys: undecided.length,
  };
  const valid = worst(validities);
  return {
    valid,
    anomalies,
    stats,
    ...(reason === undefined ? {} : { reason: reasonOf(undecided, reason) }),
  };
}

function reasonOf(undecided: readonly Task[], reason: string): string {
  const keys = undecided.flatMap(({ partition }) => partition.key ?? []);
  if (keys.length === 0) return `${reason} before the history was decided`;
  const some = keys.slice(0, 5).join(', ') + (keys.length > 5 ? ' …' : '');
  return `${reason} before ${keys.length === 1 ? '1 key was' : `${keys.length} keys were`} decided: ${some}`;
}
