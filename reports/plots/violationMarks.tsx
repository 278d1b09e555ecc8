/** Where the violations lie in time: a diamond with a number each, which leads to its counterexample. */
import type { JSX } from 'preact';
import type { FoundAnomaly } from '../data/anomalies.ts';
import { atSeconds, plural } from '../data/format.ts';
import { visible } from '../data/text.ts';
import { left, plotWidth, round, width, type Stage } from './frame.tsx';

/** More diamonds than this lie on top of each other. */
const marksMax = 100;

export function ViolationMarks({
  stage,
  anomalies,
  detailed,
}: {
  readonly stage: Stage;
  readonly anomalies: readonly FoundAnomaly[];
  /** How many of them have a panel of their own. */
  readonly detailed: number;
}): JSX.Element | null {
  const located = anomalies.filter(({ timeNs }) => timeNs !== null).slice(0, marksMax);
  if (located.length === 0) return null;
  const first = located[0];
  const description = `${plural(located.length, 'violation')}, the first at ${atSeconds(first?.timeNs ?? 0)}.`;
  return (
    <svg
      class="plot"
      id="violation-marks"
      viewBox={`0 0 ${width} 34`}
      role="img"
      aria-labelledby="marks-t marks-d"
    >
      <title id="marks-t">Violations</title>
      <desc id="marks-d">{description}</desc>
      <g transform={`translate(${left} 0)`}>
        <text class="tick" x={-8} y={21} text-anchor="end">
          violations
        </text>
        <rect class="plot-edge" width={plotWidth} height={34} />
        {located.map(({ number, anomaly, timeNs }) => (
          <a key={number} href={number <= detailed ? `#violation-${number}` : '#violations'}>
            <g
              class="violation-mark"
              data-at={Math.round((timeNs ?? 0) / 1e3)}
              transform={`translate(${round(stage.x(timeNs ?? 0))} 17)`}
            >
              <path d="M0 -13L13 0L0 13L-13 0Z" />
              <text y={4.5} text-anchor="middle">
                {number}
              </text>
              <title>{`${number}: ${visible(anomaly.kind, 60)} at ${atSeconds(timeNs ?? 0)}`}</title>
            </g>
          </a>
        ))}
      </g>
    </svg>
  );
}
