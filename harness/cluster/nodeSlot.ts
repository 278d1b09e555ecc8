/**
 * One place of a cluster and the life of the node in it: down, up, paused, up again. A restart finds the same port,
 * data and links. Actions on one node happen one after the other.
 */
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Prng } from '../../nodes/kernel/prng.ts';
import { HarnessError } from '../exit.ts';
import type { Damage } from '../world.ts';
import { damageJournal, unsyncedBytes } from './damage.ts';
import { faketimeName } from './faketime.ts';
import { freePort } from './freePort.ts';
import { NodeClock } from './nodeClock.ts';
import { describeCommand, type NodePlace, type NodeProgram, type ProgramOf } from './program.ts';
import { accepts, acceptsWithin, describeNeverReady, foundPortTaken } from './readiness.ts';
import type { Exit, Launch } from './supervisor/control.ts';
import { hasMapped, nodeVariable, within } from './supervisor/processGroup.ts';
import type { SupervisorClient } from './supervisorClient.ts';

export interface SlotOptions {
  readonly program: ProgramOf;
  /** nodes/<id>/ of the run. */
  readonly folder: string;
  /** Environment of every node of the cluster. */
  readonly env: Readonly<Record<string, string>>;
  readonly readyMs: number;
  readonly stopGraceMs: number;
  /** The port may be changed before the node was ready for the first time. */
  readonly isPortFixed: boolean;
}

/** How often a fresh node may find its port taken. */
const portsMax = 5;
const portRetryMs = 50;
/** How often a node is frozen to see whether something is unsynced, and how long it goes on in between. */
const looksMax = 40;
const betweenLooksMs = 3;
/** How long the news of an exit may take after the process is gone. */
const newsMs = 2_000;

export type NodeState = 'up' | 'paused' | 'down';

export class NodeSlot {
  private readonly supervisor: SupervisorClient;
  private readonly options: SlotOptions;
  private readonly clock: NodeClock;
  private currentPlace: NodePlace;
  private wasReady = false;
  private isUp = false;
  private isPaused = false;
  /** The process id of the last incarnation. */
  private group = 0;
  /** By process id: the news of an exit may come late, when the next incarnation runs already. */
  private readonly exits = new Map<number, Exit>();
  /** The last action; the next one waits for it. */
  private tail: Promise<unknown> = Promise.resolve();

  constructor(supervisor: SupervisorClient, place: NodePlace, options: SlotOptions) {
    this.supervisor = supervisor;
    this.currentPlace = place;
    this.options = options;
    this.clock = new NodeClock(options.folder);
    mkdirSync(place.dataDirectory, { recursive: true });
  }

  get place(): NodePlace {
    return this.currentPlace;
  }

  get state(): NodeState {
    return !this.isUp ? 'down' : this.isPaused ? 'paused' : 'up';
  }

  /**
   * Resolves when the node is ready; rejects with a HarnessError that tells what it said. `signal` ends the wait, as if
   * the node had had its time.
   */
  start(signal?: AbortSignal): Promise<void> {
    return this.next(async () => {
      if (this.isUp) return;
      await this.startOnFreePort(signal);
    });
  }

  kill(): Promise<void> {
    return this.next(async () => {
      this.isUp = false;
      await this.supervisor.order({ kind: 'kill', node: this.place.node });
    });
  }

  /** A kill, and then damage to what was not synced: says what it did, or null when there was nothing to damage. */
  losePower(damage: Damage, prng: Prng): Promise<string | null> {
    return this.next(async () => {
      const hasJournal = this.options.program(this.place).hasJournal === true;
      if (hasJournal) await this.awaitUnsynced();
      this.isUp = false;
      await this.supervisor.order({ kind: 'kill', node: this.place.node });
      if (!hasJournal)
        throw new Error('nobody knows what this program has synced, so its disk was left as it is');
      return damageJournal(this.place.dataDirectory, damage, prng);
    });
  }

  /**
   * Freezes the node at a moment when something is written and not synced, if one comes soon: a sync takes about a
   * millisecond, and a kill at any moment would mostly find nothing.
   */
  private async awaitUnsynced(): Promise<void> {
    const { node, dataDirectory } = this.place;
    for (let look = 0; look < looksMax && this.state === 'up'; look++) {
      await this.supervisor.order({ kind: 'pause', node });
      if (unsyncedBytes(dataDirectory) > 0) return;
      await this.supervisor.order({ kind: 'resume', node });
      await sleep(betweenLooksMs);
    }
  }

  stop(): Promise<void> {
    return this.next(async () => {
      this.isUp = false;
      const { stopGraceMs: graceMs } = this.options;
      await this.supervisor.order({ kind: 'stop', node: this.place.node, graceMs });
    });
  }

  /** Gone for good: the process, and the disk. */
  async discard(): Promise<void> {
    await this.kill();
    await rm(this.place.dataDirectory, { recursive: true, force: true });
  }

  pause(): Promise<void> {
    return this.next(async () => {
      await this.supervisor.order({ kind: 'pause', node: this.place.node });
      this.isPaused = true;
    });
  }

  resume(): Promise<void> {
    return this.next(async () => {
      await this.supervisor.order({ kind: 'resume', node: this.place.node });
      this.isPaused = false;
      if (this.isUp) await this.clock.settle(this.place);
    });
  }

