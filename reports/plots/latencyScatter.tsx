/**
 * The latency of every operation over the time at which it was invoked, on a logarithmic scale; colour and shape say
 * how it ended. The marks here are at most two thousand; the page's script puts a canvas with all operations over them.
 */
import { scaleLog, type ScaleLogarithmic } from 'd3-scale';
import type { JSX } from 'preact';
import type { Outcome } from '../data/describe.ts';
import { count, duration } from '../data/format.ts';
import { sampled } from '../data/sample.ts';
import type { TimedOperation } from '../data/view.ts';
import { Frame, headroom, left, plotWidth, width, round, type Stage, type YTick } from './frame.tsx';

const height = 260;

/** The mark of each outcome, as path commands around a point: a dot, a cross, a triangle, an open circle. */
const shapes: Readonly<Record<Outcome, string>> = {
  ok: 'h0',
  fail: 'm-3 -3l6 6m0 -6l-6 6',
  info: 'm0 -4.5l4.5 8h-9z',
  open: 'm-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0',
};
/** Rare outcomes are drawn last, on top. */
const drawingOrder: readonly Outcome[] = ['ok', 'fail', 'info', 'open'];

export type LatencyScale = ScaleLogarithmic<number, number>;

/** From a little below the fastest to a little above the slowest, in nanoseconds; at least a factor of thirty. */
export function latencyScaleOf(operations: readonly TimedOperation[], plotHeight: number): LatencyScale {
  let [least, most] = [Infinity, 0];
  for (const { startNs, endNs } of operations) {
    least = Math.min(least, Math.max(1e4, endNs - startNs));
    most = Math.max(most, endNs - startNs);
  }
  const from = Number.isFinite(least) ? least / 1.4 : 1e5;
  return scaleLog()
    .domain([from, Math.max(from * 30, most * 1.6)])
    .range([plotHeight, 0])
    .clamp(true);
}

/** The powers of ten of the scale. */
export function latencyTicks(scale: LatencyScale): YTick[] {
  const [from = 1, to = 1] = scale.domain();
  const ticks: YTick[] = [];
  for (let value = 10 ** Math.ceil(Math.log10(from)); value <= to; value *= 10)
    ticks.push({ y: scale(value), text: duration(value) });
  return ticks;
}

export function LatencyScatter({
  stage,
  kept,
}: {
  readonly stage: Stage;
  /** Operations that must be among the marks. */
  readonly kept: ReadonlySet<TimedOperation>;
}): JSX.Element {
  const { operations, endNs } = stage.view;
  const y = latencyScaleOf(operations, height);
  const [fromNs = 1, toNs = 1] = y.domain();
  const shown = sampled(operations, endNs, kept);
  const partial = shown.length < operations.length;
  return (
    <div
      class="scatter"
      id="scatter"
      data-from-us={fromNs / 1e3}
      data-to-us={toNs / 1e3}
      data-page={width}
      data-left={left}
      data-top={headroom}
      data-width={plotWidth}
      data-height={height}
      data-end-us={Math.round((stage.x.domain()[1] ?? 1) / 1e3)}
    >
      <Frame
        stage={stage}
        id="latency"
        title="Latency of each operation"
        description={`${count(operations.length)} operations by time of invocation and latency, from ${duration(fromNs)} to ${duration(toNs)} on a logarithmic scale.`}
        height={height}
        yTicks={latencyTicks(y)}
        labels={<ScatterLegend />}
      >
        <g class="marks">
          {drawingOrder.map((outcome) => (
            <path key={outcome} class={`mark ${outcome}`} d={markPath(stage, y, shown, outcome)} />
          ))}
        </g>
      </Frame>
      {partial && (
        <p class="note static-only">
          Showing {count(shown.length)} of {count(operations.length)} operations: without script only a sample
          is drawn, with the slowest of every moment.
        </p>
      )}
    </div>
  );
}

function markPath(stage: Stage, y: LatencyScale, shown: readonly TimedOperation[], outcome: Outcome): string {
  return shown
    .filter((operation) => operation.outcome === outcome)
    .map(
      ({ startNs, endNs }) =>
        `M${tenth(stage.x(startNs))} ${tenth(y(Math.max(1, endNs - startNs)))}${shapes[outcome]}`,
    )
    .join('');
}

function ScatterLegend(): JSX.Element {
  return (
    <g transform={`translate(${plotWidth + 12} 14)`}>
      {drawingOrder.map((outcome, at) => (
        <g key={outcome} transform={`translate(0 ${at * 20})`}>
          <path class={`mark ${outcome} sample`} d={`M5 -4${shapes[outcome]}`} />
          <text class="tick" x={16} y={0}>
            {outcome}
          </text>
        </g>
      ))}
    </g>
  );
}

function tenth(value: number): number {
  return round(Math.round(value * 10) / 10);
}
