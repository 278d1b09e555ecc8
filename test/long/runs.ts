/** What the long tests run: commands as a person runs them, with their `--json` read. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Results } from '../../harness/results.ts';
import { npmRun } from '../command.ts';

export interface SimSummary {
  readonly seeds: number;
  readonly failures: readonly { readonly seed: number; readonly profile: string; readonly kind: string }[];
  readonly unknown: number;
  readonly operations: number;
  readonly seedsPerMinute: number;
  readonly hash: string;
}

/** Throws if it printed nothing. */
export async function simulate(args: readonly string[], limitSeconds: number): Promise<SimSummary> {
  const { code, stdout, stderr } = await npmRun('sim', [...args, '--json'], limitSeconds);
  if (stdout === '') throw new Error(`sim ended with ${code}: ${stderr.slice(-400)}`);
  return JSON.parse(stdout) as SimSummary;
}

export interface RealRun extends Results {
  readonly code: number | null;
  /** How long it took beyond its time limit. */
  readonly overSeconds: number;
}

/** A run on real processes, in a folder of its own that is gone afterwards. Throws if it printed no results. */
export async function realRun(args: readonly string[], timeLimitSeconds: number): Promise<RealRun> {
  const out = mkdtempSync(join(tmpdir(), 'ordeal-long-'));
  try {
    const all = [...args, '--time-limit', String(timeLimitSeconds), '--out', out, '--json'];
    const { code, stdout, stderr, seconds } = await npmRun('jepsen', all, timeLimitSeconds + 60);
    if (stdout === '') throw new Error(`jepsen ended with ${code}: ${stderr.slice(-400)}`);
    return { ...(JSON.parse(stdout) as Results), code, overSeconds: seconds - timeLimitSeconds };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

const sideBySide = 2;

/**
 * Runs the seeds 1 to `count`, two side by side, until all are done or one `isEnough`; what was run, by seed. Runs
 * disturb each other a little, as they do on the machines of those who have no other. Throws what the first run threw.
 */
export async function seededRuns(
  count: number,
  run: (seed: number) => Promise<RealRun>,
  isEnough: (result: RealRun) => boolean = () => false,
): Promise<readonly RealRun[]> {
  const results: RealRun[] = [];
  let next = 1;
  const problems: unknown[] = [];
  const lane = async (): Promise<void> => {
    while (next <= count && problems.length === 0 && !results.some(isEnough)) {
      try {
        results.push(await run(next++));
      } catch (error) {
        problems.push(error);
      }
    }
  };
  // Both have ended when this does: what comes next must not be disturbed.
  await Promise.all(Array.from({ length: sideBySide }, lane));
  if (problems.length > 0) throw problems[0];
  return results.sort((one, other) => one.seed - other.seed);
}

const huntedSeeds = 10;
export const timeLimitSeconds = 8;

export interface Hunt {
  readonly runs: readonly RealRun[];
  readonly found: readonly RealRun[];
}

/** Runs ten seeds with these flags, until one shows what is looked for. */
export async function hunt(args: readonly string[], isFound: (result: RealRun) => boolean): Promise<Hunt> {
  const runs = await seededRuns(
    huntedSeeds,
    (seed) => realRun([...args, '--seed', String(seed)], timeLimitSeconds),
    isFound,
  );
  return { runs, found: runs.filter(isFound) };
}

export function describeHunt({ runs, found }: Hunt): string {
  const [first] = found;
  return first === undefined
    ? `in none of ${runs.length} seeds: ${runs.map(({ code }) => `exit ${code}`).join(', ')}`
    : `in ${found.length} of ${runs.length} seeds: ${first.repro}`;
}
