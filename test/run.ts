/**
 * `npm test`: types, lint, format, then every mocha test, in one command, in one lane more than there are cores. What failed
 * stands at the end, each with the line that repeats it; the last line is `N passed, N failed`.
 *
 * Tests run from one compiled copy of all sources: a TypeScript loader would take longer than many of them. Tests that start
 * processes share one lane, which mostly waits for them; beside it run checks and tests that only compute.
 *
 * A test that skips itself names the system package it misses; where CI is set, a skip is a failure, because there
 * `.ci/run` has installed them all.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { $ } from 'zx';
import { compiled } from '../harness/cli/compiled.js';
import type { Failure, Outcome, TestFile } from './lane.ts';

const lanesMax = 4;
const slowestShown = 5;
/** Tests that start processes and wait for them. */
const startsProcesses =
  /^test\/(e2e|readme|harness\/(bench|cli|cluster|submission)|nodes\/host|reports\/browser)/;

const print = (text: string): boolean => process.stdout.write(`${text}\n`);
const rounded = (seconds: number): string => `${seconds.toFixed(1)} s`;

interface Failed extends Failure {
  /** What repeats it. */
  readonly command: string;
}

const outcomes: Outcome[] = [];
const failed: Failed[] = [];
let passed = 0;

/** Runs an npm script to its end; its output is shown only when it fails. */
async function check(script: string): Promise<void> {
  const { ok, stdall, duration } = await $({ quiet: true, nothrow: true })`npm run --silent ${script}`;
  print(`${ok ? '✔' : '✘'} ${script} (${rounded(duration / 1000)})`);
  if (ok) passed++;
  else failed.push({ title: script, text: `${script}\n${stdall}`, command: `npm run ${script}` });
}

/** A process for tests. It is replaced when a test takes it down. */
class Lane {
  private readonly program: string;
  private child: ChildProcess | undefined;

  constructor(program: string) {
    this.program = program;
  }

  async run(test: TestFile): Promise<void> {
    const child = (this.child ??= fork(this.program, { execArgv: [] }));
    const outcome = await new Promise<Outcome | string>((resolve) => {
      const onMessage = (message: unknown): void => {
        child.off('exit', onExit);
        resolve(message as Outcome);
      };
      const onExit = (code: number | null, signal: string | null): void => {
        child.off('message', onMessage);
        resolve(`the process of the tests ended with ${signal ?? code}`);
      };
      child.once('message', onMessage).once('exit', onExit).send(test);
    });
    if (typeof outcome === 'string') {
      this.child = undefined;
      failed.push({
        title: test.file,
        text: `${test.file}\n${outcome}`,
        command: `npm test -- ${test.file}`,
      });
      print(`✘ ${test.file}: ${outcome}`);
    } else tell(outcome);
  }

  /** Whatever a test has left open keeps the process alive, which is noticed here. */
  async end(): Promise<void> {
    const child = this.child;
    if (child === undefined) return;
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.disconnect();
    const code = await ended;
    if (code !== 0 && code !== null)
      failed.push({ title: '', text: 'Tests have left something open', command: 'npm test' });
  }
}

function tell(outcome: Outcome): void {
  const { file, failures, skipped, seconds } = outcome;
  const counts = [
    `${outcome.passed} passed`,
    ...(failures.length > 0 ? [`${failures.length} failed`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ];
  print(`${failures.length > 0 ? '✘' : '✔'} ${file}: ${counts.join(', ')} (${rounded(seconds)})`);
  for (const { title } of failures) print(`    ✘ ${title}`);
  outcomes.push(outcome);
  passed += outcome.passed;
  failed.push(...failures.map((failure) => ({ ...failure, command: repeatLine(file, failure.title) })));
}

function repeatLine(file: string, title: string): string {
  const filter = title === '' ? '' : ` -f '${title.replaceAll("'", `'\\''`)}'`;
  return `npx mocha ${file}${filter}`;
}

function testFiles(filters: readonly string[]): string[] {
  const all = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.test\.tsx?$/.test(file))
    .map((file) => `test/${file}`)
    .sort();
  return filters.length === 0 ? all : all.filter((file) => filters.some((filter) => file.includes(filter)));
}

async function runAll(checks: readonly string[], files: readonly string[]): Promise<void> {
  const laneFile = 'test/lane.ts';
  const folders = ['nodes', 'harness', 'workloads', 'reports', 'test'];
  const folder = await compiled({ entries: [laneFile, ...files], folders });
  const moduleOf = (file: string): string => join(folder, file.replace(/\.tsx?$/, '.mjs'));
  const delicate = files.filter((file) => startsProcesses.test(file));
  const others: (() => Promise<void>)[] = checks.map((script) => () => check(script));
  const lanes = Array.from(
    { length: Math.min(lanesMax, availableParallelism() + 1) },
    () => new Lane(moduleOf(laneFile)),
  );
  const ofLane =
    (file: string) =>
    (lane: Lane): Promise<void> =>
      lane.run({ file, module: moduleOf(file) });
  const first = delicate.map(ofLane);
  // Whole clusters in virtual time (nodes, workloads) take longest: what is short comes last, and fills the lanes to the end.
  const computing = files.filter((file) => !delicate.includes(file)).toReversed();
  const rest = [...others, ...computing.map(ofLane)];
  const work = async (lane: Lane, at: number): Promise<void> => {
    for (;;) {
      const task = (at === 0 ? first.shift() : undefined) ?? rest.shift();
      if (task === undefined) return lane.end();
      await task(lane);
    }
  };
  await Promise.all(lanes.map(work));
}

function report(seconds: number): void {
  const slowest = outcomes.map(({ file, slowest }) => ({ file, ...slowest }));
  slowest.sort((one, other) => other.seconds - one.seconds);
  print(`\n${rounded(seconds)}; the slowest tests:`);
  for (const { title, seconds: took } of slowest.slice(0, slowestShown))
    print(`  ${rounded(took)}  ${title}`);
  for (const { text, command } of failed) print(`\n✘ ${text.trim()}\n\n  repeat  ${command}`);
  const skipped = outcomes.reduce((sum, outcome) => sum + outcome.skipped, 0);
  const skipsFail = Boolean(process.env['CI']) && skipped > 0;
  if (skipsFail) print(`\n${skipped} skipped: in CI that is a failure`);
  const failures = failed.length + (skipsFail ? skipped : 0);
  process.exitCode = failures === 0 && passed > 0 ? 0 : 1;
  print(`\n${passed} passed, ${failures} failed${skipped > 0 && !skipsFail ? `, ${skipped} skipped` : ''}`);
}

const filters = process.argv.slice(2);
// Types and lint need not run again for somebody who repeats a few tests by name.
await runAll(filters.length === 0 ? ['typecheck', 'lint'] : [], testFiles(filters));
report(performance.now() / 1000);
