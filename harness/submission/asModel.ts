/**
 * A submission as a model: the claims and options of the model that it names, the defaults that it states, and the
 * faults that can be done to a program of which nothing is known. So plans, verdicts and repro lines need no special
 * case for submissions. Pure.
 */
import type { Claim, NodeModel, OptionSpec, OptionValues } from '../../nodes/kernel/model.ts';
import { checkOptions } from '../../nodes/kernel/options.ts';
import type { ApiProfile } from '../profile.ts';
import { clientProfileOf } from '../profiles/index.ts';
import { overridden } from './api.ts';
import { nodesDefault, templatesOf, type Manifest } from './manifest.ts';
import { tellsPeers } from './placeholders.ts';

/** Faults of processes, and faults of links. The others need something that only reference nodes tell, or can be told. */
const processFaults = ['kill', 'stop', 'pause', 'restart-all', 'clock'] as const;
const crashes: readonly string[] = ['kill', 'stop', 'restart-all'];
const linkFaults = ['partition', 'slow', 'flaky'] as const;

/**
 * What the exercises ask for, where that is not what the reference models do: quorums that meet and no more, neither
 * repair by reads nor hints for nodes that were away; and replicas that exchange what they have every five seconds.
 */
const exerciseDefaults: Readonly<Record<string, string | number>> = {
  syncInterval: 5000,
  readRepair: 'off',
  handoff: 'off',
  antiEntropyInterval: 0,
};

/** The faults that can be injected at all. */
export function possibleFaults(manifest: Manifest): readonly string[] {
  return isCuttable(manifest) ? [...linkFaults, ...processFaults] : processFaults;
}

/** Whether the nodes reach each other by links. */
export function isCuttable(manifest: Manifest): boolean {
  return tellsPeers(Object.values(templatesOf(manifest)).flat());
}

/** The model of a submission: `base` is the one that it names. */
export function modelOf(manifest: Manifest, base: NodeModel): NodeModel {
  const given = statedOptions(manifest, base);
  const possible = possibleFaults(manifest);
  const isDurable = manifest.durable !== false;
  return {
    ...withoutOwn(base),
    ...(manifest.proxy && {
      front: { model: base, of: () => ({ count: proxiesOf(manifest), options: {} }) },
    }),
    nodesDefault: manifest.nodes ?? nodesDefault,
    options: base.options.map((spec) => withDefault(spec, given[spec.name])),
    bugs: [],
    // Nobody has said that it does.
    deduplicates: false,
    claim: (options) => claimOf(manifest, base, options),
    survives: (options) =>
      base
        .survives(options)
        .filter((fault) => possible.includes(fault) && (isDurable || !crashes.includes(fault)))
        .filter((fault) => fault !== 'clock' || !mayOrderByClock(manifest, base)),
    defaultsFor: (workload) => {
      const needed = Object.entries(base.defaultsFor?.(workload) ?? {});
      return Object.fromEntries(needed.filter(([name]) => manifest.options?.[name] === undefined));
    },
  };
}

/** The exercises let writes be ordered by the time of day; who says that they are not claims more. */
function mayOrderByClock({ options = {} }: Manifest, base: NodeModel): boolean {
  return base.options.some(({ name }) => name === 'timestamps') && options['timestamps'] === undefined;
}

/** Clients that cannot say what they have seen replace nothing, so values stand side by side whoever has seen them. */
function claimOf(manifest: Manifest, base: NodeModel, options: OptionValues): Claim {
  const { siblings, ...claim } = base.claim(options);
  const { contexts = {}, operations } = profileOf(manifest, base, options);
  const ofKeys = Object.keys(contexts).filter((name) => contexts[name]?.scope === 'key');
  const write = JSON.stringify(operations.write ?? null);
  const isSaid = ofKeys.some((name) => write.includes(`{context.${name}}`));
  return siblings === true && isSaid ? { ...claim, siblings } : claim;
}

/** How many processes stand in front of the nodes. */
export function proxiesOf({ proxy }: Manifest): number {
  return proxy === undefined ? 0 : (proxy.count ?? 1);
}

/** What only nodes of the project have: proxies of their own, and changes of members by requests that are ours. */
const ownParts: readonly string[] = ['front', 'membership'] satisfies (keyof NodeModel)[];

function withoutOwn(base: NodeModel): NodeModel {
  const parts = Object.entries(base).filter(([part]) => !ownParts.includes(part));
  return Object.fromEntries(parts) as unknown as NodeModel;
}

/** How clients speak to it. A counter that only grows is not asked to shrink: not every program refuses that. */
export function profileOf(manifest: Manifest, base: NodeModel, options: OptionValues): ApiProfile {
  const profile = overridden(clientProfileOf(base, options), manifest.api ?? {});
  return options['type'] === 'g-counter' ? { ...profile, onlyGrows: true } : profile;
}

/** What deserves to be known of every run of it, a sentence each. */
export function submissionWarnings(manifest: Manifest, faults: readonly string[]): readonly string[] {
  const killed = crashes.filter((fault) => faults.includes(fault));
  return [
    ...(isCuttable(manifest)
      ? []
      : [
          `${manifest.name} is told nothing of where its peers are, so links between its nodes could be neither cut nor slowed; it got only faults of processes`,
        ]),
    ...(manifest.durable === false && killed.length > 0
      ? [
          `${manifest.name} says that it keeps nothing over a crash (durable: false), and was subjected to ${killed.join(', ')} all the same`,
        ]
      : []),
  ];
}

function statedOptions(manifest: Manifest, base: NodeModel): OptionValues {
  const isOption = ([name]: [string, unknown]): boolean => base.options.some((spec) => spec.name === name);
  const usual = Object.fromEntries(Object.entries(exerciseDefaults).filter(isOption));
  const durable = manifest.durable === false && isOption(['durable', null]) ? { durable: 'off' } : {};
  const { transport } = manifest;
  const spoken = transport === undefined ? {} : { transport };
  return checkOptions(base, { ...usual, ...durable, ...manifest.options, ...spoken });
}

function withDefault(spec: OptionSpec, value: string | number | undefined): OptionSpec {
  if (value === undefined) return spec;
  // checkOptions has made a number of what stands for one.
  return spec.type === 'choice' ? { ...spec, default: String(value) } : { ...spec, default: Number(value) };
}
