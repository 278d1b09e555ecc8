/**
 * The supervising process of a run. It spawns the nodes and carries the links between them, on orders of the harness,
 * and outlives the harness by a moment: when the pipe to it closes, however it died, every process group goes.
 *
 * It has a session of its own, so signals of the terminal do not reach it. As the parent of every node it cannot fail
 * to know one: what is spawned is in its table in the same step.
 */
import type { NodeId } from '../../nodes/kernel/ids.ts';
import { assertNever } from '../../nodes/kernel/assert.ts';
import { Mesh } from './links/mesh.ts';
import { lineReader, type Launch, type NewsLine, type Order, type OrderLine } from './supervisor/control.ts';
import { NodeProcess } from './supervisor/nodeProcess.ts';
import { killGroup, markedGroups, within } from './supervisor/processGroup.ts';

/** How long the last sweep waits to see the groups gone. */
const sweepMs = 3_000;

class Supervisor {
  private readonly mesh: Mesh;
  private readonly processes = new Map<NodeId, NodeProcess>();
  private readonly mark: string;
  private isClosing = false;

  constructor(seed: string, mark: string) {
    this.mesh = new Mesh(seed);
    this.mark = mark;
  }

  async carryOut(order: Order): Promise<unknown> {
    switch (order.kind) {
      case 'add-links':
        return this.mesh.add(order.nodes);
      case 'set-links':
        await this.mesh.set(order.settings);
        return null;
      case 'traffic':
        return this.mesh.traffic();
      case 'launch':
        return this.launch(order.launch);
      case 'kill':
        await this.processes.get(order.node)?.kill();
        return null;
      case 'stop':
        await this.processes.get(order.node)?.stop(order.graceMs);
        return null;
      case 'pause':
        await this.running(order.node).pause();
        return null;
      case 'resume':
        this.processes.get(order.node)?.resume();
        return null;
      case 'close':
        await this.sweep();
        return null;
      default:
        return assertNever(order);
    }
  }

  /** Kills every group, paused ones too, and waits until they are gone. */
  async sweep(): Promise<void> {
    this.isClosing = true;
    this.mesh.close();
    const all = [...this.processes.values()];
    for (const node of all) node.sweep();
    // Whoever left its group for one of its own still carries the mark of this cluster, and so do those that it starts
    // while we look: until a look finds nobody.
    await within(sweepMs, () => {
      const marked = markedGroups(this.mark);
      for (const group of marked) killGroup(group);
      return marked.length === 0 && all.every((node) => node.isGone());
    });
  }

  private launch(launch: Launch): Promise<number> {
    if (this.isClosing) throw new Error('the cluster is closing');
    if (this.processes.get(launch.node)?.isRunning) throw new Error(`${launch.node} is running already`);
    if (launch.port !== null) this.mesh.setPort(launch.node, launch.port);
    return new Promise((resolve, reject) => {
      const node = new NodeProcess(
        launch,
        (exit) => tell({ kind: 'exited', exit }),
        (why) => reject(new Error(why)),
      );
      this.processes.set(launch.node, node);
      if (node.group !== 0) resolve(node.group);
    });
  }

  private running(node: NodeId): NodeProcess {
    const process = this.processes.get(node);
    if (!process?.isRunning) throw new Error(`${node} is down`);
    return process;
  }
}

function tell(line: NewsLine): void {
  process.stdout.write(JSON.stringify(line) + '\n');
}

function main(): void {
  const [, , seed = '0', mark = ''] = process.argv;
  const supervisor = new Supervisor(seed, mark);
  const end = (exitCode: number): void => {
    void supervisor.sweep().finally(() => process.exit(exitCode));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  process.on('uncaughtException', (error) => {
    process.stderr.write(`${error.stack ?? error.message}\n`);
    end(1);
  });
  // Nobody may be left to read what we say; the end of stdin is what counts.
  process.stdout.on('error', () => undefined);
  const onOrder = (text: string): void => {
    const { id, order } = JSON.parse(text) as OrderLine;
    supervisor
      .carryOut(order)
      .then((result) => tell({ kind: 'done', id, result }))
      .catch((error: unknown) => tell({ kind: 'failed', id, why: (error as Error).message }));
  };
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', lineReader(onOrder));
  process.stdin.on('end', () => end(0));
  process.stdin.on('error', () => end(0));
  tell({ kind: 'ready' });
}

main();
