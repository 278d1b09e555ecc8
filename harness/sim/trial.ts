/**
 * A trial is one seed of a campaign: what the seed decides is drawn, the run is simulated, and its history is judged.
 * Pure: the same campaign and seed give the same trial in any process, on any machine.
 */
import type { Guarantee, NodeModel, OptionValues } from '../../nodes/kernel/model.ts';
import { nodeId, type NodeId } from '../../nodes/kernel/ids.ts';
import { createPrng, type Prng } from '../../nodes/kernel/prng.ts';
import { nodeBudget } from '../checkers/budget.ts';
import { rosterOf } from '../../nodes/kernel/roster.ts';
import type { RunConfig } from '../config.ts';
import type { Op } from '../history.ts';
import { judge } from '../judge.ts';
import { settlingFor } from '../judged.ts';
import { apiProfileOf } from '../profiles/index.ts';
import type { Results } from '../results.ts';
import type { ScheduleEntry } from '../faults/fault.ts';
import { Runner } from '../runner.ts';
import type { RunTimings } from '../runTimings.ts';
import { drawSchedule, withoutLeader, type ScheduleOptions } from '../schedule.ts';
import type { Workload } from '../workload.ts';
import type { HostFlaw } from './flaws.ts';
import type { Personality } from './personality.ts';
import { simProfiles, type SimProfile } from './profiles.ts';
import { simulate, type Simulated } from './simulation.ts';

/** What all seeds of a campaign share. What is null or absent is decided by each seed. */
export interface Campaign {
  readonly model: NodeModel;
  readonly workload: Workload;
  readonly profile: SimProfile | null;
  readonly nodes: number | null;
  readonly concurrency: number | null;
  /** Operations per second, null for no limit. */
  readonly rate: number | null | 'drawn';
  readonly timeLimitSeconds: number;
  readonly faults: readonly string[] | null;
  readonly faultIntervalSeconds: number | null;
  /** Instead of drawing any. */
  readonly schedule?: readonly ScheduleEntry[] | null;
  /** The options that were given; a seed may vary the others, where that changes no claim. */
  readonly options: OptionValues;
  readonly guarantee: Guarantee | null;
  readonly bug: string | null;
  readonly flaw?: HostFlaw;
}

/** The outcome of one seed. */
export interface Trial {
  readonly seed: number;
  readonly profile: string;
  /** What failed: `crash`, an invariant, or the checker that found a violation; null when nothing did. */
  readonly kind: string | null;
  /** What was violated, in a sentence or two; empty when nothing was. */
  readonly explanation: string;
  /** Why there is no verdict; null when there is one. */
  readonly unknown: string | null;
  /** Nothing could be judged: no operation of a kind ever succeeded. */
  readonly vacuous: boolean;
  readonly operations: number;
  readonly hash: string;
  readonly probes: Readonly<Record<string, number>>;
}

/** Search nodes that all checkers of a run may spend together: many times what a run takes. */
const searchNodesMax = 2_000_000;

/** Clients in the simulator are less patient than real ones: elections take half a second here too. */
const timings: Partial<RunTimings> = { attemptTimeoutMs: 400, operationTimeoutMs: 1200, leaderPollMs: 60 };

/** How long recovery and final reads may take on top of the time limit. */
const afterwardsMs = 60_000;

/** What a seed plays: everything that it decides. */
export interface Plan {
  readonly profile: SimProfile;
  readonly config: RunConfig;
  readonly personality: Personality;
}

export function profileOf(campaign: Campaign, seed: number): SimProfile {
  const profiles = simProfiles.filter(({ changesMembers }) => !changesMembers || campaign.model.membership);
  const turn = profiles[seed % profiles.length];
  if (turn === undefined) throw new RangeError('there are no profiles');
  return campaign.profile ?? turn;
}

export function planTrial(campaign: Campaign, seed: number): Plan {
  const profile = profileOf(campaign, seed);
  const prng = streamOf(seed, profile);
  const character = profile.draw(prng.fork('character'));
  const nodeCount = campaign.nodes ?? character.nodes;
  const options = drawOptions(campaign, nodeCount, prng.fork('options'));
  const survived = new Set(campaign.model.survives(options));
  // Faults that somebody chose are carried out, whether the model claims to survive them or not.
  const faults = campaign.faults ?? character.faults.filter((fault) => survived.has(fault));
  const faultIntervalSeconds = campaign.faultIntervalSeconds ?? character.faultIntervalSeconds;
  const { timeLimitSeconds } = campaign;
  const { all: nodes } = rosterOf(campaign.model, options, nodeCount);
  const schedule =
    campaign.schedule ??
    scheduleOf(campaign, profile, prng, { nodes, faults, faultIntervalSeconds, timeLimitSeconds }).filter(
      ({ fault }) => campaign.faults !== null || survived.has(fault),
    );
  const config: RunConfig = {
    version: 1,
    model: campaign.model.name,
    workload: campaign.workload.name,
    nodes: nodeCount,
    concurrency: campaign.concurrency ?? character.concurrency,
    rate: campaign.rate === 'drawn' ? character.rate : campaign.rate,
    timeLimitSeconds,
    faults,
    faultIntervalSeconds,
    seed,
    network: 'links',
    options,
    guarantee: campaign.guarantee,
    bug: campaign.bug,
    schedule,
  };
  return { profile, config, personality: character.personality };
}