  /** Makes the wall clock wrong by so much: now, or when the node starts or wakes up. */
  setClock(offsetMs: number): Promise<void> {
    return this.next(async () => {
      const program = this.options.program(this.place);
      this.clock.want(offsetMs, program);
      if (this.state === 'up') await this.clock.settle(this.place);
      if (this.isUp && offsetMs !== 0 && typeof program.clock === 'object') this.checkPreloaded();
    });
  }

  /** Who asks the kernel for the time, and not the C library, is not told what it shall be. */
  private checkPreloaded(): void {
    if (hasMapped(this.group, faketimeName)) return;
    throw new Error(
      `not every process of ${this.place.node} has loaded libfaketime, so the time is right there: ` +
        'what is linked statically, as programs of Go are, cannot have it',
    );
  }

  /** Takes the news of an exit; answers whether it came out of the blue. */
  onExit(exit: Exit): boolean {
    this.exits.set(exit.processId, exit);
    this.clearBehind(exit.processId);
    if (!exit.isUnexpected || !this.isUp || exit.processId !== this.group) return false;
    this.isUp = false;
    return true;
  }

  /** Nothing runs any more, and no news of exits come. */
  onClosed(): void {
    this.clearBehind(this.group);
  }

  private clearBehind(processId: number): void {
    this.clock.clear(processId);
  }

  /** How the last incarnation ended; null while it lives. */
  private exit(): Exit | null {
    return this.exits.get(this.group) ?? null;
  }

  private next<T>(action: () => Promise<T>): Promise<T> {
    const done = this.tail.then(action);
    this.tail = done.catch(() => undefined);
    return done;
  }

  /**
   * Nobody can reserve a port for a program that opens it itself. A fresh node that finds it taken gets another one;
   * a restarted one must have the same, since its peers and clients know it, and waits until it is free.
   */
  private async startOnFreePort(signal: AbortSignal | undefined): Promise<void> {
    const end = performance.now() + this.options.readyMs;
    for (let attempt = 1; ; attempt++) {
      // Whoever listens there now would be mistaken for the node.
      const isTaken = await accepts(this.place);
      const failure = isTaken ? this.portTaken() : await this.launchOnce(signal);
      if (failure === null) return;
      const mayRetry = this.wasReady
        ? performance.now() < end
        : attempt < portsMax && !this.options.isPortFixed && signal?.aborted !== true;
      if (!(isTaken || foundPortTaken(this.exit())) || !mayRetry) throw failure;
      if (this.wasReady) await sleep(portRetryMs);
      else this.currentPlace = { ...this.place, port: await freePort() };
    }
  }

  private portTaken(): HarnessError {
    const { node, port } = this.place;
    return new HarnessError(
      `port ${port} of ${node} is taken by another program; stop it, or choose other ports`,
    );
  }

  private async launchOnce(signal: AbortSignal | undefined): Promise<HarnessError | null> {
    const program = this.options.program({ ...this.place, clockOffsetMs: this.clock.offsetMs });
    this.exits.clear();
    try {
      this.group = await this.supervisor.order({ kind: 'launch', launch: this.launchOf(program) });
    } catch (error) {
      if (error instanceof HarnessError) throw error;
      return this.cannotSpawn(program, error as Error);
    }
    const isOver = (): boolean => this.exit() !== null || signal?.aborted === true;
    if (await acceptsWithin(this.options.readyMs, this.place, isOver)) {
      this.wasReady = true;
      this.isUp = true;
      this.isPaused = false;
      return null;
    }
    return this.neverReady(program);
  }

  private async neverReady(program: NodeProgram): Promise<HarnessError> {
    const exit = this.exit();
    if (exit === null) {
      await this.supervisor.order({ kind: 'kill', node: this.place.node });
      await within(newsMs, () => this.exit() !== null);
    }
    return new HarnessError(
      describeNeverReady({
        place: this.place,
        program,
        readyMs: this.options.readyMs,
        exit,
        stderrTail: this.exit()?.stderrTail ?? '',
        stderrFile: join(this.options.folder, 'stderr.log'),
      }),
    );
  }

  private cannotSpawn(program: NodeProgram, error: Error): HarnessError {
    const [name = ''] = program.command;
    return new HarnessError(
      `node ${this.place.node} could not be started: ${error.message}\n` +
        `  command: ${describeCommand(program.command)}\n` +
        `  hint: is ${name === '' ? 'a program named' : `'${name}' installed and on the PATH`}?`,
    );
  }

  private launchOf(program: NodeProgram): Launch {
    const { node, port, dataDirectory } = this.place;
    return {
      node,
      port,
      command: program.command,
      env: {
        HOME: dataDirectory,
        ...this.options.env,
        // Reference hosts start nobody, and to look for strays takes a while.
        ...(program.hasJournal === true ? {} : { [nodeVariable]: node }),
        ...this.clock.environment(program),
        ...program.env,
      },
      workingDirectory: program.workingDirectory ?? dataDirectory,
      stdout: join(this.options.folder, 'stdout.log'),
      stderr: join(this.options.folder, 'stderr.log'),
      stdin: program.stdin ?? '',
    };
  }
}
