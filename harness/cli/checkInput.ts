/** What `check` is asked to check: a history, and what should have held of it. */
import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { models } from '../../nodes/index.ts';
import { guarantees, type Guarantee } from '../../nodes/kernel/model.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import { workloadNamed } from '../../workloads/index.ts';
import { checkerOf, defaultLevels } from '../checkers/levels.ts';
import type { Reading } from '../columns/events.ts';
import type { History } from '../columns/history.ts';
import type { RunConfig } from '../config.ts';
import { UsageError } from '../exit.ts';
import type { OnBytes } from '../formats/fileBytes.ts';
import type { HistoryFormat } from '../formats/format.ts';
import { historyFormats, readHistoryFile, recognisedFormat } from '../formats/index.ts';
import { HistoryFileError } from '../historyFile.ts';
import { schemaProblems } from '../schemas/validate.ts';
import { specs, whyNotInitial } from '../specs/index.ts';
import type { SequentialSpec } from '../specs/spec.ts';
import type { Workload } from '../workload.ts';
import { choose } from './choice.ts';
import { guessSpecs, listsWhatWasWritten, misfitOf, operationNames } from './specGuess.ts';

export interface CheckFlags {
  readonly spec?: string;
  /** `strongest`: the strongest level of the spec, and which held if it did not. */
  readonly guarantee?: Guarantee | 'strongest';
  /** The name of a format, or `auto`. */
  readonly format: string;
  readonly reading: Partial<Reading>;
  readonly initial?: Json;
}

export interface CheckInput {
  /** As it was named on the command line. */
  readonly file: string;
  readonly format: HistoryFormat;
  readonly history: History;
  readonly warnings: readonly string[];
  readonly spec: SequentialSpec;
  /** What the history should have held. */
  readonly levels: readonly Guarantee[];
  /** The workload that made the history, unless somebody says otherwise. */
  readonly workload?: Workload;
}

/** Reads a history file or a run folder; `onBytes` is told how far reading got. Throws UsageError for whatever cannot be checked. */
export function readCheckInput(path: string, flags: CheckFlags, onBytes?: OnBytes): CheckInput {
  const { file, config } = locate(path);
  const format =
    flags.format === 'auto' ? recognisedFormat(file) : choose('format', historyFormats, flags.format);
  const { history, warnings, lineOf } = readHistoryFile(file, format, flags.reading, onBytes);
  const workload = flags.spec === undefined ? workloadNamed(config?.workload ?? '') : undefined;
  const specName = flags.spec ?? workload?.spec;
  const spec = specName === undefined ? guessed(file, history) : choose('spec', specs, specName);
  const whyNot = flags.initial === undefined ? undefined : whyNotInitial(spec, flags.initial);
  if (whyNot !== undefined) throw new UsageError(`${path}: --initial: ${whyNot}`);
  const misfit = misfitOf(history, spec);
  if (misfit) throw new HistoryFileError(file, lineOf(misfit.index), misfit.problem);
  return {
    file: path,
    format,
    history,
    warnings,
    spec,
    levels: levelsOf(flags, config, spec),
    ...(workload === undefined ? {} : { workload }),
  };
}

/** The history of a run folder, or a file; with the configuration of the run that it belongs to, if any. */
function locate(path: string): { readonly file: string; readonly config: RunConfig | undefined } {
  const found = statOf(path);
  const isFolder = found.isDirectory();
  if (!isFolder && !found.isFile())
    throw new UsageError(
      `${path} is no file; expected one, or the folder of a run (a pipe is read only once)`,
    );
  const file = isFolder ? join(path, 'history.jsonl') : path;
  if (isFolder) statOf(file);
  const isOfRun = isFolder || basename(path) === 'history.jsonl';
  return { file, config: isOfRun ? configBeside(file) : undefined };
}

function statOf(path: string): ReturnType<typeof statSync> & object {
  try {
    return statSync(path);
  } catch {
    throw new UsageError(`there is no ${path}; expected a history file or the folder of a run`);
  }
}

function configBeside(file: string): RunConfig | undefined {
  const configFile = join(dirname(file), 'config.json');
  let config: unknown;
  try {
    config = JSON.parse(readFileSync(configFile, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UsageError(
      `${configFile} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const problems = schemaProblems('config', config);
  if (problems.length > 0) throw new UsageError(`${configFile} is malformed: ${problems.join('; ')}`);
  return config as RunConfig;
}

function guessed(file: string, history: History): SequentialSpec {
  const [spec] = guessSpecs(history);
  if (spec && listsWhatWasWritten(history, spec))
    throw new UsageError(
      `${file}: reads answer lists of what was written one by one, which is no ${spec.name}; if a spec is meant, say so with --spec`,
    );
  if (spec) return spec;
  const names = operationNames(history).join(', ');
  throw new UsageError(
    `${file}: no spec has all the operations ${names}; see check --help for what each has`,
  );
}

/** What the run claimed to hold, unless somebody asks for something else. */
function levelsOf(
  { guarantee }: CheckFlags,
  config: RunConfig | undefined,
  spec: SequentialSpec,
): readonly Guarantee[] {
  const asked = guarantee ?? config?.guarantee;
  if (asked === 'strongest') return defaultLevels(spec);
  if (asked) {
    refuseUndecidable(asked, spec);
    return [asked];
  }
  const model = models.find(({ name }) => name === config?.model);
  return model && config ? model.claim(config.options).guarantees : defaultLevels(spec);
}

function refuseUndecidable(level: Guarantee, spec: SequentialSpec): void {
  if (checkerOf(level, { spec }) !== null) return;
  const judgeable = guarantees.filter((other) => checkerOf(other, { spec }) !== null);
  throw new UsageError(
    `${spec.name} histories cannot be checked for ${level}; there is: ${judgeable.join(', ')}`,
  );
}
