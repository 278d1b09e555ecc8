/** Conducts a planned run on real processes, from the first process to the last: history in the folder, nobody left. */
import { join } from 'node:path';
import { bundleHost } from '../cluster/bundle.ts';
import { linkProbes } from '../cluster/linkReport.ts';
import { clientOf } from '../cluster/nodeClient.ts';
import { startCluster, type ProcessCluster } from '../cluster/processCluster.ts';
import { referenceProgram } from '../cluster/referenceProgram.ts';
import { runInRealWorld } from '../cluster/realWorld.ts';
import type { Op } from '../history.ts';
import { settlingFor } from '../judged.ts';
import { Runner } from '../runner.ts';
import type { RunnerOptions } from '../runnerOptions.ts';
import type { RunView } from '../runView.ts';
import { timingsDefault } from '../runTimings.ts';
import type { RunFolder } from '../store.ts';
import { leaderNumber } from '../submission/placeholders.ts';
import { readyMsOf, startSubmission } from '../submission/start.ts';
import { nodeId } from '../../nodes/kernel/ids.ts';
import { modelsOf, rosterOf } from '../../nodes/kernel/roster.ts';
import { transportOf } from '../../nodes/kernel/transport.ts';
import { machineOf } from '../../nodes/machines/index.ts';
import type { Plan } from './runPlan.ts';

/** Whoever shows a run while it goes on. */
export interface Audience {
  onRecord(op: Op): void;
  onView(view: RunView): void;
}

export interface Conducted {
  readonly history: readonly Op[];
  /** The run at its end. */
  readonly view: RunView;
  readonly interrupted: boolean;
  /** What the links did, counted. */
  readonly linkProbes: Readonly<Record<string, number>>;
}

/**
 * Healing, recovery and final reads have deadlines of their own; a run that is later than this hangs. In the first two
 * of them a program of others may take as long as it says to get ready.
 */
const graceMs = 60_000;
const nsPerMs = 1e6;
const viewIntervalMs = 100;

/** Starts a cluster, drives the run to its end and takes everything down again. */
export async function conduct(
  plan: Plan,
  folder: RunFolder,
  audience: Audience,
  signal: AbortSignal,
): Promise<Conducted> {
  const { config, model, workload, profile } = plan;
  const history: Op[] = [];
  const writer = folder.openHistory();
  const cluster = await start(plan, folder, signal);
  try {
    const settlingMs = settlingFor(model.claim(config.options), config.guarantee)?.deadlineMs ?? 0;
    const readyMs = config.submission === undefined ? 0 : readyMsOf(config.submission.manifest);
    const run = new Runner({ config, workload, model, profile, ...submittedRun(plan) });
    let nextViewNs = 0;
    const { interrupted, durationMs } = await runInRealWorld({
      run,
      cluster,
      client: await clientOf(config.options),
      signal,
      deadlineMs: config.timeLimitSeconds * 1000 + graceMs + settlingMs + 2 * readyMs,
      record: (op) => {
        history.push(op);
        writer.append(op);
        audience.onRecord(op);
      },
      onReport: (_, nowNs) => {
        if (nowNs < nextViewNs) return;
        nextViewNs = nowNs + viewIntervalMs * nsPerMs;
        audience.onView(run.view(nowNs));
      },
    });
    const view = run.view(durationMs * nsPerMs);
    return { history, view, interrupted, linkProbes: linkProbes(await cluster.traffic()) };
  } finally {
    writer.close();
    await cluster.close();
  }
}

/** The processes of a run: nodes of the model, or the program that was handed in. */
async function start(
  { config, model }: Plan,
  { paths }: RunFolder,
  signal: AbortSignal,
): Promise<ProcessCluster> {
  const { nodes, seed, options, submission, faults } = config;
  const { folder } = paths;
  if (submission !== undefined) {
    const movesClocks = faults.includes('clock');
    return startSubmission({ submission, nodes, options, folder, seed, signal, movesClocks });
  }
  const program = await bundleHost(join(paths.nodes, 'host.mjs'), {
    models: modelsOf(model),
    transport: transportOf(options),
    machine: machineOf(options),
  });
  return startCluster({
    nodes: rosterOf(model, options, nodes).all.length,
    program: referenceProgram({ program, model, config }),
    folder,
    seed,
    signal,
  });
}

/** Programs of others may be slow to start; and where the first node leads for good, nobody needs to say so. */
function submittedRun({ config: { submission, model } }: Plan): Pick<RunnerOptions, 'timings' | 'leader'> {
  if (submission === undefined) return {};
  const readyMs = readyMsOf(submission.manifest);
  const timings = {
    performTimeoutMs: timingsDefault.performTimeoutMs + readyMs,
    recoveryTimeoutMs: Math.max(timingsDefault.recoveryTimeoutMs, readyMs),
  };
  return model === 'leader-follower' ? { timings, leader: nodeId(leaderNumber) } : { timings };
}
