/** From the flags of a command to the configuration of a run: everything drawn from the seed, everything checked. */
import { randomInt } from 'node:crypto';
import type { Command } from 'commander';
import type { NodeId } from '../../nodes/kernel/ids.ts';
import {
  guarantees,
  type Claim,
  type Guarantee,
  type NodeModel,
  type OptionValues,
} from '../../nodes/kernel/model.ts';
import { createPrng } from '../../nodes/kernel/prng.ts';
import { rosterOf } from '../../nodes/kernel/roster.ts';
import { workloads } from '../../workloads/index.ts';
import type { RunConfig } from '../config.ts';
import { UsageError } from '../exit.ts';
import type { ScheduleEntry } from '../faults/fault.ts';
import { faults as allFaults, faultsDefault, faultsOfMembers } from '../faults/index.ts';
import { seesNothing } from '../judged.ts';
import { serviceOf, type ApiProfile } from '../profile.ts';
import { clientProfileOf } from '../profiles/index.ts';
import { runDefaults } from '../repro.ts';
import { drawSchedule, withoutLeader } from '../schedule.ts';
import type { Submission } from '../submission/manifest.ts';
import type { Workload } from '../workload.ts';
import { choose, seconds, wholeNumber } from './choice.ts';
import { readSchedule } from './scheduleFile.ts';
import { addModelFlags, chosenModel, servingOptions, sizedFor, type ModelFlags } from './modelFlags.ts';
import {
  refuseImpossible,
  refuseOtherSize,
  submissionProfile,
  submittedModel,
  survivedHere,
} from './submitted.ts';

/** The flags that say what to run; the same words for every command that runs something. */
export interface PlanFlags extends ModelFlags {
  readonly workload?: string;
  readonly nodes?: number;
  readonly concurrency: number;
  readonly rate?: number;
  readonly timeLimit: number;
  readonly faults?: string;
  readonly faultInterval: number;
  readonly schedule?: string;
  readonly seed?: number;
  readonly network: string;
  readonly guarantee?: string;
}

export interface Plan {
  readonly model: NodeModel;
  readonly workload: Workload;
  readonly config: RunConfig;
  /** How clients speak to the nodes. */
  readonly profile: ApiProfile;
}

/** Seeds are printed and typed again: nine digits are enough. */
const seedMax = 999_999_999;

/** Adds the flags of `PlanFlags` to a command. */
export function addPlanFlags(command: Command): Command {
  return addModelFlags(command)
    .option(
      '--workload <name>',
      `what clients do (default: the model's first; there are ${names(workloads)})`,
    )
    .option('--nodes <n>', "size of the cluster (default: the model's)", wholeNumber(1, 25))
    .option('--concurrency <n>', 'clients at a time', wholeNumber(1, 1000), runDefaults.concurrency)
    .option(
      '--rate <n>',
      `operations per second at most, 0 for no limit (default: ${runDefaults.rate})`,
      wholeNumber(0, 1_000_000),
    )
    .option(
      '--time-limit <seconds>',
      'warm-up and faults; recovery, check and report follow',
      seconds(86_400),
      runDefaults.timeLimitSeconds,
    )
    .option(
      '--faults <names>',
      `comma-separated; all: all that the model survives; or none (default: those of ${faultsDefault.join(',')} that the model survives; there are ${names(allFaults)})`,
    )
    .option(
      '--fault-interval <seconds>',
      'mean time between faults',
      seconds(3600),
      runDefaults.faultIntervalSeconds,
    )
    .option(
      '--schedule <file>',
      'the faults of this file instead of drawn ones: a JSON array of entries, or config.json of a run',
    )
    .option(
      '--seed <n>',
      'repeats the plan of an earlier run (default: random, printed)',
      wholeNumber(0, seedMax),
    )
    .option('--network <kind>', 'how nodes are connected: links', 'links')
    .option('--guarantee <level>', 'judge against this level instead of the claimed one');
}

function names(items: readonly { readonly name: string }[]): string {
  return items.map((item) => item.name).join(', ');
}

/**
 * Checks the flags against the registries and draws the schedule. A submission stands in the place of the model that
 * it names. Throws UsageError.
 */
