/**
 * Starts the nodes of a submission: a copy is built, every node gets a working copy of that, and commands, environment
 * and input are filled in for its place in the cluster.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { OptionValues } from '../../nodes/kernel/model.ts';
import { nodeId, type NodeId } from '../../nodes/kernel/ids.ts';
import { prepareFaketime } from '../cluster/faketime.ts';
import type { JobEnd } from '../cluster/job.ts';
import { ProcessCluster } from '../cluster/processCluster.ts';
import { describeCommand, type NodePlace, type NodeProgram } from '../cluster/program.ts';
import { describeExit } from '../cluster/readiness.ts';
import { within } from '../cluster/supervisor/processGroup.ts';
import { HarnessError, Interrupted } from '../exit.ts';
import { proxiesOf } from './asModel.ts';
import type { Manifest, Submission } from './manifest.ts';
import { keepPackageScope } from './packageScope.ts';
import { filled, leaderNumber, type SeatedPlace } from './placeholders.ts';
import { copyFolder } from './workingCopies.ts';

export interface StartOptions {
  readonly submission: Submission;
  readonly nodes: number;
  readonly options: OptionValues;
  /** The folder of the run, in a folder of runs. */
  readonly folder: string;
  readonly seed: number;
  /** The nodes are started such that their wall clocks can be moved. */
  readonly movesClocks?: boolean;
  /** Ends the build early, or the start of the nodes. */
  readonly signal?: AbortSignal;
}

const readySecondsDefault = 20;
const buildTimeoutMs = 10 * 60_000;
const tailLines = 20;
/** How long the last output of a build may take to arrive in its file. */
const lastOutputMs = 500;

/** How long a node may take until it accepts connections. */
export function readyMsOf({ readySeconds = readySecondsDefault }: Manifest): number {
  return readySeconds * 1000;
}

/** Resolves when all nodes are ready; if one is not, or the build fails, nothing is left behind. */
export async function startSubmission(options: StartOptions): Promise<ProcessCluster> {
  const { submission, nodes, folder, seed } = options;
  const { manifest } = submission;
  const nodesFolder = join(folder, 'nodes');
  const all = nodes + proxiesOf(manifest);
  mkdirSync(nodesFolder, { recursive: true });
  keepPackageScope(submission.folder, nodesFolder);
  const clock =
    options.movesClocks === true ? { clock: { preload: await prepareFaketime(nodesFolder) } } : {};
  const cluster = await ProcessCluster.open({
    nodes: all,
    first: nodes,
    folder,
    seed,
    program: (place) => ({
      ...programOf(manifest, seated(place, nodes), options.options),
      ...clock,
      workingDirectory: copyOf(nodesFolder, place.node),
    }),
    readyMs: readyMsOf(manifest),
    ...(options.signal && { signal: options.signal }),
    ...(manifest.ports && { ports: manifest.ports }),
  });
  try {
    const built = await build(cluster, options, nodesFolder);
    for (let number = 1; number <= all; number++)
      copyFolder(built, copyOf(nodesFolder, nodeId(number)), runsOf(folder));
    await cluster.startAll();
    return cluster;
  } catch (error) {
    await cluster.close();
    throw error;
  }
}

/** A node is told of the other nodes; a proxy, whose number is above theirs, of all of them. */
function seated(place: NodePlace, nodes: number): SeatedPlace {
  return { ...place, nodes, peers: place.peers.filter(({ number }) => number <= nodes) };
}

/** How the process at a place is started. */
export function programOf(
  { leader, proxy, run, env = {}, stdin }: Manifest,
  place: SeatedPlace,
  options: OptionValues,
): NodeProgram {
  const fill = (text: string): string => filled(text, place, options);
  const ofNode = leader !== undefined && place.number === leaderNumber ? leader.run : run;
  const command = proxy !== undefined && place.number > place.nodes ? proxy.run : ofNode;
  return {
    command: command.map(fill),
    env: Object.fromEntries(Object.entries(env).map(([name, text]) => [name, fill(text)])),
    ...(stdin !== undefined && { stdin: fill(stdin) }),
  };
}

function copyOf(nodesFolder: string, node: NodeId): string {
  return join(nodesFolder, node, 'copy');
}

/** Where runs are kept may be inside of the submission. */
function runsOf(folder: string): readonly string[] {
  return [dirname(folder), folder];
}

/** The folder to copy for the nodes. A build works in a copy, so that the submission stays as it is. */
async function build(
  cluster: ProcessCluster,
  { submission: { folder: source, manifest }, folder, signal }: StartOptions,
  nodesFolder: string,
): Promise<string> {
  if (manifest.build === undefined) return source;
  const workingDirectory = join(nodesFolder, 'build');
  copyFolder(source, workingDirectory, runsOf(folder));
  const output = join(nodesFolder, 'build.log');
  const end = await cluster.runJob({
    name: 'build',
    command: manifest.build,
    workingDirectory,
    // Compilers and their tools find what belongs to them by many variables.
    env: inherited(),
    output,
    timeoutMs: buildTimeoutMs,
    signal,
  });
  if (end.kind === 'exited' && end.exit.code === 0) return workingDirectory;
  const Failure = end.kind === 'aborted' ? Interrupted : HarnessError;
  throw new Failure(
    [
      `the build of ${manifest.name} ${describeEnd(end)}`,
      `  command: ${describeCommand(manifest.build)}`,
      `  in: ${workingDirectory}`,
      `  last lines of what it printed (${output}):`,
      ...(await lastLines(end, output)).map((line) => `    ${line}`),
    ].join('\n'),
  );
}

function describeEnd(end: JobEnd): string {
  if (end.kind === 'exited') return describeExit(end.exit);
  return end.kind === 'aborted' ? 'was interrupted' : `was not done after ${buildTimeoutMs / 60_000} minutes`;
}

function inherited(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return Object.fromEntries(entries);
}

/** Of its stderr; of all that it printed where that is empty, which may be still on its way to the file. */
async function lastLines(end: JobEnd, file: string): Promise<readonly string[]> {
  const printed = (): string => (existsSync(file) ? readFileSync(file, 'utf8').trimEnd() : '');
  const complaint = end.kind === 'exited' ? end.exit.stderrTail : '';
  if (complaint === '') await within(lastOutputMs, () => printed() !== '');
  const text = complaint || printed();
  return text === '' ? ['(nothing)'] : text.split('\n').slice(-tailLines);
}
