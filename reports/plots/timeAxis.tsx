/** The x axis under the stack of plots: seconds since the run began. Redrawn by the script when the page is zoomed. */
import type { JSX } from 'preact';
import { left, plotWidth, round, width, type Stage } from './frame.tsx';

export function TimeAxis({ stage }: { readonly stage: Stage }): JSX.Element {
  return (
    <svg class="plot" id="time-axis" viewBox={`0 0 ${width} 40`} aria-hidden="true">
      <g transform={`translate(${left} 0)`}>
        <g class="ticks">
          {secondTicks(stage).map((second) => (
            <g key={second} transform={`translate(${round(stage.x(second * 1e9))} 0)`}>
              <line class="tick-mark" y2={6} />
              <text class="tick" y={20} text-anchor="middle">
                {second}
              </text>
            </g>
          ))}
        </g>
        <text class="tick" x={plotWidth / 2} y={36} text-anchor="middle">
          seconds since the run began
        </text>
      </g>
    </svg>
  );
}

/** Round numbers of seconds, about twelve of them. */
function secondTicks(stage: Stage): number[] {
  return stage.x
    .copy()
    .domain(stage.x.domain().map((timeNs) => timeNs / 1e9))
    .ticks(12);
}
