/** Facts about the machine that a report shows, because figures are worth little without them. */
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';

export function environment(): Readonly<Record<string, string | number>> {
  return {
    node: process.version,
    system: `${platform()} ${release()}`,
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    loadAverage: loadavg()
      .map((load) => load.toFixed(2))
      .join(' '),
    date: new Date().toISOString(),
  };
}
