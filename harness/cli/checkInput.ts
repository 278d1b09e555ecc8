/** What `check` is asked to check: a history with the checkers that judge it. */
import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { models } from '../../nodes/index.ts';
import type { Guarantee } from '../../nodes/kernel/model.ts';
import { workloads } from '../../workloads/index.ts';
import type { Checker } from '../checkers/checker.ts';
import { linearizable } from '../checkers/linearizable/linearizable.ts';
import type { RunConfig } from '../config.ts';
import { UsageError } from '../exit.ts';
import { operationsOf, type Op } from '../history.ts';
import { HistoryFileError } from '../historyFile.ts';
import { schemaProblems } from '../schemas/validate.ts';
import { guessSpecs, hasOperation, operationNames } from './specGuess.ts';
import { specs } from '../specs/index.ts';
import type { Output, SequentialSpec } from '../specs/spec.ts';
import { choose } from './choice.ts';
import { historyFormats, type HistoryFormat } from './historyFormats.ts';

export interface CheckFlags {
  readonly spec?: string;
  readonly guarantee?: Guarantee;
  readonly format: string;
}

export interface CheckInput {
  /** As it was named on the command line. */
  readonly file: string;
  readonly history: readonly Op[];
  readonly warnings: readonly string[];
  readonly spec: SequentialSpec;
  readonly checkers: readonly Checker[];
}

/** Reads a history file or a run folder. Throws UsageError for whatever cannot be checked. */
export async function readCheckInput(path: string, flags: CheckFlags): Promise<CheckInput> {
  const { file, config } = locate(path);
  const { history, warnings } = await formatOf(flags.format, file).read(file);
  const workload = workloads.find(({ name }) => name === config?.workload);
  const specName = flags.spec ?? workload?.spec;
  const spec = specName === undefined ? guessed(file, history) : choose('spec', specs, specName);
  refuseUnfit(file, history, spec);
  const levels = levelsOf(flags, config);
  const checkers = levels.map((level) => {
    const checker = flags.spec === undefined ? workload?.checker(level) : undefined;
    return checker ?? checkerOf(spec, level);
  });
  const always = flags.spec === undefined ? (workload?.always ?? []) : [];
  return { file: path, history, warnings, spec, checkers: [...checkers, ...always] };
}

/** The history of a run folder, or a file; with the configuration of the run that it belongs to, if any. */
function locate(path: string): { readonly file: string; readonly config: RunConfig | undefined } {
  const isFolder = statOf(path).isDirectory();
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

function formatOf(name: string, file: string): HistoryFormat {
  if (name !== 'auto') return choose('format', historyFormats, name);
  const format = historyFormats.find((candidate) => candidate.recognises(file));
  if (!format) throw new UsageError(`${file}: no known format; say which with --format`);
  return format;
}

function guessed(file: string, history: readonly Op[]): SequentialSpec {
  const [spec] = guessSpecs(history);
  if (spec) return spec;
  const names = operationNames(history).join(', ');
  throw new UsageError(
    `${file}: no spec has all the operations ${names}; see check --help for what each has`,
  );
}

/** What the run claimed to hold, unless somebody asks for something else. */
function levelsOf({ guarantee }: CheckFlags, config: RunConfig | undefined): readonly Guarantee[] {
  const asked = guarantee ?? config?.guarantee;
  if (asked) return [asked];
  const model = models.find(({ name }) => name === config?.model);
  return model && config ? model.claim(config.options).guarantees : ['linearizable'];
}

function checkerOf(spec: SequentialSpec, level: Guarantee): Checker {
  if (level === 'linearizable') return linearizable(spec);
  throw new UsageError(`${spec.name} histories cannot be checked for ${level}; there is: linearizable`);
}

/** A history with operations or values that the spec does not have is refused, with the line of the first one. */
function refuseUnfit(file: string, history: readonly Op[], spec: SequentialSpec): void {
  for (const { invocation, completion } of operationsOf(history)) {
    const { f, value, index } = invocation;
    if (!hasOperation(spec, f)) {
      const known = spec.operations.map((operation) => operation.f).join(', ');
      throw new HistoryFileError(file, index + 1, `'${f}' is no operation of ${spec.name}; it has ${known}`);
    }
    const output: Output = completion?.type === 'ok' ? { value: completion.value } : 'unknown';
    try {
      spec.step(spec.init(), { f, value }, output);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw new HistoryFileError(file, (completion?.index ?? index) + 1, `${spec.name}: ${error.message}`);
    }
  }
}
