/** Runs the seeds of a campaign, dealt out to processes of their own. */
import { fork, type ChildProcess } from 'node:child_process';
import { HarnessError } from '../exit.ts';
import { profileOf, type Trial } from '../sim/trial.ts';

import { bundleProgram } from './programBundle.ts';
import type { FromJob, ToJob } from './simMain.ts';
import { campaignOf, simReproLine, type SimFlags } from './simPlan.ts';

export interface Work {
  readonly flags: SimFlags;
  readonly first: number;
  readonly count: number;
  readonly jobs: number;
  readonly onTrial: (trial: Trial) => void;
  /** Ends the work early; what is done by then is done. */
  readonly signal: AbortSignal;
}

/** A job gets so many seeds at a time: often enough to see progress, seldom enough not to wait for each other. */
const seedsPerTurn = 8;

export async function runSeeds(work: Work): Promise<void> {
  const { first, count, signal } = work;
  let next = first;
  const take = (): readonly number[] => {
    const size = signal.aborted ? 0 : Math.min(seedsPerTurn, first + count - next);
    const seeds = Array.from({ length: size }, (_, at) => next + at);
    next += size;
    return seeds;
  };
  const program = await bundleProgram(new URL('simMain.ts', import.meta.url));
  let unstarted = Math.min(work.jobs, Math.ceil(count / seedsPerTurn));
  const jobs = Array.from({ length: unstarted }, () => startJob(program.file));
  const stop = (): void => {
    for (const job of jobs) job.kill('SIGKILL');
  };
  signal.addEventListener('abort', stop);
  // An own exit, however it comes about, takes the jobs along; they also end by themselves once their parent is gone.
  process.on('exit', stop);
  const onStarted = (): void => {
    if (--unstarted === 0) program.remove();
  };
  try {
    await Promise.all(jobs.map((job) => employ(job, take, onStarted, work)));
  } finally {
    signal.removeEventListener('abort', stop);
    process.removeListener('exit', stop);
    stop();
    program.remove();
  }
}

function startJob(program: string): ChildProcess {
  return fork(program, { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
}

/** Gives a job seeds until there are no more. */
function employ(
  job: ChildProcess,
  take: () => readonly number[],
  onStarted: () => void,
  { flags, onTrial, signal }: Work,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const tell = (message: ToJob): void => {
      // A job that is gone ends with `exit`, which says more.
      job.send(message, () => undefined);
    };
    const giveMore = (): void => {
      const seeds = take();
      if (seeds.length > 0) tell({ seeds });
      else resolve();
    };
    job.on('message', (message: FromJob) => {
      if ('defect' in message) {
        reject(defectIn(flags, message.seed, message.defect));
        return;
      }
      if ('trials' in message) for (const trial of message.trials) onTrial(trial);
      else onStarted();
      giveMore();
    });
    job.on('error', reject);
    job.on('exit', (code, killedBy) => {
      if (signal.aborted) resolve();
      else reject(new HarnessError(`a job of the simulation ended with ${killedBy ?? code ?? 'nothing'}`));
    });
    tell({ flags });
  });
}

function defectIn(flags: SimFlags, seed: number, why: string): HarnessError {
  const profile = profileOf(campaignOf(flags), seed).name;
  return new HarnessError(
    `the simulator itself failed at seed ${seed}; repeat it with\n  ${simReproLine(flags, { seed, profile })}\n${why}`,
  );
}
