/** The one line that repeats a run. Flags that say what would be so anyway are left out. */
import type { NodeModel } from '../nodes/kernel/model.ts';
import { defaultOptions } from '../nodes/kernel/options.ts';
import type { RunConfig } from './config.ts';
import { faultsDefault } from './faults/index.ts';

/** What a run does when nobody says otherwise, whatever the model. */
export const runDefaults = {
  concurrency: 10,
  /** Operations per second: enough to catch a short anomaly, little enough to be checked at once. */
  rate: 500,
  timeLimitSeconds: 30,
  faultIntervalSeconds: 5,
} as const;

/** What the defaults of a run depend on. */
export type ModelDefaults = Pick<
  NodeModel,
  'nodesDefault' | 'workloads' | 'options' | 'sized' | 'survives' | 'defaultsFor' | 'leaderless'
>;

/** `npm run jepsen -- --model raft --seed 42`. Without the model's defaults, all that they concern is spelled out. */
export function reproLine(config: RunConfig, defaults?: ModelDefaults): string {
  const flags = [
    config.submission === undefined
      ? flag('model', config.model)
      : flag('submission', config.submission.folder),
    flag('workload', config.workload, defaults?.workloads[0]),
    flag('nodes', config.nodes, defaults?.nodesDefault),
    flag('concurrency', config.concurrency, runDefaults.concurrency),
    flag('rate', config.rate ?? 0, runDefaults.rate),
    flag('time-limit', config.timeLimitSeconds, runDefaults.timeLimitSeconds),
    ...faultFlags(config, defaults),
    ...optionFlags(config, defaults),
    flag('guarantee', config.guarantee),
    flag('bug', config.bug),
    flag('seed', config.seed),
  ];
  return ['npm run jepsen --', ...flags.filter((text) => text !== '')].join(' ');
}

/** Faults come from a file, or are drawn. */
function faultFlags(
  { scheduleFile, faults, faultIntervalSeconds, options }: RunConfig,
  model: ModelDefaults | undefined,
): string[] {
  if (scheduleFile !== undefined) return [flag('schedule', scheduleFile)];
  const survived = model?.survives(options) ?? faultsDefault;
  const usual = faultsDefault.filter((fault) => survived.includes(fault));
  return [
    flag('faults', faults.join(',') || 'none', usual.join(',')),
    flag('fault-interval', faultIntervalSeconds, runDefaults.faultIntervalSeconds),
  ];
}

function flag(name: string, value: string | number | null, usual: string | number | null = null): string {
  return value === usual ? '' : `--${name} ${quoted(String(value))}`;
}

function optionFlags({ options, nodes, workload }: RunConfig, model: ModelDefaults | undefined): string[] {
  const defaults = model === undefined ? {} : { ...defaultOptions(model), ...model.defaultsFor?.(workload) };
  const usual = model?.sized?.(defaults, nodes) ?? defaults;
  return Object.entries(options)
    .filter(([name, value]) => usual[name] !== value)
    .map(([name, value]) => `--set ${quoted(`${name}=${value}`)}`);
}

/** For a shell: words with anything unusual in single quotes. */
function quoted(word: string): string {
  return /^[\w.,:=/+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
