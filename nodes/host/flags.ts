/** The command line of a node process: read, checked, and turned into settings. Every problem is reported at once. */
import { parseArgs } from 'node:util';
import { nodeId, type NodeId } from '../kernel/ids.ts';
import type { NodeModel, OptionValues } from '../kernel/model.ts';
import { checkOptions, closest, OptionsError } from '../kernel/options.ts';
import { isClockOffset, isHttpUrl } from './hostApi.ts';

export interface NodeFlags {
  readonly model: NodeModel;
  readonly self: NodeId;
  readonly port: number;
  readonly peers: Readonly<Record<NodeId, string>>;
  readonly folder: string;
  readonly options: OptionValues;
  readonly seed: string;
  readonly bug: string | null;
  /** How wrong the wall clock is. */
  readonly clockOffsetMs: number;
  /** End when stdin closes, so that no node outlives the process that started it. */
  readonly exitWithStdin: boolean;
}

/** Everything that is wrong with the command line, one sentence each. */
export class FlagsError extends Error {
  override name = 'FlagsError';
}

export const usage = `usage: node main.mjs --model NAME --id 1 --port 5001 --peers 2=http://127.0.0.1:5002,3=http://… --data DIR
       [--options '{"name": value}'] [--seed S] [--bug NAME] [--clock-offset MS] [--exit-with-stdin]`;

const flagTypes = {
  model: { type: 'string' },
  id: { type: 'string' },
  port: { type: 'string' },
  peers: { type: 'string', default: '' },
  data: { type: 'string' },
  options: { type: 'string', default: '{}' },
  seed: { type: 'string', default: '0' },
  bug: { type: 'string' },
  'clock-offset': { type: 'string', default: '0' },
  'exit-with-stdin': { type: 'boolean', default: false },
} as const;

/** Throws `FlagsError`. */
export function parseFlags(args: readonly string[], models: readonly NodeModel[]): NodeFlags {
  const values = readFlags(args);
  const problems: string[] = [];
  const model = modelNamed(values.model, models, problems);
  const id = integerFlag('id', values.id, { min: 1, max: 1_000_000 }, problems);
  const port = integerFlag('port', values.port, { min: 0, max: 65535 }, problems);
  const peers = peersOf(values.peers, id, problems);
  const folder = values.data ?? '';
  if (folder === '') problems.push('--data is missing: the folder of the journal');
  const options = model === undefined ? {} : optionsOf(values.options, model, problems);
  if (model !== undefined && values.bug !== undefined) checkBug(values.bug, model, problems);
  const clockOffsetMs = clockOffsetOf(values['clock-offset'], problems);
  if (problems.length > 0 || model === undefined) throw new FlagsError(problems.join('\n'));
  return {
    model,
    self: nodeId(id),
    port,
    peers,
    folder,
    options,
    seed: values.seed,
    bug: values.bug ?? null,
    clockOffsetMs,
    exitWithStdin: values['exit-with-stdin'],
  };
}

interface FlagTexts {
  readonly model?: string;
  readonly id?: string;
  readonly port?: string;
  readonly peers: string;
  readonly data?: string;
  readonly options: string;
  readonly seed: string;
  readonly bug?: string;
  readonly 'clock-offset': string;
  readonly 'exit-with-stdin': boolean;
}

function readFlags(args: readonly string[]): FlagTexts {
  try {
    return parseArgs({ args: [...args], options: flagTypes, strict: true }).values;
  } catch (error) {
    const { message } = error as Error;
    const typed = /'--([^' ]+)/.exec(message)?.[1] ?? '';
    const meant = closest(typed, Object.keys(flagTypes));
    const hint = meant === null || meant === typed ? '' : `; did you mean --${meant}?`;
    // Only the first sentence: the rest advises on parseArgs itself.
    throw new FlagsError(`${message.replace(/\. .*/s, '')}${hint}`);
  }
}

function modelNamed(
  name: string | undefined,
  models: readonly NodeModel[],
  problems: string[],
): NodeModel | undefined {
  const names = models.map((model) => model.name);
  const found = models.find((model) => model.name === name);
  if (name === undefined) problems.push(`--model is missing: one of ${names.join(', ')}`);
  else if (found === undefined) problems.push(`there is no model "${name}"; there are ${names.join(', ')}`);
  return found;
}

function integerFlag(
  flag: string,
  text: string | undefined,
  { min, max }: { min: number; max: number },
  problems: string[],
): number {
  const value = /^\d+$/.test(text ?? '') ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  problems.push(`--${flag} must be a whole number from ${min} to ${max}, not ${JSON.stringify(text ?? '')}`);
  return min;
}

/** May be negative, which `parseArgs` takes as `--clock-offset=-500` alone. */
function clockOffsetOf(text: string, problems: string[]): number {
  const offsetMs = /^-?\d+$/.test(text) ? Number(text) : NaN;
  if (isClockOffset(offsetMs)) return offsetMs;
  problems.push(`--clock-offset must be whole milliseconds, not ${JSON.stringify(text)}`);
  return 0;
}

/** `2=http://127.0.0.1:5002,3=http://…` */
function peersOf(text: string, self: number, problems: string[]): Record<NodeId, string> {
  const peers: Record<NodeId, string> = {};
  for (const pair of text.split(',').filter((part) => part !== '')) {
    const [, number = '', url = ''] = /^([1-9]\d*)=(.+)$/.exec(pair) ?? [];
    const node = nodeId(Number(number));
    if (number === '' || !isHttpUrl(url))
      problems.push(`peer "${pair}" is not of the form 2=http://host:port`);
    else if (Number(number) === self) problems.push(`peer "${pair}" has the id of this node`);
    else if (node in peers) problems.push(`peer ${number} is given twice`);
    else peers[node] = url;
  }
  return peers;
}

function optionsOf(text: string, model: NodeModel, problems: string[]): OptionValues {
  try {
    const given: unknown = JSON.parse(text);
    if (typeof given === 'object' && given !== null && !Array.isArray(given)) {
      return checkOptions(model, given as Record<string, unknown>);
    }
    problems.push('--options must be a JSON object: {"name": value}');
  } catch (error) {
    if (error instanceof OptionsError) problems.push(...error.problems);
    else problems.push(`--options is not JSON: ${(error as Error).message}`);
  }
  return {};
}

function checkBug(bug: string, model: NodeModel, problems: string[]): void {
  const names = model.bugs.map(({ name }) => name);
  if (names.includes(bug)) return;
  const known = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`;
  problems.push(`model ${model.name} has no bug "${bug}"; ${known}`);
}
