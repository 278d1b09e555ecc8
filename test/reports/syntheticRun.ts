/**
 * Runs that look real, made from a seed: clients on a register with a leader that is hit by faults now and then. They
 * are what the panels are tested with and looked at; the verdict is made up to fit, no checker runs.
 */
import type { RunConfig } from '../../harness/config.ts';
import { operationsOf, type Op } from '../../harness/history.ts';
import type { Results } from '../../harness/results.ts';
import { nodeId } from '../../nodes/kernel/ids.ts';
import { createPrng, type Prng } from '../../nodes/kernel/prng.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import type { ReportInput } from '../../reports/report.tsx';

export interface SyntheticOptions {
  readonly seed: number;
  readonly operations: number;
  readonly seconds: number;
  readonly faults: boolean;
  /** Whether one read goes back in time, with the anomaly that a checker would report. */
  readonly staleRead: boolean;
}

type Event = Omit<Op, 'index'>;

interface FaultSpan {
  readonly fault: 'partition' | 'kill' | 'pause';
  readonly entry: number;
  readonly fromNs: number;
  readonly toNs: number;
  readonly value: { readonly [name: string]: Json };
}

const keys = ['k1', 'k2', 'k3', 'k4', 'k5'];
const concurrency = 10;

export function syntheticRun(options: SyntheticOptions): ReportInput {
  const prng = createPrng(options.seed).fork('synthetic');
  const endNs = options.seconds * 1e9;
  const spans = options.faults ? faultSpans(prng.fork('faults'), endNs) : [];
  const events = [...clientEvents(prng.fork('clients'), options, spans), ...nemesisEvents(spans, endNs)];
  const history = events.sort((a, b) => a.timeNs - b.timeNs).map((event, index): Op => ({ index, ...event }));
  const config = configOf(options);
  return {
    config,
    history: options.staleRead ? withStaleRead(history) : history,
    results: resultsOf(
      options.staleRead ? withStaleRead(history) : history,
      config,
      spans,
      options.staleRead,
    ),
    environment: {
      started: '2026-01-31 12:00:00 UTC',
      ordeal: '0.1.0',
      'node.js': 'v20.20.0',
      system: 'Linux 6.1 x64',
      processor: '2 × Example CPU',
      memory: '8 GB',
      network: 'directed links',
    },
    meanings: {
      linearizable:
        'every operation takes effect at one moment between its invocation and its completion (cas-register)',
      'strict-serializable':
        'transactions take effect one after the other, in an order that respects real time',
      'nothing-invented': 'every value that was read had been written',
      'final-reads-agree': 'after everything was healed, all nodes answer the same',
    },
  };
}

function faultSpans(prng: Prng, endNs: number): FaultSpan[] {
  const spans: FaultSpan[] = [];
  for (let atNs = 0.1 * endNs, entry = 1; atNs < 0.85 * endNs; entry++) {
    const fault = prng.pick(['partition', 'kill', 'pause'] as const);
    const toNs = Math.min(0.95 * endNs, atNs + (0.04 + 0.08 * prng.next()) * endNs);
    const hit = nodeId(prng.int(1, 6));
    const resolved =
      fault === 'partition'
        ? {
            target: 'leader',
            shape: 'isolate-leader',
            mode: prng.pick(['hold', 'drop', 'reset']),
            nodes: [hit],
          }
        : { target: prng.pick(['one', 'leader']), nodes: [hit] };
    spans.push({ fault, entry, fromNs: atNs, toNs, value: { entry, ...resolved } });
    atNs += (0.08 + 0.06 * prng.next()) * endNs;
  }
  return spans;
}

function nemesisEvents(spans: readonly FaultSpan[], endNs: number): Event[] {
  const events = spans.flatMap(({ fault, fromNs, toNs, value }): Event[] => [
    {
      timeNs: fromNs,
      process: 'nemesis',
      type: 'info',
      f: `start-${fault}`,
      value: { ...value, leader: 'n3', leaderHit: true, changed: true },
    },
    { timeNs: toNs, process: 'nemesis', type: 'info', f: `stop-${fault}`, value },
  ]);
  if (spans.length === 0) return events;
  return [
    ...events,
    { timeNs: 0.96 * endNs, process: 'nemesis', type: 'info', f: 'heal', value: { started: [] } },
  ];
}

