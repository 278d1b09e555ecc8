/** One round: does one case once, cold, in a process of its own, and tells what was measured. */
import { existsSync, readFileSync } from 'node:fs';
import type { Measured, RoundOrder } from './benchCase.ts';
import { benchCases } from './cases.ts';

export function measure({ name, place, part }: RoundOrder): Measured | null {
  const benchCase = benchCases.find((candidate) => candidate.name === name);
  if (!benchCase) throw new RangeError(`there is no case ${name}`);
  if (part === 'files') {
    benchCase.makeFiles?.(place);
    return null;
  }
  const startedMs = performance.now();
  const { operations, expected, run } = benchCase.prepare(place);
  const cpuBefore = process.cpuUsage();
  const preparedMs = performance.now();
  const result = run();
  const milliseconds = performance.now() - preparedMs;
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    operations,
    preparationMs: preparedMs - startedMs,
    milliseconds,
    cpuMs: (user + system) / 1000,
    peakMib: peakKib() / 1024,
    result,
    expected,
  };
}

/** Where the system tells it, the peak since this program began; a fork remembers the peak of its parent too. */
function peakKib(): number {
  const status = '/proc/self/status';
  const [, ownPeak] = (existsSync(status) && /VmHWM:\s*(\d+)/.exec(readFileSync(status, 'utf8'))) || [];
  return ownPeak === undefined ? process.resourceUsage().maxRSS : Number(ownPeak);
}
