/**
 * Where runs are kept: one folder a run, and everything in it a plain file.
 *
 *   runs/<time>-<model>-<workload>-<seed>/
 *     config.json     everything needed to repeat the run
 *     history.jsonl   what happened, written while it happens
 *     results.json    the verdict
 *     report.html     the verdict, explained
 *     nodes/<id>/     output and data of each node
 *   runs/latest       → the newest
 */
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { NodeId } from '../nodes/kernel/ids.ts';
import type { RunConfig } from './config.ts';
import { HarnessError, UsageError } from './exit.ts';
import { readJsonl } from './formats/jsonl.ts';
import type { Op } from './history.ts';
import { HistoryWriter } from './historyFile.ts';
import { makeFolder } from './makeFolder.ts';
import type { Results } from './results.ts';
import { schemaProblems, type SchemaName } from './schemas/validate.ts';

/** Paths of a run folder, absolute. */
export interface RunPaths {
  readonly folder: string;
  readonly config: string;
  readonly history: string;
  readonly results: string;
  readonly report: string;
  readonly nodes: string;
}

export function runPaths(folder: string): RunPaths {
  const root = resolve(folder);
  return {
    folder: root,
    config: join(root, 'config.json'),
    history: join(root, 'history.jsonl'),
    results: join(root, 'results.json'),
    report: join(root, 'report.html'),
    nodes: join(root, 'nodes'),
  };
}

/** The folder of a run that is going on. */
export class RunFolder {
  readonly paths: RunPaths;

  constructor(folder: string) {
    this.paths = runPaths(folder);
  }

  /** The folder of a node's output and data; made when it does not exist. */
  nodeFolder(node: NodeId): string {
    const folder = join(this.paths.nodes, node);
    makeFolder(folder, unwritable);
    return folder;
  }

  openHistory(): HistoryWriter {
    return writing(this.paths.history, () => new HistoryWriter(this.paths.history));
  }

  writeConfig(config: RunConfig): void {
    writeWhole(this.paths.config, `${JSON.stringify(config, null, 2)}\n`);
  }

  writeResults(results: Results): void {
    writeWhole(this.paths.results, `${JSON.stringify(results, null, 2)}\n`);
  }

  writeReport(html: string): void {
    writeWhole(this.paths.report, html);
  }
}

/**
 * Makes the folder of a new run, which nobody else has, and points `latest` to it. To be called before anything is
 * started: a folder that cannot be written is a HarnessError.
 */
export function createRunFolder(
  config: Pick<RunConfig, 'model' | 'workload' | 'seed'>,
  options: { readonly out?: string; readonly startedAt: Date },
): RunFolder {
  const out = resolve(options.out ?? 'runs');
  makeFolder(out, unwritable);
  const name = `${timeName(options.startedAt)}-${config.model}-${config.workload}-${config.seed}`;
  const folder = makeUnique(out, name);
  const run = new RunFolder(folder);
  writing(run.paths.nodes, () => mkdirSync(run.paths.nodes));
  pointLatest(out, folder);
  return run;
}

/** A run read back from its folder. */
export interface StoredRun {
  readonly paths: RunPaths;
  readonly history: readonly Op[];
  /** What was tolerated in the history, a sentence each. */
  readonly warnings: readonly string[];
  readonly config: RunConfig;
  /** Null when the harness ended before there was a verdict. */
  readonly results: Results | null;
}

/** Reads a run folder. Whatever in it is malformed is refused with a UsageError or a HistoryFileError. */
export function readRun(folder: string): StoredRun {
  const paths = runPaths(folder);
  const config = readJson<RunConfig>('config', paths.config);
  if (config === null)
    throw new UsageError(`${paths.folder} is not the folder of a run: it has no config.json`);
  const results = readJson<Results>('results', paths.results);
  const { history, warnings } = readJsonl(paths.history);
  return { paths, config, results, history: [...history.ops()], warnings };
}

/** `2026-11-21T11-26-53`, UTC: sorts by time, and is a file name everywhere. */
function timeName(time: Date): string {
  return time.toISOString().slice(0, 19).replaceAll(':', '-');
}

/** Makes the folder, or the same with -2, -3 … : mkdir fails for all but one of those who try at the same time. */
function makeUnique(out: string, name: string): string {
  for (let copy = 1; ; copy++) {
    const folder = join(out, copy === 1 ? name : `${name}-${copy}`);
    try {
      mkdirSync(folder);
      return folder;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw unwritable(folder, error);
    }
  }
}

/** Replaces the link atomically: whoever looks finds the old run or the new one. */
function pointLatest(out: string, folder: string): void {
  const temporary = `${folder}.latest`;
  const latest = join(out, 'latest');
  writing(latest, () => {
    symlinkSync(basename(folder), temporary);
    try {
      renameSync(temporary, latest);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  });
}

/** Writes a file so that a reader finds all of it or none of it. */
function writeWhole(file: string, text: string): void {
  const temporary = `${file}.partial`;
  writing(file, () => {
    writeFileSync(temporary, text);
    renameSync(temporary, file);
  });
}

function readJson<T>(schema: SchemaName, file: string): T | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw new UsageError(`${file} cannot be read: ${messageOf(error)}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file} is not JSON: ${messageOf(error)}`);
  }
  const problems = schemaProblems(schema, value);
  if (problems.length > 0) throw new UsageError(`${file} is malformed: ${problems.join('; ')}`);
  return value as T;
}

function writing<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): HarnessError {
  return new HarnessError(
    `the run folder cannot be written: ${path}: ${messageOf(error)}. Choose another place with --out DIR.`,
  );
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
