/**
 * submission.json: what a folder says of the program in it. Whatever is wrong is said at once, with what was found and
 * an example that can be copied.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { NodeModel, OptionValues } from '../../nodes/kernel/model.ts';
import { checkOptions, closest, OptionsError } from '../../nodes/kernel/options.ts';
import type { Transport } from '../../nodes/kernel/transport.ts';
import { markVariable, nodeVariable } from '../cluster/supervisor/processGroup.ts';
import { UsageError } from '../exit.ts';
import { schemaProblems } from '../schemas/validate.ts';
import { apiProblems, type ApiOverrides } from './api.ts';
import { placeholderProblems } from './placeholders.ts';

type Command = readonly string[];

/** As in harness/schemas/submission.schema.json. */
export interface Manifest {
  readonly name: string;
  readonly model: string;
  readonly nodes?: number;
  readonly transport?: Transport;
  readonly durable?: boolean;
  readonly readySeconds?: number;
  readonly options?: OptionValues;
  readonly build?: Command;
  readonly run: Command;
  readonly leader?: { readonly run: Command };
  readonly proxy?: { readonly count?: number; readonly run: Command };
  readonly stdin?: string;
  readonly ports?: readonly number[];
  readonly env?: Readonly<Record<string, string>>;
  readonly api?: ApiOverrides;
}

/** A program that somebody handed in. */
export interface Submission {
  /** Absolute. */
  readonly folder: string;
  readonly manifest: Manifest;
}

export const nodesDefault = 3;
export const manifestName = 'submission.json';

const manifestBytesMax = 1024 * 1024;
const listedMax = 12;
const shownMax = 400;

const example = `an example:
  { "name": "team-7", "model": "eventual",
    "run": ["python3", "node.py", "--id", "{id}", "--port", "{port}", "--peers", "{peerPorts}"] }`;

/** Reads and checks a folder's submission.json. Throws UsageError. */
export function readSubmission(folder: string, models: readonly NodeModel[]): Submission {
  const root = resolve(folder);
  const text = manifestText(root);
  const file = join(root, manifestName);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refusal(file, [`is not JSON: ${(error as Error).message}`], text);
  }
  const malformed = schemaProblems('submission', value);
  if (malformed.length > 0) throw refusal(file, malformed, text);
  const manifest = value as Manifest;
  const problems = manifestProblems(manifest, models);
  if (problems.length > 0) throw refusal(file, problems, text);
  return { folder: root, manifest };
}

/** What is wrong with a manifest that has the right form, a phrase each. */
export function manifestProblems(manifest: Manifest, models: readonly NodeModel[]): readonly string[] {
  const model = models.find(({ name }) => name === manifest.model);
  if (model === undefined) return [unknownModel(manifest.model, models)];
  const optionNames = model.options.map(({ name }) => name);
  return [
    ...optionProblems(model, manifest.options ?? {}),
    ...Object.entries(templatesOf(manifest)).flatMap(([where, texts]) =>
      texts.flatMap((text) => placeholderProblems(text, optionNames).map((problem) => `${where} ${problem}`)),
    ),
    ...portProblems(manifest),
    ...[markVariable, nodeVariable]
      .filter((name) => Object.hasOwn(manifest.env ?? {}, name))
      .map((name) => `env.${name} is what the harness knows its processes by, so it cannot be set`),
    ...apiProblems(model, manifest.api ?? {}, manifest.transport),
  ];
}

/** Every text with placeholders, by where it stands. */
export function templatesOf({
  run,
  leader,
  proxy,
  stdin,
  env,
}: Manifest): Readonly<Record<string, readonly string[]>> {
  return {
    run,
    'leader.run': leader?.run ?? [],
    'proxy.run': proxy?.run ?? [],
    stdin: stdin === undefined ? [] : [stdin],
    ...Object.fromEntries(Object.entries(env ?? {}).map(([name, text]) => [`env.${name}`, [text]])),
  };
}

function manifestText(root: string): string {
  const found = statSync(root, { throwIfNoEntry: false });
  if (found?.isDirectory() !== true)
    throw new UsageError(`there is no folder ${root}; --submission is given a folder with a ${manifestName}`);
  const file = join(root, manifestName);
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined) throw missing(root);
  if (size > manifestBytesMax)
    throw new UsageError(`${file} has ${size} bytes; at most ${manifestBytesMax} are read`);
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function missing(root: string): UsageError {
  const names = readdirSync(root).sort();
  const rest = names.length > listedMax ? ` … and ${names.length - listedMax} more` : '';
  const found = names.length === 0 ? 'nothing' : names.slice(0, listedMax).join(', ') + rest;
  return new UsageError(`${root} has no ${manifestName}; found: ${found}\n${example}`);
}

function refusal(file: string, problems: readonly string[], text: string): UsageError {
  const found = text.trim();
  const shown = found.length > shownMax ? `${found.slice(0, shownMax)} …` : found;
  return new UsageError(
    [`${file}:`, ...problems.map((problem) => `  ${problem}`), `found: ${shown || 'nothing'}`, example].join(
      '\n',
    ),
  );
}

function unknownModel(name: string, models: readonly NodeModel[]): string {
  const names = models.map((model) => model.name);
  const nearest = closest(name, names);
  const hint = nearest === null ? '' : ` did you mean "${nearest}"?`;
  return `model is "${name}", and there is none of that name;${hint} there are ${names.join(', ')}`;
}

function optionProblems(model: NodeModel, options: OptionValues): readonly string[] {
  try {
    checkOptions(model, options);
    return [];
  } catch (error) {
    if (error instanceof OptionsError) return error.problems;
    throw error;
  }
}

function portProblems({ ports, nodes = nodesDefault, proxy }: Manifest): readonly string[] {
  const needed = nodes + (proxy === undefined ? 0 : (proxy.count ?? 1));
  if (ports === undefined || ports.length === needed) return [];
  const whose = proxy === undefined ? `${nodes} nodes` : `${nodes} nodes and ${needed - nodes} proxies`;
  return [`ports has ${ports.length} ports, but there are ${whose}`];
}
