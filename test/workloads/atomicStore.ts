/** A key–value store in which every operation takes effect at once, and one that makes a mistake on purpose. */
import { simulateGenerator, type Outcome, type Simulated } from '../harness/generator/simulate.ts';
import { timeLimit, type Generator } from '../../harness/generator/index.ts';
import type { Op } from '../../harness/history.ts';
import type { Dispatch } from '../../harness/interpreter.ts';
import { looking, type Action, type Service, type Workload } from '../../harness/workload.ts';
import type { Prng } from '../../nodes/kernel/prng.ts';
import type { Json } from '../../nodes/kernel/wire.ts';

/** A mistake: may change what an action does; null leaves it to the store. */
export type Mistake = (
  action: Action,
  data: Map<string, Json>,
  prng: Prng,
  process: number,
) => Applied | null;

type Data = Map<string, Json>;
export type Applied = { result: Json } | 'refused';

const done: Applied = { result: null };

/** The result of an action that took effect, or `refused`. */
export function applied(action: Action, data: Data): Applied {
  switch (action.kind) {
    case 'read':
    case 'elements':
    case 'count':
    case 'stock':
      return { result: data.get(action.key) ?? null };
    case 'write':
      data.set(action.key, action.value);
      return done;
    case 'delete':
      data.delete(action.key);
      return done;
    case 'cas':
      return swapped(data, action.key, action.from, action.to);
    case 'txn':
      return { result: action.txn.map((micro) => transacted(micro as Micro, data)) };
    case 'add':
      data.set(action.key, [...listAt(data, action.key), action.element]);
      return done;
    case 'enqueue':
      data.set(action.key, [...listAt(data, action.key), action.value]);
      return done;
    case 'remove':
      data.set(
        action.key,
        listAt(data, action.key).filter((element) => element !== action.element),
      );
      return done;
    case 'dequeue': {
      const [first = null, ...rest] = listAt(data, action.key);
      data.set(action.key, rest);
      return { result: first };
    }
    case 'acquire': {
      const token = numberAt(data, `${action.key}/token`) + 1;
      if (swapped(data, action.key, null, action.owner) === 'refused') return 'refused';
      data.set(`${action.key}/token`, token);
      return { result: token };
    }
    case 'release':
      return swapped(data, action.key, action.owner, null);
    case 'increment':
      return moved(data, action.key, action.amount, -Infinity);
    case 'restock':
      return moved(data, action.key, action.quantity, 0);
    case 'sell':
      return { result: moved(data, action.key, -action.quantity, 0) !== 'refused' };
    case 'open':
      for (const account of action.accounts) data.set(account, action.balance);
      return done;
    case 'transfer':
      if (moved(data, action.from, -action.amount, 0) === 'refused') return 'refused';
      return moved(data, action.to, action.amount, 0);
    case 'balances':
      return {
        result: Object.fromEntries(action.accounts.map((account) => [account, data.get(account) ?? null])),
      };
    case 'leader':
      return { result: { leader: 'n1', term: 1 } };
  }
}

type Micro = readonly [string, string, Json];

function transacted([f, key, value]: Micro, data: Data): Json {
  if (f === 'r') return [f, key, data.get(key) ?? null];
  data.set(key, f === 'append' ? [...listAt(data, key), value] : value);
  return [f, key, value];
}

function listAt(data: Data, key: string): readonly Json[] {
  return (data.get(key) ?? []) as readonly Json[];
}

function numberAt(data: Data, key: string): number {
  return (data.get(key) ?? 0) as number;
}

function moved(data: Data, key: string, amount: number, floor: number): Applied {
  const sum = numberAt(data, key) + amount;
  if (sum < floor) return 'refused';
  data.set(key, sum);
  return done;
}

function swapped(data: Data, key: string, from: Json, to: Json): Applied {
  if (JSON.stringify(data.get(key) ?? null) !== JSON.stringify(from)) return 'refused';
  data.set(key, to);
  return done;
}

/** The history of a run with its final reads, which are made by other processes. */
export function wholeHistory({ history, finalReads, endMs }: WorkloadRun): readonly Op[] {
  const later = finalReads.history.map((op) => ({
    ...op,
    process: Number(op.process) + 1_000_000,
    timeNs: op.timeNs + endMs * 1e6,
  }));
  return [...history, ...later].map((op, index) => ({ ...op, index }));
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
    readonly service?: Service;
  } = {},
): WorkloadRun {
  const { durationMs = 2000, seed = 1, nodes = 5, concurrency = 10, crashRatio = 0.01 } = options;
  const { service } = options;
  const data = new Map<string, Json>();
  const mistake = options.mistake ?? (() => null);
  const outcome = ({ invocation, process }: Dispatch, prng: Prng): Outcome => {
    const afterMs = 1 + 4 * prng.next();
    const results: Json[] = [];
    let next: Action | null = workload.action(invocation, service);
    while (next !== null) {
      const action: Action = next;
      if (prng.chance(crashRatio)) {
        if (looking.has(action.kind)) return { afterMs, type: 'fail' };
        if (prng.chance(0.5)) applied(action, data);
        return { afterMs: 50, type: 'info', error: 'timeout' };
      }
      const answer: Applied = mistake(action, data, prng, process) ?? applied(action, data);
      if (answer === 'refused') return { afterMs, type: 'fail' };
      results.push(answer.result);
      next = workload.following?.(invocation, results, service) ?? null;
    }
    return { afterMs, type: 'ok', value: workload.completed(invocation, results.at(-1) ?? null, results) };
  };
  const simulated = { seed, concurrency, outcome, operationsMax: 1e6 };
  const workloadOptions = { nodes, concurrency, ...(service && { service }) };
  const main = simulateGenerator(
    timeLimit(durationMs, options.generator ?? workload.generator(workloadOptions)),
    simulated,
  );
  const { interpreter, dispatches } = main;
  const used = dispatches.flatMap(({ invocation }) => workload.keysOf?.(invocation) ?? []);
  const keys = [...new Set([...interpreter.keys, ...used])].map((key) => ({
    key,
    crashes: interpreter.crashes(key),
  }));
  const finalReads = simulateGenerator(workload.finalGenerator(workloadOptions, keys), simulated);
  return { ...main, finalReads, data };
}
