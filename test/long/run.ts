/**
 * `npm run test:long [-- --budget 15m] [-- NAME…]`: the long tests. What has passed with the code as it is now is not run again
 * (`--fresh` forgets), so a run that was stopped by its budget is continued by the next one. The last line is
 * `N passed, N failed`; units that did not fit are named above it.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import type { Outcome, Unit } from './unit.ts';
import { units } from './units.ts';

const memoryFile = 'node_modules/.cache/ordeal/test-long.json';

/** Programs, fuzz tests, and the schedules of runs. */
const sources = ['nodes', 'harness', 'workloads', 'reports', 'test/long', 'test/harness', 'test/samples'];

/** A hash of all code that the figures depend on. */
function codeHash(): string {
  const hash = createHash('sha256').update(process.version);
  for (const folder of sources) {
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
      if (/\.(ts|tsx|js|json|proto)$/.test(file)) hash.update(file).update(readFileSync(`${folder}/${file}`));
    }
  }
  return hash.update(readFileSync('package-lock.json')).digest('hex').slice(0, 16);
}

type Memory = Record<string, Outcome>;

function recall(hash: string): Memory {
  try {
    const stored = JSON.parse(readFileSync(memoryFile, 'utf8')) as { hash: string; outcomes: Memory };
    return stored.hash === hash ? stored.outcomes : {};
  } catch {
    return {};
  }
}

function keep(hash: string, outcomes: Memory): void {
  mkdirSync(dirname(memoryFile), { recursive: true });
  writeFileSync(memoryFile, JSON.stringify({ hash, outcomes }, null, 2));
}

/** Seconds of `90s`, `15m` or `1h`. */
function parseDuration(text: string): number {
  const [, amount, unit] = /^(\d+)(s|m|h)$/.exec(text) ?? [];
  if (amount === undefined) {
    process.stderr.write(`--budget: '${text}' is not a duration; write 90s, 15m or 1h\n`);
    process.exit(254);
  }
  return Number(amount) * { s: 1, m: 60, h: 3600 }[unit as 's' | 'm' | 'h'];
}

async function runUnit(unit: Unit): Promise<Outcome> {
  try {
    return await unit.run();
  } catch (error) {
    return { passed: false, figure: String(error) };
  }
}

const { values, positionals } = parseArgs({
  options: { budget: { type: 'string', default: '15m' }, fresh: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const deadline = performance.now() + parseDuration(values.budget) * 1000;
const hash = codeHash();
const outcomes = values.fresh ? {} : recall(hash);
const left: string[] = [];
let passed = 0;
let failed = 0;

for (const unit of units) {
  if (positionals.length > 0 && !positionals.some((name) => unit.name.includes(name))) continue;
  const known = outcomes[unit.name];
  if (!known?.passed && performance.now() + unit.seconds * 1000 > deadline) {
    left.push(unit.name);
    continue;
  }
  const outcome = known?.passed ? known : await runUnit(unit);
  outcomes[unit.name] = outcome;
  keep(hash, outcomes);
  if (outcome.passed) passed++;
  else failed++;
  process.stdout.write(
    `${outcome.passed ? '✔' : '✘'} ${unit.name}${known?.passed ? ' (earlier)' : ''}: ${outcome.figure}\n`,
  );
}
if (left.length > 0) process.stdout.write(`not within the budget, run again to go on: ${left.join(', ')}\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