/** Every thread asks, waits, and asks again; under a fault it may wait long, be refused, or never know. */
function clientEvents(prng: Prng, options: SyntheticOptions, spans: readonly FaultSpan[]): Event[] {
  const endNs = options.seconds * 1e9;
  // Faults slow clients down, so the pace is a little higher than it need be.
  const paceNs = (0.8 * endNs * concurrency) / Math.max(1, options.operations);
  const events: Event[] = [];
  const values = new Map<string, number>();
  let written = 0;
  const threads = Array.from({ length: concurrency }, (_, thread) => ({
    process: thread,
    timeNs: prng.next() * paceNs,
  }));
  for (let made = 0; made < options.operations; made++) {
    const thread = threads.reduce((first, next) => (next.timeNs < first.timeNs ? next : first));
    const key = prng.pick(keys);
    const f = prng.pick(['read', 'write', 'cas'] as const);
    const before = values.get(key) ?? null;
    const value: Json = f === 'read' ? null : f === 'write' ? ++written : [before, ++written];
    const trouble = spans.some(({ fromNs, toNs }) => fromNs <= thread.timeNs && thread.timeNs < toNs);
    const type = !trouble || prng.chance(0.85) ? 'ok' : f === 'read' || prng.chance(0.5) ? 'fail' : 'info';
    const spread = Math.exp(4 * prng.next() ** 3) * (trouble ? 1 + 20 * prng.next() ** 4 : 1);
    const latencyNs =
      type === 'info' ? Math.min(1e9, 5 * paceNs) : Math.min(0.8 * paceNs + 1e6, 6e5 * spread);
    const common = { process: thread.process, f, key, node: nodeId(prng.int(1, 6)) };
    if (type === 'ok' && f !== 'read') values.set(key, written);
    const answered = f === 'read' && type === 'ok' ? (values.get(key) ?? null) : value;
    events.push({ ...common, timeNs: thread.timeNs, type: 'invoke', value });
    events.push({
      ...common,
      timeNs: thread.timeNs + latencyNs,
      type,
      value: answered,
      ...(type === 'ok' ? {} : { error: type === 'info' ? 'timeout' : 'temporarily-unavailable' }),
    });
    if (type === 'info') thread.process += concurrency;
    thread.timeNs += Math.max(latencyNs + 1e5, paceNs * (0.6 + 0.8 * prng.next()));
  }
  return events.filter(({ timeNs }) => timeNs < endNs);
}

/** Makes the last read of the first key answer an old value. */
function withStaleRead(history: readonly Op[]): readonly Op[] {
  const stale = staleReadOf(history);
  if (!stale) return history;
  return history.map((op) => (op === stale.completion ? { ...op, value: stale.old } : op));
}

interface Stale {
  readonly completion: Op;
  readonly old: Json;
}

function staleReadOf(history: readonly Op[]): Stale | undefined {
  const ofKey = history.filter((op) => op.key === 'k1' && op.type === 'ok');
  const reads = ofKey.filter(({ f }) => f === 'read');
  const completion = reads[Math.floor(reads.length * 0.6)];
  if (!completion) return undefined;
  const writes = ofKey.filter((op) => op.f === 'write' && op.index < completion.index);
  const old = writes.at(-4);
  return old ? { completion, old: old.value } : undefined;
}

function configOf(options: SyntheticOptions): RunConfig {
  return {
    version: 1,
    model: 'raft',
    workload: 'register',
    nodes: 5,
    concurrency,
    rate: null,
    timeLimitSeconds: options.seconds,
    faults: options.faults ? ['partition', 'kill', 'pause'] : [],
    faultIntervalSeconds: 5,
    seed: options.seed,
    network: 'links',
    options: options.staleRead
      ? { reads: 'leader', checkQuorum: 'off' }
      : { reads: 'read-index', checkQuorum: 'on' },
    guarantee: options.staleRead ? 'linearizable' : null,
    bug: null,
    schedule: [],
  };
}

