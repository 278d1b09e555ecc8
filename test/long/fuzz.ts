/**
 * The long mode of differential fuzzing: every `*.fuzz.test.ts` with up to 100,000 histories a property instead of the
 * few that `npm test` tries, for a few seconds each. Without the limit, which ORDEAL_FUZZ_SECONDS changes, some take
 * half an hour.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import type { Outcome, Unit } from './unit.ts';

const runs = 100_000;
const secondsPerProperty = process.env['ORDEAL_FUZZ_SECONDS'] ?? '5';
const root = 'test/harness';

export const fuzzUnits: readonly Unit[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.fuzz.test.ts'))
  .sort()
  .map((file) => ({
    name: `fuzzing ${file.replace('.fuzz.test.ts', '')}`,
    seconds: 60,
    run: () => fuzz(`${root}/${file}`),
  }));

/** Runs one file of fuzz tests; passes if mocha says so. */
function fuzz(file: string): Promise<Outcome> {
  const started = performance.now();
  const child = spawn(process.execPath, ['node_modules/mocha/bin/mocha.js', '--reporter', 'dot', file], {
    env: { ...process.env, ORDEAL_FUZZ_RUNS: String(runs), ORDEAL_FUZZ_SECONDS: secondsPerProperty },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const seconds = Math.round((performance.now() - started) / 1000);
      const passing = /(\d+) passing/.exec(printed)?.[1] ?? '0';
      const figure = `${passing} properties, each on ${runs} histories or for ${secondsPerProperty} s; ${seconds} s in all`;
      const passed = code === 0 && passing !== '0';
      resolve({ passed, figure: passed ? figure : `${figure}\n${printed.slice(-2_000)}` });
    });
  });
}
