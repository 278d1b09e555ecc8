/** What was measured, for people. */
import type { CaseSummary } from './rounds.ts';

/** How the time grows with the size of a case. */
export interface Growth {
  readonly small: string;
  readonly large: string;
  readonly operationsRatio: number;
  readonly timeRatio: number;
}

const header = ['case', 'median', 'from – to', 'cpu', 'aim', 'prepared in', 'peak', 'result'];

/** A table with a line for each case. */
export function tableOf(summaries: readonly CaseSummary[]): string {
  const rows = [header, ...summaries.map(rowOf)];
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          isNumeric(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const isNumeric = (column: number): boolean => column > 0 && column < header.length - 1;

function rowOf(summary: CaseSummary): string[] {
  const { name, meaning, milliseconds, medianMs, medianCpuMs, aimMs, aimMib, medianPreparationMs, peakMib } =
    summary;
  return [
    `${name}: ${meaning}`,
    `${duration(medianMs)}${medianMs <= aimMs ? '' : ' !'}`,
    `${duration(milliseconds[0] ?? NaN)} – ${duration(milliseconds.at(-1) ?? NaN)}`,
    duration(medianCpuMs),
    duration(aimMs),
    duration(medianPreparationMs),
    aimMib === undefined ? `${Math.round(peakMib)} MiB` : `${Math.round(peakMib)} of ${aimMib} MiB`,
    `${summary.isExpected ? '' : 'NOT EXPECTED: '}${summary.result}`,
  ];
}

export function duration(ms: number): string {
  return ms < 1000 ? `${ms.toPrecision(ms < 1 ? 1 : ms < 10 ? 2 : 3)} ms` : `${(ms / 1000).toPrecision(3)} s`;
}

/** The growth of each pair of which both cases were measured. */
export function growthOf(
  pairs: readonly { readonly small: string; readonly large: string }[],
  summaries: readonly CaseSummary[],
): Growth[] {
  const named = new Map(summaries.map((summary) => [summary.name, summary]));
  return pairs.flatMap(({ small, large }) => {
    const [less, more] = [named.get(small), named.get(large)];
    if (!less || !more) return [];
    const operationsRatio = more.operations / less.operations;
    return [{ small, large, operationsRatio, timeRatio: more.medianMs / less.medianMs }];
  });
}

export function describeGrowth({ small, large, operationsRatio, timeRatio }: Growth): string {
  return `${large} has ${operationsRatio.toPrecision(2)} times the operations of ${small}, and takes ${timeRatio.toPrecision(2)} times as long`;
}
