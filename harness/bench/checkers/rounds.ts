/** Runs cases, a process a round, and sums the rounds up. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { HarnessError } from '../../exit.ts';
import type { BenchCase, Measured, Place, RoundOrder } from './benchCase.ts';

/** What the rounds of a case came to; milliseconds, ascending. */
export interface CaseSummary {
  readonly name: string;
  readonly meaning: string;
  readonly operations: number;
  readonly aimMs: number;
  readonly aimMib?: number;
  readonly medianMs: number;
  readonly milliseconds: readonly number[];
  readonly medianCpuMs: number;
  readonly medianPreparationMs: number;
  readonly peakMib: number;
  /** What the timed part answered, and whether that is right. */
  readonly result: string;
  readonly isExpected: boolean;
}

export interface RoundSettings {
  /** What a round is started with, before its order: a program and perhaps arguments. */
  readonly program: readonly string[];
  readonly rounds: number;
  readonly place: Place;
  readonly onRound: (name: string, measured: Measured) => void;
  /** Ends the round that is going on. */
  readonly signal: AbortSignal;
}

/** Runs a case; undefined when it was interrupted. Throws HarnessError when a round fails. */
export async function runCase(
  benchCase: BenchCase,
  settings: RoundSettings,
): Promise<CaseSummary | undefined> {
  const { rounds, place, onRound, signal } = settings;
  const { name } = benchCase;
  const measured: Measured[] = [];
  try {
    if (benchCase.makeFiles) await runPart(settings, { name, place, part: 'files' });
    for (let round = 0; round < rounds; round++) {
      const one = await runPart(settings, { name, place, part: 'round' });
      if (one === null) throw new HarnessError(`the round of ${name} measured nothing`);
      onRound(name, one);
      measured.push(one);
    }
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
  return summaryOf(benchCase, measured);
}

/** Large histories need more than the default heap where a checker keeps objects. */
const heapMib = 8192;

async function runPart({ program, signal }: RoundSettings, order: RoundOrder): Promise<Measured | null> {
  try {
    const args = [`--max-old-space-size=${heapMib}`, ...program, JSON.stringify(order)];
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      maxBuffer: 1 << 26,
      signal,
      killSignal: 'SIGKILL',
    });
    return JSON.parse(stdout) as Measured | null;
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    throw new HarnessError(`the case ${order.name} failed: ${stderr.trim() || String(error)}`);
  }
}

export function summaryOf(benchCase: BenchCase, measured: readonly Measured[]): CaseSummary {
  const { name, meaning, aimMs, aimMib } = benchCase;
  const milliseconds = measured.map((one) => one.milliseconds).sort((a, b) => a - b);
  const unexpected = measured.find(({ result, expected }) => !isAsExpected(result, expected));
  return {
    name,
    meaning,
    operations: measured[0]?.operations ?? 0,
    aimMs,
    ...(aimMib === undefined ? {} : { aimMib }),
    medianMs: median(milliseconds),
    milliseconds,
    medianCpuMs: median(measured.map(({ cpuMs }) => cpuMs)),
    medianPreparationMs: median(measured.map(({ preparationMs }) => preparationMs)),
    peakMib: Math.max(...measured.map(({ peakMib }) => peakMib)),
    result: (unexpected ?? measured[0])?.result ?? '',
    isExpected: unexpected === undefined,
  };
}

/** Of an invalid history the expected kind must stand among those that were found. */
function isAsExpected(result: string, expected: string): boolean {
  const [, kind] = /^invalid: (.*)$/.exec(expected) ?? [];
  if (kind === undefined) return result === expected;
  const [, kinds] = /^invalid: (.*)$/.exec(result) ?? [];
  return kinds !== undefined && kinds.split(', ').includes(kind);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}
