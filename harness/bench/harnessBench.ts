/**
 * How much of a cluster's throughput the harness can drive: it and autocannon in turn, with the same number of
 * connections and the same reads and writes, against the same 3-node Raft cluster. Ratios of neighbouring rounds mean
 * something on a noisy machine, absolute figures do not.
 */
import autocannon from 'autocannon';
import { join } from 'node:path';
import type { NodeModel } from '../../nodes/kernel/model.ts';
import { createPrng } from '../../nodes/kernel/prng.ts';
import { modelsOf } from '../../nodes/kernel/roster.ts';
import { bundleHost } from '../cluster/bundle.ts';
import { HttpClient } from '../cluster/httpClient.ts';
import { startCluster, type ProcessCluster } from '../cluster/processCluster.ts';
import { runInRealWorld } from '../cluster/realWorld.ts';
import { referenceProgram } from '../cluster/referenceProgram.ts';
import type { RunConfig } from '../config.ts';
import { HarnessError } from '../exit.ts';
import { HistoryWriter } from '../historyFile.ts';
import { Runner } from '../runner.ts';
import { keyOf, mixedLoad, valueOf } from './mixedLoad.ts';

export interface BenchSettings {
  readonly model: NodeModel;
  readonly config: RunConfig;
  readonly rounds: number;
  /** Where the nodes' data and the histories go. */
  readonly folder: string;
  readonly onRound: (round: Round) => void;
}

export interface Round {
  readonly harnessPerSecond: number;
  readonly autocannonPerSecond: number;
  /** Acknowledged writes for each fdatasync of the leader: group commit at work. */
  readonly writesPerFsync: number;
}

/** The part of a round that is not counted: connections open, code gets warm. */
const warmUpSeconds = 1;
/** So many rounds may be repeated because a leader lost its place in them, as happens on a busy machine. */
const disturbedMax = 10;
const electionMs = 60_000;

export async function benchHarness(settings: BenchSettings): Promise<readonly Round[]> {
  const { model, config, folder } = settings;
  const program = await bundleHost(join(folder, 'host.mjs'), { models: modelsOf(model) });
  const cluster = await startCluster({
    nodes: config.nodes,
    program: referenceProgram({ program, model, config }),
    folder,
    seed: config.seed,
  });
  const client = new HttpClient();
  try {
    const rounds: Round[] = [];
    for (let number = 0; rounds.length < settings.rounds; number++) {
      const leader = await findLeader(cluster, client);
      const before = await syncsOf(cluster, client, leader);
      const driven = await drive({
        ...settings,
        cluster,
        historyFile: join(folder, `round-${number}.jsonl`),
        model,
      });
      const syncs = (await syncsOf(cluster, client, leader)) - before;
      const fired = await fire(cluster.url(leader), config);
      if (fired.refused > 0) {
        if (number < settings.rounds + disturbedMax) continue;
        throw new HarnessError(`autocannon got ${fired.refused} answers other than 2xx from ${leader}`);
      }
      const round = {
        harnessPerSecond: driven.perSecond,
        autocannonPerSecond: fired.perSecond,
        writesPerFsync: driven.writes / Math.max(1, syncs),
      };
      settings.onRound(round);
      rounds.push(round);
    }
    return rounds;
  } finally {
    client.close();
    await cluster.close();
  }
}

type Leader = ProcessCluster['nodes'][number];

async function findLeader(cluster: ProcessCluster, client: HttpClient): Promise<Leader> {
  const deadlineMs = performance.now() + electionMs;
  while (performance.now() < deadlineMs) {
    for (const node of cluster.nodes) {
      const outcome = await client.send(cluster.endpoint(node), { method: 'GET', path: '/leader' }, 1000);
      const { leader } = (outcome.kind === 'answer' ? outcome.body : {}) as { leader?: Leader | null };
      if (leader) return leader;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new HarnessError(`no leader was elected within ${electionMs / 1000} s`);
}

/** Completed fdatasyncs of a node since it started. */
async function syncsOf(cluster: ProcessCluster, client: HttpClient, node: Leader): Promise<number> {
  const outcome = await client.send(cluster.endpoint(node), { method: 'GET', path: '/status' }, 5000);
  if (outcome.kind !== 'answer') throw new HarnessError(`${node} did not show its status: ${outcome.kind}`);
  return (outcome.body as unknown as { host: { journal: { syncs: number } } }).host.journal.syncs;
}

/** One round of the harness: a run without faults, as fast as its clients go, recorded as always. */
async function drive(
  settings: BenchSettings & { readonly cluster: ProcessCluster; readonly historyFile: string },
): Promise<{ readonly perSecond: number; readonly writes: number }> {
  const { cluster, config, historyFile } = settings;
  const writer = new HistoryWriter(historyFile);
  let counted = 0;
  let writes = 0;
  try {
    await runInRealWorld({
      // Without deduplication, so that it sends what autocannon sends: each write once, without a Request-Id.
      run: new Runner({ config, workload: mixedLoad, model: { deduplicates: false } }),
      cluster,
      deadlineMs: (config.timeLimitSeconds + 30) * 1000,
      record: (op) => {
        writer.append(op);
        if (op.type !== 'ok') return;
        if (op.f === 'write') writes++;
        const seconds = op.timeNs / 1e9;
        if (seconds >= warmUpSeconds && seconds < config.timeLimitSeconds) counted++;
      },
    });
  } finally {
    writer.close();
  }
  return { perSecond: counted / (config.timeLimitSeconds - warmUpSeconds), writes };
}

/** One round of autocannon, on the leader: the node at which the harness's clients end up too. */
async function fire(
  url: string,
  config: RunConfig,
): Promise<{ readonly perSecond: number; readonly refused: number }> {
  const prng = createPrng(config.seed).fork('autocannon');
  const headers = { 'content-type': 'application/json' };
  const draw = (request: autocannon.Request): autocannon.Request => {
    const key = keyOf(prng.int(0, 1_000_000));
    if (prng.chance(0.5)) return { ...request, method: 'GET', path: `/get/${key}`, body: '' };
    const body = JSON.stringify({ key, value: valueOf(prng.int(0, 1_000_000)) });
    return { ...request, method: 'POST', path: '/put', headers, body };
  };
  const load = { url, connections: config.concurrency, requests: [{ setupRequest: draw }] };
  await autocannon({ ...load, duration: warmUpSeconds });
  const duration = config.timeLimitSeconds - warmUpSeconds;
  const result = await autocannon({ ...load, duration });
  return { perSecond: result['2xx'] / result.duration, refused: result.non2xx };
}
