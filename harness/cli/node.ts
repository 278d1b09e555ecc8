/** `npm run node -- --model raft --id 1 --port 5001 --peers 5002,5003`: one node by hand, in the foreground. */
import { Command } from 'commander';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { folderDisk } from '../../nodes/host/disk.ts';
import { JournalCorrupt } from '../../nodes/host/journalFormat.ts';
import { PortInUse, startNode, type RunningNode } from '../../nodes/host/node.ts';
import { frontModels, models } from '../../nodes/index.ts';
import { nodeId, type NodeId } from '../../nodes/kernel/ids.ts';
import type { Protocol } from '../../nodes/kernel/protocol.ts';
import { HarnessError, UsageError } from '../exit.ts';
import { makeFolder } from '../makeFolder.ts';
import { wholeNumber } from './choice.ts';
import { callLines } from './callLines.ts';
import { courseSettings } from './courseEnvironment.ts';
import { addModelFlags, chosenModel, sizedFor, type ModelFlags } from './modelFlags.ts';

interface NodeFlags extends ModelFlags {
  readonly id?: number;
  readonly port?: number;
  readonly peers?: readonly number[];
  readonly data?: string;
  readonly seed: string;
  readonly numNodes?: number;
  readonly readQuorum?: number;
  readonly writeQuorum?: number;
}

const examples = `
Examples:
  npm run node -- --model raft --id 1 --port 5001 --peers 5002,5003
  npm run node -- --model raft --id 2 --port 5002 --peers 5001,5003
  npm run node -- --model raft --id 3 --port 5003 --peers 5001,5002
These three, each in a terminal of its own, are a cluster. Peers are given by their ports, in the order of their ids;
\`npm run cluster\` starts all of them at once. Of a model with quorums:
  npm run node -- --model quorum --id 1 --port 5001 --peers 5002,5003 --num-nodes 3 --read-quorum 2 --write-quorum 2

A proxy in front of three nodes that run with --set proxy=on:
  npm run node -- --model proxy --id 4 --port 5004 --peers 5001,5002,5003

A node of leader-follower also reads NODE_ID, ES_LIDER, SEGUIDORES, URL_LIDER, PUERTO, MIN_CONFIRMACIONES_REQUERIDAS,
HEARTBEAT_INTERVAL, HEARTBEAT_TIMEOUT and ARCHIVO_LOG from the environment, where flags say nothing.`;

export function nodeCommand(): Command {
  return addModelFlags(new Command('node'))
    .description('runs one node in the foreground; Ctrl-C ends it')
    .option('--id <number>', 'the id of this node, from 1', wholeNumber(1, 1000))
    .option('--port <port>', 'the port to listen on (127.0.0.1)', wholeNumber(0, 65535))
    .option('--peers <ports>', 'the ports of the other nodes, in the order of their ids', portList)
    .option('--data <folder>', 'where the journal is kept; a new temporary folder without it')
    .option('--seed <seed>', 'the seed of all random choices', '0')
    .option('--num-nodes <n>', 'how many nodes there are: must be one more than peers', wholeNumber(1, 1000))
    .option('--read-quorum <n>', 'the same as --set r=<n>', wholeNumber(1, 1000))
    .option('--write-quorum <n>', 'the same as --set w=<n>', wholeNumber(1, 1000))
    .addHelpText('after', examples)
    .action((flags: NodeFlags) => runForeground(flags));
}

/** A node whose number, port and peers are known. */
interface Placed extends ModelFlags {
  readonly id: number;
  readonly port: number;
  readonly peers: Readonly<Record<NodeId, string>>;
  readonly data?: string;
}

/** The model whose course told its nodes by the environment who they are. */
const modelOfTheCourse = 'leader-follower';

/** Flags go first; what they leave open may stand in the environment. Throws UsageError. */
function placed({ set, ...flags }: NodeFlags): Placed {
  const said =
    flags.model === modelOfTheCourse ? courseSettings(process.env, flags.peers !== undefined) : { set: [] };
  const given = new Set(set.map((pair) => pair.split('=', 1)[0]));
  const id = flags.id ?? said.id;
  const port = flags.port ?? said.port;
  if (id === undefined) throw new UsageError('--id is missing: the number of this node, from 1');
  if (port === undefined) throw new UsageError('--port is missing: where this node listens');
  const peers =
    flags.peers === undefined ? (said.peers ?? {}) : peersOf({ ...flags, id, port, peers: flags.peers });
  const nodes = Object.keys(peers).length + 1;
  if (isInFront(flags.model) && nodes === 1)
    throw new UsageError(
      `--peers is missing: a ${flags.model} takes requests to the nodes behind it, whose ports these are`,
    );
  if (flags.numNodes !== undefined && flags.numNodes !== nodes)
    throw new UsageError(`--num-nodes is ${flags.numNodes}, but this node and its peers are ${nodes}`);
  const data = flags.data ?? said.data;
  return {
    ...flags,
    set: [...set, ...quorumsOf(flags), ...said.set.filter((pair) => !given.has(pair.split('=', 1)[0]))],
    id,
    port,
    peers,
    ...(data !== undefined && { data }),
  };
}

