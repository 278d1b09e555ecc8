/** How long successful operations took, window by window: median, 95th and 99th percentile, and the slowest. */
import { line } from 'd3-shape';
import type { JSX } from 'preact';
import { duration } from '../data/format.ts';
import { quantile, type Window } from '../data/windows.ts';
import { Frame, plotWidth, type Stage } from './frame.tsx';
import { latencyScaleOf, latencyTicks, type LatencyScale } from './latencyScatter.tsx';

const height = 170;
const labelPitch = 15;

const quantiles = [
  { share: 0.5, name: 'p50' },
  { share: 0.95, name: 'p95' },
  { share: 0.99, name: 'p99' },
  { share: 1, name: 'max' },
] as const;

interface Point {
  readonly timeNs: number;
  /** Null where no operation succeeded: the line is interrupted. */
  readonly latencyNs: number | null;
}

export function LatencyQuantiles({
  stage,
  windows,
}: {
  readonly stage: Stage;
  readonly windows: readonly Window[];
}): JSX.Element {
  const successful = stage.view.operations.filter(({ outcome }) => outcome === 'ok');
  const y = latencyScaleOf(successful, height);
  const lines = quantiles.map(({ share, name }) => ({ name, points: pointsOf(windows, share) }));
  const [first] = windows;
  return (
    <Frame
      stage={stage}
      id="quantiles"
      title={`Latency of ok operations, in windows of ${duration(first?.lengthNs ?? 0)}`}
      description={describe(stage)}
      height={height}
      yTicks={latencyTicks(y)}
      labels={<LineLabels y={y} lines={lines} />}
    >
      {lines.map(({ name, points }) => (
        <path
          key={name}
          class={`quantile ${name}`}
          d={pathOf(stage, y, points)}
          vector-effect="non-scaling-stroke"
        />
      ))}
    </Frame>
  );
}

function pointsOf(windows: readonly Window[], share: number): Point[] {
  return windows.map(({ fromNs, toNs, latenciesNs }) => ({
    timeNs: (fromNs + toNs) / 2,
    latencyNs: quantile(latenciesNs, share),
  }));
}

function pathOf(stage: Stage, y: LatencyScale, points: readonly Point[]): string {
  const path = line<Point>()
    .defined(({ latencyNs }) => latencyNs !== null)
    .x(({ timeNs }) => stage.x(timeNs))
    .y(({ latencyNs }) => y(Math.max(1, latencyNs ?? 1)))
    .digits(1);
  return path([...points]) ?? '';
}

function describe(stage: Stage): string {
  const latencies = stage.view.operations
    .filter(({ outcome }) => outcome === 'ok')
    .map(({ startNs, endNs }) => endNs - startNs);
  const ascending = Float64Array.from(latencies).sort();
  const figures = quantiles.map(
    ({ share, name }) => `${name} ${duration(quantile(ascending, share) ?? NaN)}`,
  );
  return `Quantiles of the latency of successful operations over time. Of the whole run: ${figures.join(', ')}.`;
}

/** The names of the lines at their right ends, moved apart where they would cover each other. */
function LineLabels({
  y,
  lines,
}: {
  readonly y: LatencyScale;
  readonly lines: readonly { readonly name: string; readonly points: readonly Point[] }[];
}): JSX.Element {
  let above = height + labelPitch;
  return (
    <g>
      {lines.map(({ name, points }) => {
        const last = points.findLast(({ latencyNs }) => latencyNs !== null)?.latencyNs;
        if (last === undefined || last === null) return null;
        above = Math.min(y(Math.max(1, last)), above - labelPitch);
        return (
          <g key={name} transform={`translate(${plotWidth + 8} ${Math.round(above)})`}>
            <line class={`quantile ${name}`} x2={22} />
            <text class="tick" x={28} y={4}>
              {name}
            </text>
          </g>
        );
      })}
    </g>
  );
}
