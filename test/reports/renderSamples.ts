/** Writes sample reports to a folder, to be looked at: `node --import tsx test/reports/renderSamples.ts FOLDER`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderReport, type ReportInput } from '../../reports/report.tsx';
import { hostileRun } from './hostileRun.ts';
import { syntheticRun } from './syntheticRun.ts';

const empty = syntheticRun({ seed: 5, operations: 0, seconds: 1, faults: false, staleRead: false });

const samples: Readonly<Record<string, ReportInput>> = {
  valid: syntheticRun({ seed: 1, operations: 12_000, seconds: 30, faults: true, staleRead: false }),
  invalid: syntheticRun({ seed: 2, operations: 6_000, seconds: 20, faults: true, staleRead: true }),
  small: syntheticRun({ seed: 3, operations: 400, seconds: 5, faults: true, staleRead: true }),
  large: syntheticRun({ seed: 4, operations: 100_000, seconds: 60, faults: true, staleRead: false }),
  empty: {
    ...empty,
    results: {
      ...empty.results,
      valid: 'unknown',
      reasons: ['No operation succeeded, so there is nothing to judge.'],
    },
  },
  hostile: hostileRun(),
};

const folder = process.argv[2] ?? 'runs/sample-reports';
mkdirSync(folder, { recursive: true });
for (const [name, input] of Object.entries(samples)) {
  const started = performance.now();
  const html = renderReport(input);
  const milliseconds = Math.round(performance.now() - started);
  const file = join(folder, `${name}.html`);
  writeFileSync(file, html);
  process.stdout.write(`${file}: ${Math.round(Buffer.byteLength(html) / 1024)} KB in ${milliseconds} ms\n`);
}
