/**
 * The simulated world: carries out the commands of a run on a simulated cluster, and tells it what happened, all in
 * virtual time. The counterpart of the world of real processes.
 */
import type { Op } from '../history.ts';
import type { Command, Report, Run } from '../world.ts';
import { assertNever } from '../../nodes/kernel/assert.ts';
import type { SimCluster } from './cluster.ts';
import type { Scheduler } from './scheduler.ts';

export class SimWorld {
  readonly history: Op[] = [];
  private readonly run: Run;
  private readonly cluster: SimCluster;
  private readonly scheduler: Scheduler;
  private readonly onRecord: (op: Op) => void;
  /** When the run wants to be woken; null when it does not. */
  private wakeUs: number | null = null;
  private plannedWakeUs: number | null = null;
  private finished = false;

  constructor(run: Run, cluster: SimCluster, scheduler: Scheduler, onRecord: (op: Op) => void) {
    this.run = run;
    this.cluster = cluster;
    this.scheduler = scheduler;
    this.onRecord = onRecord;
  }

  /** The run is over: all is recorded, all is healed. */
  get isFinished(): boolean {
    return this.finished;
  }

  start(): void {
    this.cluster.startAll();
    this.tell({ kind: 'start' });
  }

  private tell(report: Report): void {
    if (this.finished) return;
    const commands = this.run.on(report, this.scheduler.nowUs * 1000);
    for (const command of commands) this.carryOut(command);
  }

  private carryOut(command: Command): void {
    switch (command.kind) {
      case 'record':
        this.history.push(command.op);
        this.onRecord(command.op);
        return;
      case 'send': {
        const { id } = command;
        this.cluster.ask(command.node, command.request, command.timeoutMs, (outcome) => {
          this.tell({ kind: 'outcome', id, outcome });
        });
        return;
      }
      case 'perform': {
        const { id } = command;
        this.cluster.perform(
          command.actions,
          (problems) => {
            this.tell({ kind: 'performed', id, problems });
          },
          (node, what) => {
            this.tell({ kind: 'damaged', node, what });
          },
        );
        return;
      }
      case 'wake':
        this.wakeUs = Math.max(this.scheduler.nowUs, Math.ceil(command.atNs / 1000));
        this.planWake();
        return;
      case 'finish':
        this.finished = true;
        return;
      default:
        assertNever(command);
    }
  }

  /** A later wake than the planned one costs nothing now: the planned one plans the next when it comes up. */
  private planWake(): void {
    const { wakeUs } = this;
    if (wakeUs === null || (this.plannedWakeUs !== null && this.plannedWakeUs <= wakeUs)) return;
    this.plannedWakeUs = wakeUs;
    this.scheduler.at(wakeUs, () => {
      if (this.plannedWakeUs !== wakeUs) return;
      this.plannedWakeUs = null;
      if (this.wakeUs === null) return;
      if (this.wakeUs > this.scheduler.nowUs) this.planWake();
      else {
        this.wakeUs = null;
        this.tell({ kind: 'wake' });
      }
    });
  }
}
