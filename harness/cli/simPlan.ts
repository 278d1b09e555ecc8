/** From the flags of `npm run sim` to a campaign, and from a failed trial back to the line that repeats it. */
import { simProfiles } from '../sim/profiles.ts';
import type { Campaign, Trial } from '../sim/trial.ts';
import { choose } from './choice.ts';
import type { ModelFlags } from './modelFlags.ts';
import { planRun } from './runPlan.ts';

/** The flags as they are sent to jobs: plain JSON. */
export interface SimFlags extends ModelFlags {
  readonly workload?: string;
  readonly profile?: string;
  readonly nodes?: number;
  readonly concurrency?: number;
  readonly rate?: number;
  readonly timeLimit: number;
  readonly faults?: string;
  readonly faultInterval?: number;
  readonly schedule?: string;
  readonly guarantee?: string;
}

/** What a simulated run does when nobody says otherwise. */
export const simDefaults = { timeLimit: 8 } as const;

/** Checks the flags, as the real run does. Throws UsageError. */
export function campaignOf(flags: SimFlags): Campaign {
  const { model, workload, config } = planRun({
    ...flags,
    concurrency: flags.concurrency ?? 1,
    faultInterval: flags.faultInterval ?? 1,
    network: 'links',
    seed: 0,
  });
  const given = new Set(flags.set.map((pair) => pair.slice(0, pair.indexOf('='))));
  return {
    model,
    workload,
    profile: flags.profile === undefined ? null : choose('profile', simProfiles, flags.profile),
    // The entries of a schedule may name nodes, and were checked for this many.
    nodes: flags.nodes ?? (flags.schedule === undefined ? null : config.nodes),
    concurrency: flags.concurrency ?? null,
    rate: flags.rate === undefined ? 'drawn' : config.rate,
    timeLimitSeconds: config.timeLimitSeconds,
    faults: flags.faults === undefined ? null : config.faults,
    faultIntervalSeconds: flags.faultInterval ?? null,
    schedule: flags.schedule === undefined ? null : config.schedule,
    options: Object.fromEntries(Object.entries(config.options).filter(([name]) => given.has(name))),
    guarantee: config.guarantee,
    bug: config.bug,
  };
}

/** `npm run sim -- --model raft --seeds 1 --seed 123 --profile crash`, and whatever else was given. */
export function simReproLine(flags: SimFlags, { seed, profile }: Pick<Trial, 'seed' | 'profile'>): string {
  const words = [`--model ${flags.model ?? ''}`, `--seeds 1 --seed ${seed} --profile ${profile}`];
  const add = (name: string, value: string | number | undefined, usual?: number): void => {
    if (value !== undefined && value !== usual) words.push(`--${name} ${value}`);
  };
  add('workload', flags.workload);
  add('nodes', flags.nodes);
  add('concurrency', flags.concurrency);
  add('rate', flags.rate);
  add('time-limit', flags.timeLimit, simDefaults.timeLimit);
  add('faults', flags.faults);
  add('fault-interval', flags.faultInterval);
  add('schedule', flags.schedule);
  for (const pair of flags.set) add('set', pair);
  add('guarantee', flags.guarantee);
  add('bug', flags.bug);
  return `npm run sim -- ${words.join(' ')}`;
}
