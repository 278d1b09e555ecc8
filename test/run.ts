/**
 * `npm test`: types, lint, then every mocha test, in one command. The last line is `N passed, N failed`.
 * A test that skips itself names the system package it misses; where CI is set, a skip is a failure, because there
 * `.ci/run` has installed them all.
 */
import { readdirSync } from 'node:fs';
import Mocha from 'mocha';
import { $ } from 'zx';

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** Runs an npm script to its end; its output is shown only when it fails. */
async function passes(script: string): Promise<boolean> {
  const { ok, stdall, duration } = await $({ quiet: true, nothrow: true })`npm run --silent ${script}`;
  process.stdout.write(
    `${ok ? '✔' : '✘'} ${script} (${(duration / 1000).toFixed(1)} s)\n${ok ? '' : stdall}`,
  );
  return ok;
}

/** Runs the mocha tests in this process, so that whatever they leave open is noticed. */
async function runMocha(files: readonly string[]): Promise<Tally> {
  const mocha = new Mocha({ timeout: 20_000, reporter: 'spec', forbidOnly: true, slow: 2_000 });
  for (const file of files) mocha.addFile(file);
  await mocha.loadFilesAsync();
  return new Promise((resolve) => {
    const runner = mocha.run((failures) => {
      const { passes: passed = 0, pending: skipped = 0 } = runner.stats ?? {};
      resolve({ passed, failed: failures, skipped });
    });
  });
}

function testFiles(filters: readonly string[]): string[] {
  const all = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.test\.tsx?$/.test(file))
    .map((file) => `test/${file}`)
    .sort();
  return filters.length === 0 ? all : all.filter((file) => filters.some((filter) => file.includes(filter)));
}

const filters = process.argv.slice(2);
// Types and lint need not run again for somebody who repeats a few tests by name.
const checks = filters.length === 0 ? await Promise.all(['typecheck', 'lint'].map(passes)) : [];
const tally = await runMocha(testFiles(filters));
const skipsFail = Boolean(process.env['CI']);
if (skipsFail && tally.skipped > 0)
  process.stdout.write(`${tally.skipped} skipped: in CI that is a failure\n`);

const passed = tally.passed + checks.filter(Boolean).length;
const failed = tally.failed + checks.filter((ok) => !ok).length + (skipsFail ? tally.skipped : 0);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

let reported = false;
const summary = (openFailures: number): void => {
  if (reported) return;
  reported = true;
  const skipped = tally.skipped > 0 && !skipsFail ? `, ${tally.skipped} skipped` : '';
  process.stdout.write(`${passed} passed, ${failed + openFailures} failed${skipped}\n`);
};
process.on('exit', () => summary(0));
// Everything has ended, so nothing may keep this process alive.
setTimeout(() => {
  process.stdout.write(`still open after the tests: ${process.getActiveResourcesInfo().join(', ')}\n`);
  summary(1);
  process.exit(1);
}, 10_000).unref();
