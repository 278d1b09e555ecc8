/** `npm run cluster`: a cluster to play with by hand. Prints curl lines, then takes commands on stdin. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { models } from '../../nodes/index.ts';
import { nodeId } from '../../nodes/kernel/ids.ts';
import type { NodeModel } from '../../nodes/kernel/model.ts';
import { OptionsError, parseOptions } from '../../nodes/kernel/options.ts';
import { bundleHost } from '../cluster/bundle.ts';
import { ClusterConsole } from '../cluster/console.ts';
import { helpText } from '../cluster/consoleLine.ts';
import { startCluster, type ProcessCluster } from '../cluster/processCluster.ts';
import { referenceProgram } from '../cluster/referenceProgram.ts';
import { UsageError } from '../exit.ts';
import { choose, wholeNumber } from './choice.ts';
import { curlLines } from './curlLines.ts';

interface Flags {
  readonly model: string;
  readonly nodes?: number;
  readonly basePort?: number;
  readonly set: readonly string[];
  readonly bug?: string;
}

const collect = (value: string, earlier: readonly string[]): readonly string[] => [...earlier, value];

export function clusterCommand(): Command {
  return new Command('cluster')
    .description('starts a cluster and a small console, to try things by hand')
    .requiredOption('--model <name>', `what to run: ${models.map(({ name }) => name).join(', ')}`)
    .option('--nodes <n>', "size of the cluster (default: the model's)", wholeNumber(1, 25))
    .option(
      '--base-port <port>',
      'node i listens on this port + i − 1 (default: free ports)',
      wholeNumber(1, 65_511),
    )
    .option('--set <option=value>', 'an option of the model, repeatable', collect, [])
    .option('--bug <name>', 'run the model with a planted bug')
    .addHelpText('after', `\nExample:\n  npm run cluster -- --model raft --nodes 3\n\nConsole:\n${helpText}`)
    .action((flags: Flags) => playWith(flags));
}

async function playWith(flags: Flags): Promise<void> {
  const model = choose('model', models, flags.model);
  const bug = flags.bug === undefined ? null : choose(`bug of ${model.name}`, model.bugs, flags.bug).name;
  const config = { model: model.name, options: optionsOf(model, flags.set), seed: 1, bug };
  const folder = mkdtempSync(join(tmpdir(), 'ordeal-cluster-'));
  try {
    const cluster = await startCluster({
      nodes: flags.nodes ?? model.nodesDefault,
      program: referenceProgram({ program: await bundleHost(join(folder, 'host.mjs')), config }),
      folder,
      seed: config.seed,
      ...(flags.basePort !== undefined && { basePort: flags.basePort }),
    });
    try {
      print(introduction(model, cluster, folder));
      await converse(cluster);
    } finally {
      await cluster.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function optionsOf(model: NodeModel, pairs: readonly string[]): ReturnType<typeof parseOptions> {
  try {
    return parseOptions(model, pairs);
  } catch (error) {
    throw error instanceof OptionsError ? new UsageError(error.message) : error;
  }
}

/** Takes lines until `quit`, the end of the input, or Ctrl-C. Fails when the cluster does. */
async function converse(cluster: ProcessCluster): Promise<void> {
  const console = new ClusterConsole(cluster);
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
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
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

function introduction(model: NodeModel, cluster: ProcessCluster, folder: string): string {
  const { port } = cluster.endpoint(nodeId(1));
  return [
    `${model.name}, ${cluster.nodes.length} nodes:`,
    ...cluster.nodes.map((node) => `  ${node}  ${cluster.url(node)}`),
    `what they print: ${join(folder, 'nodes')}/<node>/stderr.log (removed at the end)`,
    'try, in another terminal:',
    ...curlLines(model, port).map((line) => `  ${line}`),
    "or here; 'help' lists the commands, 'quit' ends the cluster:",
  ].join('\n');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