/** Quorums as options of the model. */
function quorumsOf({ readQuorum, writeQuorum }: Pick<NodeFlags, 'readQuorum' | 'writeQuorum'>): string[] {
  return Object.entries({ r: readQuorum, w: writeQuorum }).flatMap(([name, size]) =>
    size === undefined ? [] : [`${name}=${size}`],
  );
}

async function runForeground(nodeFlags: NodeFlags): Promise<void> {
  const flags = placed(nodeFlags);
  const { model, bug, ...chosen } = chosenModel(flags, [...models, ...frontModels]);
  const { peers } = flags;
  const options = sizedFor(model, chosen.options, Object.keys(peers).length + 1);
  const given = flags.data === undefined ? null : madeFolder(flags.data);
  const signals = catchSignals();
  const folder = given ?? mkdtempSync(join(tmpdir(), 'ordeal-node-'));
  const ended = new Promise<RunningNode<Protocol> | Error>((end) => {
    startNode({
      model,
      self: nodeId(flags.id),
      port: flags.port,
      peers,
      disk: folderDisk(folder),
      options,
      seed: nodeFlags.seed,
      bug,
      onFatal: end,
    }).then((node) => {
      const curl = callLines(model, options, node.port);
      process.stdout.write(introduction(`${nodeId(flags.id)} of ${model.name}`, node, peers, folder, curl));
      void signals.first.then(() => end(node));
    }, end);
  });
  try {
    const outcome = await ended;
    if (outcome instanceof Error) throw explained(outcome, folder);
    await outcome.stop();
  } finally {
    if (given === null) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    signals.release();
  }
}

/** Also those that come while the node starts or ends, so that none leaves the temporary folder behind. */
function catchSignals(): { readonly first: Promise<void>; release(): void } {
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const controller = new AbortController();
  const onSignal = (): void => controller.abort();
  for (const name of names) process.on(name, onSignal);
  return {
    first: new Promise((resolve) => controller.signal.addEventListener('abort', () => resolve())),
    release: () => {
      for (const name of names) process.off(name, onSignal);
    },
  };
}

function madeFolder(name: string): string {
  const folder = resolve(name);
  makeFolder(folder, (where, error) => {
    const why = (error as Error).message;
    return new HarnessError(`the data folder cannot be made: ${where}: ${why}; give another one with --data`);
  });
  return folder;
}

/** Whether nodes of this model stand in front of others, and answer nothing by themselves. */
function isInFront(model: string | undefined): boolean {
  return frontModels.some(({ name }) => name === model);
}

/** The ids of the peers are the other numbers from 1 on, in the order of the list. Those of proxies come after them. */
function peersOf({
  model,
  id,
  port,
  peers,
}: {
  readonly model?: string;
  readonly id: number;
  readonly port: number;
  readonly peers: readonly number[];
}): Record<NodeId, string> {
  if (peers.includes(port))
    throw new UsageError(`--peers has ${port}, which is the port of this node itself`);
  const isProxy = isInFront(model);
  if (isProxy && id <= peers.length) {
    throw new UsageError(
      `--id ${id} is that of a node: with ${peers.length} nodes behind it a ${model} has a higher one`,
    );
  }
  if (!isProxy && id > peers.length + 1) {
    throw new UsageError(
      `--id ${id} is too high: with ${peers.length} peers the ids are 1 to ${peers.length + 1}`,
    );
  }
  const others = Array.from({ length: peers.length + 1 }, (_, at) => at + 1)
    .filter((number) => number !== id)
    .slice(0, peers.length);
  return Object.fromEntries(
    others.map((number, at) => [nodeId(number), `http://127.0.0.1:${peers[at] ?? 0}`]),
  );
}

function introduction(
  name: string,
  { port, incarnation, tornBytes }: RunningNode<Protocol>,
  peers: Readonly<Record<string, string>>,
  folder: string,
  curl: readonly string[],
): string {
  const known = Object.entries(peers).map(([node, url]) => `${node} at ${url}`);
  return [
    `${name} listens on http://127.0.0.1:${port}; incarnation ${incarnation}, data in ${folder}`,
    known.length === 0 ? 'it has no peers' : `its peers: ${known.join(', ')}`,
    ...(tornBytes === 0 ? [] : [`a torn last write of ${tornBytes} bytes was cut off the journal`]),
    '',
    ...curl,
    '',
    'Ctrl-C ends it.',
    '',
  ].join('\n');
}

function explained(error: Error, folder: string): Error {
  if (error instanceof PortInUse) return new HarnessError(error.message);
  if ('syscall' in error) {
    return new HarnessError(
      `the data cannot be kept in ${folder}: ${error.message}; give another one with --data`,
    );
  }
  if (!(error instanceof JournalCorrupt)) return error;
  return new HarnessError(
    `the journal in ${folder} is corrupt, so the node refuses to start: ${error.message}; give another folder with --data`,
  );
}

function portList(text: string): number[] {
  return text
    .split(',')
    .filter((port) => port.trim() !== '')
    .map((port) => wholeNumber(1, 65535)(port.trim()));
}