function resultsOf(
  history: readonly Op[],
  config: RunConfig,
  spans: readonly FaultSpan[],
  invalid: boolean,
): Results {
  const anomaly = invalid ? anomalyOf(history) : undefined;
  const tally = (type: Op['type']): number =>
    history.filter((op) => op.process !== 'nemesis' && op.type === type).length;
  const operations = { ok: tally('ok'), fail: tally('fail'), info: tally('info') };
  const stats = {
    keys: 5,
    operations: operations.ok + operations.info,
    searchNodes: 3 * operations.ok,
    violatedKeys: invalid ? 1 : 0,
  };
  const judged = invalid ? (['linearizable'] as const) : (['linearizable', 'strict-serializable'] as const);
  return {
    valid: !invalid,
    reasons: invalid ? ['linearizable is violated: 1 of 5 keys has no legal order.'] : [],
    model: config.model,
    workload: config.workload,
    seed: config.seed,
    guarantee: {
      claimed: invalid ? ['sequential'] : ['linearizable', 'strict-serializable'],
      judged,
      held: invalid ? ['sequential', 'ccv', 'monotonic-reads'] : judged,
      violated: invalid ? ['strict-serializable', ...judged] : [],
      undecided: invalid ? ['regular'] : [],
      strongestHeld: invalid ? ['sequential'] : ['strict-serializable'],
      impliedBy: invalid
        ? { 'strict-serializable': 'linearizable', ccv: 'sequential', 'monotonic-reads': 'sequential' }
        : {},
    },
    checkers: {
      linearizable: { valid: !invalid, anomalies: anomaly ? [anomaly] : [], stats },
      ...(invalid
        ? { regular: { valid: 'unknown', anomalies: [], stats: {}, reason: 'not all values are unique' } }
        : {}),
      ...(invalid ? {} : { 'strict-serializable': { valid: true, anomalies: [], stats } }),
      'nothing-invented': { valid: true, anomalies: [], stats: { reads: Math.floor(operations.ok / 3) } },
      'final-reads-agree': { valid: true, anomalies: [], stats: { reads: 25 } },
    },
    operations,
    faults: Object.fromEntries(
      config.faults.map((fault) => {
        const own = spans.filter((span) => span.fault === fault);
        const activeMs = own.reduce((sum, { fromNs, toNs }) => sum + (toNs - fromNs) / 1e6, 0);
        return [
          fault,
          {
            injected: own.length,
            unavailable: 0,
            activeMs,
            leaderHit: own.length,
            effective: own.length > 0,
          },
        ];
      }),
    ),
    probes: { 'leader-changes': spans.length, retries: 212, redirects: 1830, duplicates: 9 },
    warnings: invalid ? ['pause never hit the leader'] : [],
    repro: `npm run jepsen -- --model raft --workload register --seed ${config.seed} --set reads=${config.options['reads'] ?? ''} --time-limit ${config.timeLimitSeconds}`,
  };
}

function anomalyOf(history: readonly Op[]): Results['checkers'][string]['anomalies'][number] | undefined {
  const reads = history.filter((op) => op.key === 'k1' && op.type === 'ok' && op.f === 'read');
  const read = reads[Math.floor(reads.length * 0.6)];
  if (!read) return undefined;
  const invocations = new Map(
    operationsOf(history).flatMap(({ invocation, completion }) =>
      completion ? [[completion, invocation] as const] : [],
    ),
  );
  const invocationOf = (completion: Op): Op | undefined => invocations.get(completion);
  const invocation = invocationOf(read);
  const before = history.filter(
    (op) => op.key === 'k1' && op.type === 'ok' && op.index < (invocation?.index ?? 0),
  );
  const prefix = before.map((op) => ({
    op: invocationOf(op)?.index ?? 0,
    state: JSON.stringify(Array.isArray(op.value) ? (op.value as readonly Json[])[1] : op.value),
  }));
  const newest = before.findLast(({ f }) => f !== 'read');
  const ops = [newest && invocationOf(newest), newest, invocation, read].flatMap((op) =>
    op ? [op.index] : [],
  );
  return {
    kind: 'non-linearizable',
    key: 'k1',
    ops: ops.sort((a, b) => a - b),
    minimal: ops,
    explanation: `Process ${read.process} read ${JSON.stringify(read.value)} from k1, but ${newest?.f ?? 'write'} ${JSON.stringify(newest?.value ?? null)} by process ${newest?.process ?? '?'} had been acknowledged before the read began, and nobody wrote ${JSON.stringify(read.value)} after it.\nSo the read must come after that ${newest?.f ?? 'write'}, and it must not: a contradiction.`,
    prefix,
  };
}
