/** Operations completed per second, stacked by outcome, window by window. */
import { scaleLinear } from 'd3-scale';
import type { JSX } from 'preact';
import { count, duration } from '../data/format.ts';
import type { Window } from '../data/windows.ts';
import { Frame, plotWidth, round, type Stage } from './frame.tsx';

const height = 130;
const outcomes = ['ok', 'fail', 'info'] as const;

export function Throughput({
  stage,
  windows,
}: {
  readonly stage: Stage;
  readonly windows: readonly Window[];
}): JSX.Element {
  const y = scaleLinear()
    .domain([0, Math.max(1, ...windows.map((window) => perSecond(window, total(window))))])
    .nice(3)
    .range([height, 0]);
  const [first] = windows;
  const completed = windows.reduce((sum, window) => sum + total(window), 0);
  return (
    <Frame
      stage={stage}
      id="throughput"
      title={`Completed operations per second, in windows of ${duration(first?.lengthNs ?? 0)}`}
      description={`${count(completed)} completed operations over time, stacked by outcome: ok below, fail and info above it.`}
      height={height}
      yTicks={y.ticks(3).map((value) => ({ y: y(value), text: count(value) }))}
      labels={<Legend />}
    >
      {outcomes.map((outcome, at) => (
        <path
          key={outcome}
          class={`bars ${outcome}`}
          d={barsPath(stage, y, windows, at)}
          vector-effect="non-scaling-stroke"
        />
      ))}
    </Frame>
  );
}

function total(window: Window): number {
  return window.ok + window.fail + window.info;
}

function perSecond(window: Window, number: number): number {
  return (number * 1e9) / window.lengthNs;
}

function barsPath(
  stage: Stage,
  y: (value: number) => number,
  windows: readonly Window[],
  at: number,
): string {
  const bars: string[] = [];
  for (const window of windows) {
    const below = outcomes.slice(0, at).reduce((sum, outcome) => sum + window[outcome], 0);
    const own = window[outcomes[at] ?? 'ok'];
    if (own === 0) continue;
    const [from, to] = [stage.x(window.fromNs), stage.x(window.toNs)];
    const [bottom, top] = [y(perSecond(window, below)), y(perSecond(window, below + own))];
    // A hair's breadth between bars, so that windows can be told apart.
    bars.push(
      `M${round(from + 0.5)} ${round(bottom)}H${round(Math.max(from + 1, to - 0.5))}V${round(top)}H${round(from + 0.5)}Z`,
    );
  }
  return bars.join('');
}

function Legend(): JSX.Element {
  return (
    <g transform={`translate(${plotWidth + 10} 8)`}>
      {[...outcomes].reverse().map((outcome, at) => (
        <g key={outcome} transform={`translate(0 ${at * 20})`}>
          <rect class={`bars ${outcome}`} width={13} height={11} y={-1} />
          <text class="tick" x={19} y={9}>
            {outcome}
          </text>
        </g>
      ))}
    </g>
  );
}
