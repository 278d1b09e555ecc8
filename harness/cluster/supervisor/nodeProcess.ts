/**
 * One incarnation of a node as a process: spawned as the leader of its own group and session, signalled as a group,
 * and swept as a group when its leader ends, so that nothing it has started stays behind.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import type { Exit, Launch } from './control.ts';
import { OutputFile } from './outputFile.ts';
import {
  isGroupGone,
  isGroupStopped,
  killGroup,
  markedGroups,
  markVariable,
  nodeVariable,
  signalGroup,
  within,
} from './processGroup.ts';

/** SIGKILL takes effect within milliseconds; what lives longer is stuck in the kernel. */
const deathMs = 5_000;
const stopMs = 2_000;
/** How long after the exit the last output may take to arrive. */
const lastOutputMs = 500;

export class NodeProcess {
  /** The process id of the leader, and so the id of the group. */
  readonly group: number;
  private readonly launch: Launch;
  private readonly child: ChildProcess;
  private readonly stderr: OutputFile | undefined;
  private isOrdered = false;
  private hasExited = false;

  /** Throws when the program cannot be started at all. `onExit` is called once, after the last output was read. */
  constructor(launch: Launch, onExit: (exit: Exit) => void, onSpawnError: (why: string) => void) {
    this.launch = launch;
    const [program = '', ...args] = launch.command;
    this.child = spawn(program, args, {
      cwd: launch.workingDirectory,
      env: { ...launch.env },
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.child.on('error', (error) => onSpawnError(error.message));
    this.group = this.child.pid ?? 0;
    if (this.group === 0) return;
    const { stdin, stdout, stderr } = this.child;
    stdin?.on('error', () => undefined);
    stdin?.end(launch.stdin);
    if (stdout) void new OutputFile(stdout, launch.stdout);
    if (stderr) this.stderr = new OutputFile(stderr, launch.stderr);
    this.child.once('exit', (code, signal) => this.onLeaderExit(code, signal, onExit));
  }

  /**
   * Whether its leader lives. Signals are sent only then: as soon as the leader is gone its group is killed, and from
   * then on the number of the group may belong to others.
   */
  get isRunning(): boolean {
    return this.group !== 0 && !this.hasExited;
  }

  async kill(): Promise<void> {
    this.isOrdered = true;
    if (this.isRunning) killGroup(this.group);
    await this.gone();
  }

  async stop(graceMs: number): Promise<void> {
    this.isOrdered = true;
    if (!this.isRunning) return this.gone();
    signalGroup(this.group, 'SIGTERM');
    // A stopped process would sleep on the signal.
    signalGroup(this.group, 'SIGCONT');
    await within(graceMs, () => !this.isRunning);
    if (this.isRunning) killGroup(this.group);
    return this.gone();
  }

  async pause(): Promise<void> {
    signalGroup(this.group, 'SIGSTOP');
    const isStopped = await within(stopMs, () => this.hasExited || isGroupStopped(this.group));
    if (!isStopped) throw new Error(`${this.launch.node} did not stop within ${stopMs} ms of SIGSTOP`);
  }

  resume(): void {
    if (this.isRunning) signalGroup(this.group, 'SIGCONT');
  }

  /** For the end of everything: no waiting, no news. */
  sweep(): void {
    this.isOrdered = true;
    if (this.isRunning) killGroup(this.group);
  }

  isGone(): boolean {
    return this.group === 0 || (this.hasExited && isGroupGone(this.group));
  }

  private async gone(): Promise<void> {
    // In this order: once the group is gone, nobody but strays can start more of them.
    if (await within(deathMs, () => this.isGone() && this.killStrays() === 0)) return;
    throw new Error(
      `${this.launch.node} (process group ${this.group}) is still there ${deathMs} ms after SIGKILL`,
    );
  }

  /**
   * Kills what has left the group for one of its own, found by the marks in its environment; how many groups there were.
   * They would go on serving for a node that is down, or hold its port when it starts again.
   */
  private killStrays(): number {
    const { [markVariable]: mark, [nodeVariable]: node } = this.launch.env;
    if (mark === undefined || node === undefined) return 0;
    const strays = markedGroups(mark, node);
    for (const group of strays) killGroup(group);
    return strays.length;
  }

  private onLeaderExit(code: number | null, signal: string | null, onExit: (exit: Exit) => void): void {
    this.hasExited = true;
    const isUnexpected = !this.isOrdered;
    killGroup(this.group);
    this.killStrays();
    const report = (): void => {
      clearTimeout(deadline);
      this.child.off('close', report);
      const stderrTail = this.stderr?.tail() ?? '';
      onExit({ node: this.launch.node, processId: this.group, code, signal, isUnexpected, stderrTail });
    };
    const deadline = setTimeout(report, lastOutputMs);
    this.child.once('close', report);
  }
}
