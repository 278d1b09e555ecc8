/** Everything needed to repeat a run; config.json of its folder. */
import type { Guarantee, OptionValues } from '../nodes/kernel/model.ts';
import type { ScheduleEntry } from './faults/fault.ts';
import type { Submission } from './submission/manifest.ts';

export interface RunConfig {
  /** Version of this format. */
  readonly version: 1;
  readonly model: string;
  readonly workload: string;
  readonly nodes: number;
  readonly concurrency: number;
  /** Operations invoked per second over all clients, at most; null is as fast as they go. */
  readonly rate: number | null;
  /** Warm-up and faults; recovery, check and report follow. */
  readonly timeLimitSeconds: number;
  readonly faults: readonly string[];
  readonly faultIntervalSeconds: number;
  readonly seed: number;
  readonly network: 'links';
  readonly options: OptionValues;
  /** The level to judge against instead of the claimed one. */
  readonly guarantee: Guarantee | null;
  readonly bug: string | null;
  readonly schedule: readonly ScheduleEntry[];
  /** The file that it was read from; absent when it was drawn from the seed. */
  readonly scheduleFile?: string;
  /** The program that was run, if it is not the model itself. */
  readonly submission?: Submission;
}
