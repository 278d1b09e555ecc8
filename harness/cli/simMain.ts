/**
 * A job of a campaign: a process of its own that runs the seeds that it is given, and answers with their trials. It ends
 * when its parent lets go of it, however that comes about.
 */
import { runTrial, type Campaign, type Trial } from '../sim/trial.ts';
import { campaignOf, type SimFlags } from './simPlan.ts';

/** What the parent says: the flags once, then seeds. */
export type ToJob = { readonly flags: SimFlags } | { readonly seeds: readonly number[] };

/** What the job answers: that it is ready for seeds, their trials, or what is wrong with the simulator itself. */
export type FromJob =
  | { readonly ready: true }
  | { readonly trials: readonly Trial[] }
  | { readonly seed: number; readonly defect: string };

let campaign: Campaign | null = null;

function answer(message: FromJob): void {
  process.send?.(message);
}

function run(seeds: readonly number[]): void {
  if (campaign === null) return;
  const trials: Trial[] = [];
  for (const seed of seeds) {
    try {
      trials.push(runTrial(campaign, seed));
    } catch (error) {
      answer({ seed, defect: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      return;
    }
  }
  answer({ trials });
}

async function begin(flags: SimFlags): Promise<void> {
  const asked = campaignOf(flags);
  await asked.model.prepare?.(asked.options);
  campaign = asked;
  answer({ ready: true });
}

process.on('message', (message: ToJob) => {
  if ('flags' in message) void begin(message.flags);
  else run(message.seeds);
});
process.on('disconnect', () => process.exit());
// Ctrl-C reaches the whole process group; the parent decides when a job ends.
process.on('SIGINT', () => undefined);