export function planRun(flags: PlanFlags, submission?: Submission): Plan {
  const { model, bug } =
    submission === undefined ? chosenModel(flags) : { model: submittedModel(submission, flags), bug: null };
  const workload = choose(
    `workload of ${model.name}`,
    servedBy(model),
    flags.workload ?? model.workloads[0] ?? '',
  );
  const nodes = flags.nodes ?? model.nodesDefault;
  if (submission !== undefined) refuseOtherSize(submission, nodes);
  const options = sizedFor(model, servingOptions(model, flags, workload.name), nodes);
  const profileOf = (chosen: OptionValues): ApiProfile =>
    submission === undefined ? clientProfileOf(model, chosen) : submissionProfile(submission, chosen);
  const profile = profileOf(options);
  checkNeeds(model, workload, options, profileOf);
  if (flags.guarantee === undefined) checkSees(model.claim(options), workload, model.name);
  if (flags.network !== 'links') throw new UsageError(`no network '${flags.network}'. There is: links`);
  const { all: members, fronts } = rosterOf(model, options, nodes);
  const given = givenSchedule(flags, members);
  const faults =
    given === null
      ? chosenFaults(
          flags.faults,
          submission === undefined ? model.survives(options) : survivedHere(model, options),
        )
      : [...new Set(given.map(({ fault }) => fault))];
  if (submission !== undefined) refuseImpossible(submission, faults);
  else if (given === null) refuseFixedMembers(model, fronts.length > 0, faults);
  const seed = flags.seed ?? randomInt(seedMax);
  const plan = {
    version: 1 as const,
    model: model.name,
    workload: workload.name,
    nodes,
    concurrency: flags.concurrency,
    rate: flags.rate === 0 ? null : (flags.rate ?? runDefaults.rate),
    timeLimitSeconds: flags.timeLimit,
    faults,
    faultIntervalSeconds: flags.faultInterval,
    seed,
    network: 'links' as const,
    options,
    guarantee: flags.guarantee === undefined ? null : chosenGuarantee(flags.guarantee),
    bug,
    ...(submission && { submission }),
  };
  const drawn = (): readonly ScheduleEntry[] =>
    drawSchedule(createPrng(seed).fork('schedule'), {
      nodes: members,
      faults,
      faultIntervalSeconds: flags.faultInterval,
      timeLimitSeconds: flags.timeLimit,
      // Reference models must cope with a message that comes twice; TCP never does that to a program of others.
      duplicates: submission === undefined,
    });
  const schedule = given ?? (model.leaderless ? withoutLeader(drawn()) : drawn());
  const scheduleFile = flags.schedule === undefined ? {} : { scheduleFile: flags.schedule };
  return { model, workload, profile, config: { ...plan, schedule, ...scheduleFile } };
}

/**
 * A model may serve a workload with some of its options alone: a set cannot be asked to count, and the service of gRPC
 * knows no statements. Says which options, and what would do.
 */
function checkNeeds(
  model: NodeModel,
  workload: Workload,
  options: OptionValues,
  profileOf: (options: OptionValues) => ApiProfile,
): void {
  const isServed = (chosen: OptionValues): boolean => {
    const service = serviceOf(profileOf(chosen));
    return workload.needs.some((kinds) => kinds.every((kind) => service.knows(kind)));
  };
  if (isServed(options)) return;
  const changed = model.options.filter(({ name, default: usual }) => options[name] !== usual);
  const given = changed.map(({ name }) => `${name}=${options[name]}`).join(' ');
  const ways = changed
    .filter(({ name, default: usual }) => isServed({ ...options, [name]: usual }))
    .map(({ name, default: usual }) => `${name}=${usual}`);
  const wants = workload.needs.map((kinds) => kinds.join(' and ')).join(', or ');
  throw new UsageError(
    `the workload ${workload.name} needs ${wants}; ${model.name}${given === '' ? '' : ` with ${given}`} does not do that` +
      (ways.length === 0 ? '' : `, but with ${ways.join(', or with ')} it does`),
  );
}

/** A run that cannot show anything of what is claimed would take its time and decide nothing. */
function checkSees(claim: Claim, workload: Workload, name: string): void {
  if (!seesNothing(workload, claim)) return;
  const judged = guarantees.filter((level) => workload.checker(level) !== null);
  throw new UsageError(
    `${name} with these options claims ${claim.guarantees.join(', ')}, and the workload ${workload.name} shows nothing of that; ` +
      `take another workload, or ask for a level that it can judge: --guarantee ${judged.join(', ')}`,
  );
}

function givenSchedule(flags: PlanFlags, nodes: readonly NodeId[]): readonly ScheduleEntry[] | null {
  if (flags.schedule === undefined) return null;
  if (flags.faults !== undefined)
    throw new UsageError('--faults says which faults are drawn, and --schedule draws none: give one of them');
  return readSchedule(flags.schedule, nodes);
}

function servedBy(model: NodeModel): readonly Workload[] {
  return workloads.filter((workload) => model.workloads.includes(workload.name));
}

/** Unless somebody chose them, faults that the model does not claim to survive are left out. */
function chosenFaults(text: string | undefined, survived: readonly string[]): readonly string[] {
  if (text === undefined) return faultsDefault.filter((fault) => survived.includes(fault));
  if (text === 'none') return [];
  if (text === 'all') return allFaults.map(({ name }) => name).filter((name) => survived.includes(name));
  const chosen = text.split(',').map((name) => choose('fault', allFaults, name.trim()).name);
  return [...new Set(chosen)];
}

/** Members that cannot be changed would make a run without faults of one that was asked to change them. */
function refuseFixedMembers(model: NodeModel, isFronted: boolean, chosen: readonly string[]): void {
  const changing = chosen.filter((name) => faultsOfMembers.includes(name));
  if (changing.length === 0 || (model.membership !== undefined && !isFronted)) return;
  const why =
    model.membership === undefined ? `the members of ${model.name} are` : 'behind proxies members are';
  throw new UsageError(`${changing.join(', ')} cannot be injected: ${why} the same for ever`);
}

function chosenGuarantee(text: string): Guarantee {
  const levels = guarantees.map((name) => ({ name }));
  return choose('guarantee', levels, text).name;
}
