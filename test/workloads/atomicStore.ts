/** A key–value store in which every operation takes effect at once, and one that makes a mistake on purpose. */
import { simulateGenerator, type Outcome, type Simulated } from '../harness/generator/simulate.ts';
import { timeLimit, type Generator } from '../../harness/generator/index.ts';
import type { Dispatch } from '../../harness/interpreter.ts';
import type { Action, Workload } from '../../harness/workload.ts';
import type { Prng } from '../../nodes/kernel/prng.ts';
import type { Json } from '../../nodes/kernel/wire.ts';

/** A mistake: may change what an action does; null leaves it to the store. */
export type Mistake = (action: Action, data: Map<string, Json>, prng: Prng) => { result: Json } | null;

/** The result of an action that took effect, or `refused`. */
export function applied(action: Action, data: Map<string, Json>): { result: Json } | 'refused' {
  switch (action.kind) {
    case 'read':
      return { result: data.get(action.key) ?? null };
    case 'write':
      data.set(action.key, action.value);
      return { result: null };
    case 'delete':
      data.delete(action.key);
      return { result: null };
    case 'cas': {
      const matches = JSON.stringify(data.get(action.key) ?? null) === JSON.stringify(action.from);
      if (!matches) return 'refused';
      data.set(action.key, action.to);
      return { result: null };
    }
    case 'txn':
      for (const [, key, value] of action.txn as [string, string, Json][])
        data.set(key, [...((data.get(key) ?? []) as Json[]), value]);
      return { result: action.txn };
  }
}

export interface WorkloadRun extends Simulated {
  readonly finalReads: Simulated;
  readonly data: ReadonlyMap<string, Json>;
}

/** Runs a workload against such a store in virtual time: operations take a while and take effect in the middle. */
export function runWorkload(
  workload: Workload,
  options: {
    readonly generator?: Generator;
    readonly durationMs?: number;
    readonly seed?: number;
    readonly nodes?: number;
    readonly concurrency?: number;
    readonly crashRatio?: number;
    readonly mistake?: Mistake;
  } = {},
): WorkloadRun {
  const { durationMs = 2000, seed = 1, nodes = 5, concurrency = 10, crashRatio = 0.01 } = options;
  const data = new Map<string, Json>();
  const mistake = options.mistake ?? (() => null);
  const outcome = ({ invocation }: Dispatch, prng: Prng): Outcome => {
    const afterMs = 1 + 4 * prng.next();
    const action = workload.action(invocation);
    if (prng.chance(crashRatio)) {
      if (action.kind === 'read') return { afterMs, type: 'fail' };
      if (prng.chance(0.5)) applied(action, data);
      return { afterMs: 50, type: 'info', error: 'timeout' };
    }
    const answer = mistake(action, data, prng) ?? applied(action, data);
    if (answer === 'refused') return { afterMs, type: 'fail' };
    return { afterMs, type: 'ok', value: workload.completed(invocation, answer.result) };
  };
  const simulated = { seed, concurrency, outcome, operationsMax: 1e6 };
  const workloadOptions = { nodes, concurrency };
  const main = simulateGenerator(timeLimit(durationMs, workload.generator(workloadOptions)), simulated);
  const finalReads = simulateGenerator(
    workload.finalGenerator(workloadOptions, main.interpreter.keys),
    simulated,
  );
  return { ...main, finalReads, data };
}
