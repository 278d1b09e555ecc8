/**
 * One run as a state machine without I/O: reports of a world go in, commands come out (harness/world.ts). It leads the
 * clients and the nemesis through the phases: warm-up, faults, heal, recovery, final reads.
 */
import type { RunConfig } from './config.ts';
import type { ApiProfile } from './profile.ts';
import type { RunView } from './runView.ts';
import type { Workload } from './workload.ts';
import type { Command, Report, Run } from './world.ts';

/** How long a run waits for what; the defaults suit nodes whose elections take up to a second. */
export interface RunTimings {
  /** One attempt to ask a node. */
  readonly attemptTimeoutMs: number;
  /** One operation with all its attempts. */
  readonly operationTimeoutMs: number;
  readonly leaderPollMs: number;
  /** Actions of the cluster; after that the run goes on without them, with a warning. */
  readonly performTimeoutMs: number;
  readonly recoveryTimeoutMs: number;
  readonly finalReadsTimeoutMs: number;
}

export interface RunnerOptions {
  readonly config: RunConfig;
  readonly workload: Workload;
  /** What the harness must know of the model. */
  readonly model: {
    /** Whether a write may be sent again under its Request-Id. */
    readonly deduplicates: boolean;
  };
  /** How clients reach the service; the built-in key–value profile when absent. */
  readonly profile?: ApiProfile;
  readonly timings?: Partial<RunTimings>;
}

export class Runner implements Run {
  constructor(options: RunnerOptions) {
    void options;
  }

  on(report: Report, nowNs: number): readonly Command[] {
    void report;
    void nowNs;
    return [];
  }

  /** The run at a glance, now. */
  view(nowNs: number): RunView {
    void nowNs;
    throw new Error('not yet');
  }
}
