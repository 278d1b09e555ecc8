/** `npm run cluster`: a cluster to play with by hand. Prints curl lines, then takes commands on stdin. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { nodeId } from '../../nodes/kernel/ids.ts';
import type { NodeModel, OptionValues } from '../../nodes/kernel/model.ts';
import { modelsOf, rosterOf, seatOf } from '../../nodes/kernel/roster.ts';
import { transportOf } from '../../nodes/kernel/transport.ts';
import { machineOf } from '../../nodes/machines/index.ts';
import { legible } from '../../reports/data/text.ts';
import { bundleHost } from '../cluster/bundle.ts';
import { ClusterConsole, type ConsoleService } from '../cluster/console.ts';
import { helpText } from '../cluster/consoleLine.ts';
import { clientFor } from '../cluster/nodeClient.ts';
import { startCluster, type ProcessCluster } from '../cluster/processCluster.ts';
import { referenceProgram } from '../cluster/referenceProgram.ts';
import { clientProfileOf } from '../profiles/index.ts';
import { wholeNumber } from './choice.ts';
import { callLines } from './callLines.ts';
import { addModelFlags, chosenModel, sizedFor, type ModelFlags } from './modelFlags.ts';

interface Flags extends ModelFlags {
  readonly nodes?: number;
  readonly basePort?: number;
}

export function clusterCommand(): Command {
  return addModelFlags(new Command('cluster'))
    .description('starts a cluster and a small console, to try things by hand')
    .option('--nodes <n>', "size of the cluster (default: the model's)", wholeNumber(1, 25))
    .option(
      '--base-port <port>',
      'node i listens on this port + i − 1 (default: free ports)',
      wholeNumber(1, 65_511),
    )
    .addHelpText('after', `\nExample:\n  npm run cluster -- --model raft --nodes 3\n\nConsole:\n${helpText}`)
    .action((flags: Flags) => playWith(flags));
}

async function playWith(flags: Flags): Promise<void> {
  const { model, options, bug } = chosenModel(flags);
  const nodes = flags.nodes ?? model.nodesDefault;
  const config = { nodes, options: sizedFor(model, options, nodes), seed: 1, bug };
  // Before there is anything to take away: a signal while the cluster starts leaves nothing behind, either.
  const signalled = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  const folder = mkdtempSync(join(tmpdir(), 'ordeal-cluster-'));
  const transport = transportOf(config.options);
  const { all, fronts } = rosterOf(model, config.options, nodes);
  try {
    const program = await bundleHost(join(folder, 'host.mjs'), {
      models: modelsOf(model),
      transport,
      machine: machineOf(config.options),
    });
    const cluster = await startCluster({
      nodes: all.length,
      program: referenceProgram({ program, model, config }),
      folder,
      seed: config.seed,
      ...(flags.basePort !== undefined && { basePort: flags.basePort }),
    });
    try {
      print(introduction(model, config, cluster, folder));
      const profile = clientProfileOf(model, config.options);
      // Proxies know those nodes that there were at their start.
      const membership = fronts.length > 0 ? undefined : model.membership;
      await converse(cluster, { profile, membership, client: await clientFor(transport) }, signalled);
    } finally {
      await cluster.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Takes lines until `quit`, the end of the input, or a signal. Fails when the cluster does. */
async function converse(
  cluster: ProcessCluster,
  service: ConsoleService,
  signalled: Promise<void>,
): Promise<void> {
  const console = new ClusterConsole(cluster, service);
  const input = createInterface({
    input: process.stdin,
    output: process.stdout,
    prompt: '> ',
    terminal: process.stdin.isTTY,
  });
  const prompt = (): void => {
    if (process.stdin.isTTY) input.prompt();
  };
  const ended = new Promise<void>((resolve, reject) => {
    void signalled.then(resolve);
    input.once('SIGINT', () => resolve());
    cluster.watch({
      onExited: (node, why) => {
        print(`${node} ${why}`);
        prompt();
      },
      onFailed: reject,
    });
  });
  const talk = async (): Promise<void> => {
    prompt();
    for await (const line of input) {
      const said = await console.run(line);
      if (said === null) return;
      if (said !== '') print(said);
      prompt();
    }
  };
  try {
    await Promise.race([talk(), ended]);
  } finally {
    input.close();
    process.stdin.destroy();
    console.close();
  }
}

function introduction(
  model: NodeModel,
  { options, nodes }: { readonly options: OptionValues; readonly nodes: number },
  cluster: ProcessCluster,
  folder: string,
): string {
  const roster = rosterOf(model, options, nodes);
  const { fronts, entrances } = roster;
  const [entrance = nodeId(1)] = entrances;
  const seat = seatOf(model, { options, bug: null }, roster, entrance);
  const proxies = fronts.length === 0 ? '' : ` behind the proxies ${fronts.join(' and ')}`;
  const sentAway = transportOf(options) === 'grpc' ? 'UNAVAILABLE or 421' : '421';
  const hint = model.leaderless ? '' : ` (a node that answers ${sentAway} names the one to ask instead)`;
  return [
    `${model.name}, ${nodes} nodes${proxies}:`,
    ...cluster.nodes.map((node) => `  ${node}  ${cluster.url(node)}`),
    `what they print: ${join(folder, 'nodes')}/<node>/stderr.log (removed at the end)`,
    `try, in another terminal${hint}:`,
    ...callLines(seat.model, seat.options, cluster.endpoint(entrance).port).map((line) => `  ${line}`),
    "or here; 'help' lists the commands, 'quit' ends the cluster:",
  ].join('\n');
}

function print(text: string): void {
  process.stdout.write(`${legible(text)}\n`);
}
