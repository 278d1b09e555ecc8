/** The flags that say which model runs and how, the same for every command: --model, --set, --bug. */
import { Option, type Command } from 'commander';
import { models } from '../../nodes/index.ts';
import type { NodeModel, OptionValues } from '../../nodes/kernel/model.ts';
import { plantable } from '../../nodes/kernel/roster.ts';
import { OptionsError, parseOptions } from '../../nodes/kernel/options.ts';
import { UsageError } from '../exit.ts';
import { choose } from './choice.ts';

export interface ModelFlags {
  readonly model?: string;
  readonly set: readonly string[];
  readonly bug?: string;
}

export interface ChosenModel {
  readonly model: NodeModel;
  readonly options: OptionValues;
  readonly bug: string | null;
}

const collect = (value: string, earlier: readonly string[]): readonly string[] => [...earlier, value];

export function addModelFlags(command: Command): Command {
  return command
    .option('--model <name>', `what to run: ${models.map(({ name }) => name).join(', ')}`)
    .addOption(
      new Option('--set <option=value>', 'an option of the model, repeatable (see: npm run jepsen -- list)')
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--bug <name>', 'plant one of the mistakes that the model knows (see: npm run jepsen -- list)');
}

/** Checks the flags against the registry. Throws UsageError. */
export function chosenModel(flags: ModelFlags, among: readonly NodeModel[] = models): ChosenModel {
  const names = among.map(({ name }) => name).join(', ');
  if (flags.model === undefined) throw new UsageError(`--model is missing. There are: ${names}`);
  const model = choose('model', among, flags.model);
  const options = optionsOf(model, flags.set);
  return { model, options, bug: flags.bug === undefined ? null : chosenBug(model, options, flags.bug) };
}

function chosenBug(model: NodeModel, options: OptionValues, name: string): string {
  const { name: bug } = choose(`bug of ${model.name}`, plantable(model), name);
  const isOfNodes = model.bugs.some((one) => one.name === bug);
  if (!isOfNodes && !model.front?.of(options))
    throw new UsageError(`${bug} is a mistake of a proxy, and there is none: add --set proxy=on`);
  return bug;
}

/** The options in a cluster of so many nodes. Throws UsageError for what such a cluster cannot have. */
export function sizedFor(model: NodeModel, options: OptionValues, nodes: number): OptionValues {
  return asUsage(() => model.sized?.(options, nodes) ?? options);
}

/** The options, where those that were not given are what the workload needs. */
export function servingOptions(model: NodeModel, flags: ModelFlags, workload: string): OptionValues {
  const given = new Set(flags.set.map((pair) => pair.slice(0, pair.indexOf('='))));
  const needed = Object.entries(model.defaultsFor?.(workload) ?? {}).filter(([name]) => !given.has(name));
  return { ...optionsOf(model, flags.set), ...Object.fromEntries(needed) };
}

function optionsOf(model: NodeModel, pairs: readonly string[]): OptionValues {
  return asUsage(() => parseOptions(model, pairs));
}

function asUsage(options: () => OptionValues): OptionValues {
  try {
    return options();
  } catch (error) {
    throw error instanceof OptionsError ? new UsageError(error.message) : error;
  }
}
