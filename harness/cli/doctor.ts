/** `npm run jepsen -- doctor`: what this machine has, and what follows from it for runs and tests. */
import {
  constants,
  closeSync,
  fdatasyncSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeSync,
  accessSync,
  existsSync,
} from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Command } from 'commander';
import { faketimeLibrary } from '../cluster/faketime.ts';
import { freePort } from '../cluster/freePort.ts';
import { HarnessError } from '../exit.ts';

/** One line of the diagnosis. `note` costs something optional; `bad` makes runs fail or figures worthless. */
interface Finding {
  readonly name: string;
  readonly value: string | number | null;
  readonly state: 'good' | 'note' | 'bad';
  /** What follows from it. */
  readonly so: string;
}

/** As package.json says. */
const nodeMin = [20, 19] as const;
const syncCount = 20;
const slowSyncMs = 20;

/** System programs that something optional needs. */
const programs = [
  { name: 'chromium', package: 'chromium', so: 'only the browser tests of reports need it' },
  { name: 'cc', package: 'gcc', so: 'only the clocks of submissions need it, and those that are in C' },
] as const;

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('what this machine has, and what follows from it')
    .option('--json', 'one JSON value on stdout')
    .action(async (_: unknown, command: Command) => {
      // The command above has an option of the same name, and takes it first.
      const flags = command.optsWithGlobals<{ json?: boolean }>();
      const findings = await examine();
      process.stdout.write(flags.json === true ? `${JSON.stringify(findings)}\n` : `${asText(findings)}\n`);
      const bad = findings.filter(({ state }) => state === 'bad');
      if (bad.length > 0) throw new HarnessError(bad.map(({ name, so }) => `${name}: ${so}`).join('; '));
    });
}

async function examine(): Promise<readonly Finding[]> {
  return [
    nodeVersion(),
    cores(),
    load(),
    syncLatency(tmpdir()),
    syncLatency(process.cwd()),
    await ports(),
    processFiles(),
    ...programs.map(program),
    faketime(),
  ];
}

function nodeVersion(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isOld = major < nodeMin[0] || (major === nodeMin[0] && minor < nodeMin[1]);
  return {
    name: 'node',
    value: process.version,
    state: isOld ? 'bad' : 'good',
    so: isOld ? `install Node ${nodeMin.join('.')} or newer` : 'new enough',
  };
}

function cores(): Finding {
  const value = availableParallelism();
  const so =
    value < 2 ? 'nodes and harness share one core: expect slow runs' : 'enough for a cluster and the harness';
  return { name: 'cores', value, state: value < 2 ? 'note' : 'good', so };
}

function load(): Finding {
  const value = Math.round((loadavg()[0] ?? 0) * 100) / 100;
  const isHigh = value > availableParallelism();
  const so = isHigh ? 'other programs are busy: latencies and rates will be off' : 'quiet enough';
  return { name: 'load average', value, state: isHigh ? 'note' : 'good', so };
}

/** Median of some real ones: every acknowledged write of a node waits for one. */
function syncLatency(folder: string): Finding {
  const name = `fdatasync in ${folder} (ms)`;
  try {
    const value = Math.round(medianSyncMs(folder) * 100) / 100;
    const isSlow = value > slowSyncMs;
    const so = isSlow ? 'a slow disk: writes will be slow' : 'the floor of the latency of a write';
    return { name, value, state: isSlow ? 'note' : 'good', so };
  } catch (error) {
    return { name, value: null, state: 'bad', so: `cannot be written: ${(error as Error).message}` };
  }
}

function medianSyncMs(parent: string): number {
  const folder = mkdtempSync(join(parent, '.ordeal-doctor-'));
  try {
    const file = openSync(join(folder, 'probe'), 'a');
    const timesMs = Array.from({ length: syncCount }, () => {
      const startedMs = performance.now();
      writeSync(file, 'x'.repeat(256));
      fdatasyncSync(file);
      return performance.now() - startedMs;
    });
    closeSync(file);
    return timesMs.sort((left, right) => left - right)[syncCount / 2] ?? 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function ports(): Promise<Finding> {
  try {
    const value = await freePort();
    return { name: 'free port', value, state: 'good', so: 'nodes and links can listen on 127.0.0.1' };
  } catch (error) {
    return { name: 'free port', value: null, state: 'bad', so: (error as Error).message };
  }
}

function processFiles(): Finding {
  const isThere = existsSync('/proc/self/stat');
  const so = isThere
    ? 'pauses are confirmed, and runaway processes are found'
    : 'pauses are taken on trust, and processes that leave their group are not found';
  return { name: '/proc', value: isThere ? '/proc' : null, state: isThere ? 'good' : 'note', so };
}

function program({ name, so, package: install }: (typeof programs)[number]): Finding {
  const value = onPath(name);
  return {
    name,
    value,
    state: value === null ? 'note' : 'good',
    so: value === null ? `${so} (package ${install})` : so,
  };
}

function onPath(name: string): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  const found = folders.map((folder) => join(folder, name)).find(isExecutable);
  return found ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function faketime(): Finding {
  const value = faketimeLibrary();
  const so = 'only the fault clock of submissions needs it';
  const install = value === null ? ' (package libfaketime)' : '';
  return { name: 'libfaketime', value, state: value === null ? 'note' : 'good', so: so + install };
}

function asText(findings: readonly Finding[]): string {
  const marks = { good: 'ok ', note: '-  ', bad: 'BAD' };
  const width = Math.max(...findings.map(({ name }) => name.length)) + 2;
  return findings
    .map(
      ({ name, value, state, so }) => `${marks[state]} ${name.padEnd(width)}${value ?? 'not there'}: ${so}`,
    )
    .join('\n');
}