function scheduleOf(
  campaign: Campaign,
  profile: SimProfile,
  prng: Prng,
  options: ScheduleOptions,
): readonly ScheduleEntry[] {
  const drawn = drawSchedule(prng.fork('schedule'), { ...options, duplicates: true });
  // Faults that somebody chose are carried out as they are in a real run.
  const isTuned = campaign.faults === null && profile.tune !== undefined;
  const schedule = isTuned ? (profile.tune?.(drawn, prng.fork('tune'), options) ?? drawn) : drawn;
  return campaign.model.leaderless ? withoutLeader(schedule) : schedule;
}

/** Runs one seed to its verdict. */
export function runTrial(campaign: Campaign, seed: number): Trial {
  const plan = planTrial(campaign, seed);
  const simulated = simulatePlan(campaign, plan);
  const shared = {
    seed,
    profile: plan.profile.name,
    operations: simulated.history.filter(({ type }) => type === 'invoke').length,
    hash: simulated.hash,
    probes: Object.fromEntries(simulated.probes),
  };
  const { failure } = simulated;
  if (failure !== null) {
    const explanation = `${failure.explanation} (at ${Math.round(failure.timeNs / 1e6)} ms)`;
    return { ...shared, kind: failure.kind, explanation, unknown: null, vacuous: false };
  }
  return { ...shared, ...verdictOf(judgePlan(campaign, plan, simulated.history)) };
}

export function simulatePlan(campaign: Campaign, { config, personality, profile }: Plan): Simulated {
  const { model, workload, flaw } = campaign;
  return simulate({
    model,
    options: config.options,
    bug: config.bug,
    ...(flaw !== undefined && { flaw }),
    nodes: members(config.nodes),
    personality,
    run: new Runner({ config, workload, model, profile: apiProfileOf(model, config.options), timings }),
    prng: streamOf(config.seed, profile).fork('world'),
    limitMs:
      config.timeLimitSeconds * 1000 +
      afterwardsMs +
      (settlingFor(model.claim(config.options), config.guarantee)?.deadlineMs ?? 0),
  });
}

export function judgePlan({ model, workload }: Campaign, { config }: Plan, history: readonly Op[]): Results {
  return judge({
    history,
    config,
    claim: model.claim(config.options),
    workload,
    budget: nodeBudget(searchNodesMax),
    isBrief: true,
    faults: {},
    model,
  });
}

function verdictOf(results: Results): Pick<Trial, 'kind' | 'explanation' | 'unknown' | 'vacuous'> {
  const checkers = Object.entries(results.checkers);
  const [violated] = checkers.filter(([, { valid }]) => valid === false);
  const vacuous = results.checkers['stats']?.valid === 'unknown';
  if (results.valid === false && violated !== undefined) {
    const [kind, { anomalies }] = violated;
    return { kind, explanation: anomalies[0]?.explanation ?? '', unknown: null, vacuous };
  }
  const unknown = results.valid === 'unknown' && !vacuous ? results.reasons.join('; ') : null;
  return { kind: null, explanation: '', unknown, vacuous };
}

/** Options that the model lets a simulation vary, unless they were given. */
function drawOptions({ model, workload, options }: Campaign, nodes: number, prng: Prng): OptionValues {
  const values: Record<string, string | number> = {};
  const needed = model.defaultsFor?.(workload.name) ?? {};
  for (const option of model.options) {
    const varied = option.vary === undefined ? option.default : prng.pick([option.default, ...option.vary]);
    values[option.name] = options[option.name] ?? needed[option.name] ?? varied;
  }
  return model.sized?.(values, nodes) ?? values;
}

function streamOf(seed: number, profile: SimProfile): Prng {
  return createPrng(`sim/${seed}/${profile.name}`);
}

function members(count: number): readonly NodeId[] {
  return Array.from({ length: count }, (_, at) => nodeId(at + 1));
}
