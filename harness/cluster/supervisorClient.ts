/**
 * The harness's end of the pipe to its supervisor: orders go out, results and news of exited nodes come in. Should the
 * supervisor die first, the harness kills what it left, found by the mark that every process of the cluster carries.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { assertNever } from '../../nodes/kernel/assert.ts';
import { HarnessError } from '../exit.ts';
import {
  lineReader,
  type Exit,
  type NewsLine,
  type Order,
  type OrderLine,
  type OrderResult,
} from './supervisor/control.ts';
import { killGroup, markedGroups, within } from './supervisor/processGroup.ts';

export interface SupervisorOptions {
  /** The bundled supervisor.ts. */
  readonly program: string;
  readonly seed: string;
  /** Unique among all clusters of this machine. */
  readonly mark: string;
  /** Takes what it prints on stderr: nothing, unless it crashes. */
  readonly logFile: string;
  readonly onExit: (exit: Exit) => void;
  /** It died without being asked to; its nodes are gone already when this is called. */
  readonly onDeath: (error: HarnessError) => void;
}

/** No order takes longer; a stop may take its grace in addition. */
const orderMs = 10_000;
const startMs = 10_000;
const endMs = 5_000;
const sweepMs = 3_000;

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

export class SupervisorClient {
  private readonly options: SupervisorOptions;
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, Waiting>();
  private readonly groups = new Set<number>();
  private readonly started: Promise<void>;
  private onReady: () => void = () => undefined;
  private lastId = 0;
  private isClosing = false;
  private hasEnded = false;

  private constructor(options: SupervisorOptions) {
    this.options = options;
    const log = openSync(options.logFile, 'a');
    this.child = spawn(process.execPath, [options.program, options.seed, options.mark], {
      detached: true,
      env: { PATH: process.env['PATH'] ?? '' },
      stdio: ['pipe', 'pipe', log],
    });
    closeSync(log);
    this.started = new Promise((resolve) => (this.onReady = resolve));
    this.child.stdin?.on('error', () => undefined);
    this.child.stdout?.setEncoding('utf8').on(
      'data',
      lineReader((line) => this.onNews(JSON.parse(line) as NewsLine)),
    );
    this.child.on('error', (error) => this.onEnd(error.message));
    this.child.on('exit', (code, signal) => this.onEnd(signal ?? `exit code ${code}`));
  }

  /** Starts the process and waits until it takes orders. */
  static async start(options: SupervisorOptions): Promise<SupervisorClient> {
    const client = new SupervisorClient(options);
    const late = setTimeout(() => client.child.kill('SIGKILL'), startMs);
    const ended = new Promise<never>((_, reject) => {
      client.child.once('exit', () => reject(client.deathError('it did not start')));
      client.child.once('error', (error) => reject(client.deathError(error.message)));
    });
    try {
      await Promise.race([client.started, ended]);
    } finally {
      clearTimeout(late);
    }
    return client;
  }

  /** Resolves when the order was carried out; rejects with the reason why not, at the latest after its deadline. */
  order<Kind extends Order['kind']>(order: Extract<Order, { kind: Kind }>): Promise<OrderResult[Kind]> {
    if (this.hasEnded) return Promise.reject(this.deathError('it is gone'));
    const id = ++this.lastId;
    const line: OrderLine = { id, order };
    const deadlineMs = orderMs + ('graceMs' in order ? order.graceMs : 0);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(new HarnessError(`the supervisor did not ${order.kind} within ${deadlineMs} ms`));
      }, deadlineMs);
      this.waiting.set(id, { resolve: resolve as (result: unknown) => void, reject, timer });
      this.child.stdin?.write(JSON.stringify(line) + '\n');
    });
  }

  /** Ends the supervisor and with it every node. Resolves when all are gone. */
  async close(): Promise<void> {
    if (this.isClosing) return;
    this.isClosing = true;
    await this.order({ kind: 'close' }).catch(() => undefined);
    this.child.stdin?.end();
    if (!(await within(endMs, () => this.hasEnded))) this.child.kill('SIGKILL');
    await this.sweep();
  }

  private onNews(news: NewsLine): void {
    switch (news.kind) {
      case 'ready':
        return this.onReady();
      case 'exited':
        this.groups.delete(news.exit.processId);
        return this.options.onExit(news.exit);
      case 'done':
        return this.settle(news.id)?.resolve(news.result);
      case 'failed':
        return this.settle(news.id)?.reject(new Error(news.why));
      default:
        assertNever(news);
    }
  }

  private settle(id: number): Waiting | undefined {
    const waiting = this.waiting.get(id);
    clearTimeout(waiting?.timer);
    this.waiting.delete(id);
    return waiting;
  }

  private onEnd(why: string): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    const error = this.deathError(why);
    for (const id of [...this.waiting.keys()]) this.settle(id)?.reject(error);
    if (this.isClosing) return;
    void this.sweep().finally(() => this.options.onDeath(error));
  }

  /** Kills what carries our mark, until nothing does. */
  private async sweep(): Promise<void> {
    await within(sweepMs, () => {
      const left = markedGroups(this.options.mark);
      for (const group of left) killGroup(group);
      return left.length === 0;
    });
  }

  private deathError(why: string): HarnessError {
    const log = readLog(this.options.logFile);
    return new HarnessError(
      `the supervisor of the cluster died (${why}); its nodes were killed` + (log === '' ? '' : `:\n${log}`),
    );
  }
}

function readLog(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim().split('\n').slice(-20).join('\n');
  } catch {
    return '';
  }
}
