/**
 * The operations around a violation: a lane for each process, a bar for each operation from its invocation to its
 * completion, the offending ones outlined, and through the bars the longest order that is still legal, numbered, with
 * the state after each step. Bars that overlap ran at the same time; the legal order may take those either way.
 */
import type { JSX } from 'preact';
import type { FoundAnomaly } from '../data/anomalies.ts';
import { activeIn } from '../data/bands.ts';
import { describeOperation, labelOf, outcomeMeaning } from '../data/describe.ts';
import type { FaultPlot } from '../data/faultPlots.ts';
import { atSeconds, duration } from '../data/format.ts';
import { beginning, visible } from '../data/text.ts';
import type { ReportView, TimedOperation } from '../data/view.ts';
import type { ViolationWindow } from '../data/violationWindow.ts';
import { round } from './frame.tsx';
import { layOut, type LaneBar, type LaneLayout } from './lanes.ts';

const laneHeight = 56;
const barHeight = 14;
const head = 26;
const bandHeight = 24;
const leftMargin = 112;
const drawingWidthMin = 1020;
const barWidthMin = 18;

export interface SwimLanesProps {
  readonly view: ReportView;
  readonly found: FoundAnomaly;
  readonly window: ViolationWindow;
  readonly faults: ReadonlyMap<string, FaultPlot>;
  /** What the picture shows: what surrounds the violation with the legal order, or the minimal sub-history alone. */
  readonly of?: 'surroundings' | 'minimal';
}

export function SwimLanes({ view, found, window, faults, of = 'surroundings' }: SwimLanesProps): JSX.Element {
  const layout = layOut(window.shown, {
    widthMin: drawingWidthMin,
    labelWidth,
    barWidthMin,
  });
  const isMinimal = of === 'minimal';
  const id = isMinimal ? `minimal-${found.number}` : `lanes-${found.number}`;
  const bands = isMinimal ? [] : bandRows(view, window);
  const top = head + bands.length * bandHeight;
  const height = top + layout.lanes.length * laneHeight + 8;
  return (
    <div
      class="scroll"
      tabindex={0}
      role="group"
      aria-label={
        isMinimal ? 'Timeline of the minimal sub-history' : 'Timeline of the operations around the violation'
      }
    >
      <svg
        class="lanes"
        width={round(leftMargin + layout.width)}
        viewBox={`0 0 ${round(leftMargin + layout.width)} ${height}`}
        role="img"
        aria-labelledby={`${id}-t ${id}-d`}
      >
        <title id={`${id}-t`}>
          {isMinimal ? 'Minimal sub-history of' : 'Operations around'} violation {found.number}
        </title>
        <desc id={`${id}-d`}>{isMinimal ? minimalDescriptionOf(window) : descriptionOf(window)}</desc>
        <g transform={`translate(${leftMargin} 0)`}>
          <Times layout={layout} window={window} height={height} />
          <FaultRows layout={layout} bands={bands} faults={faults} />
          <g transform={`translate(0 ${top})`}>
            <Lanes layout={layout} />
            {layout.bars.map((bar) => (
              <Bar key={bar.operation.index} bar={bar} window={window} />
            ))}
            {!isMinimal && <LegalOrder layout={layout} found={found} />}
          </g>
        </g>
      </svg>
    </div>
  );
}

/** A picture of long labels is wide and empty: the tooltip of a bar and the table below have all of it. */
const labelLengthMax = 48;
const stateLengthMax = 14;

/** Room for the label with its node, or for the state above it. */
function labelWidth(operation: TimedOperation): number {
  return Math.max(
    96,
    (labelOf(operation.operation, labelLengthMax).length + nodeOf(operation).length) * 7.1 + 22,
  );
}

function nodeOf({ operation: { invocation, completion } }: TimedOperation): string {
  return visible(completion?.node ?? invocation.node ?? '', 12);
}

function descriptionOf(window: ViolationWindow): string {
  const culprit = window.culprit ? ` It ends with ${labelOf(window.culprit.operation, labelLengthMax)}.` : '';
  return `${window.shown.length} operations as bars in lanes by process; ${window.offending.size} of them are outlined as part of the proof.${culprit} The table below lists them.`;
}

function minimalDescriptionOf({ shown, ofKey }: ViolationWindow): string {
  return `${shown.length} of ${ofKey} operations as bars in lanes by process; without the others of the history they fail the same check.`;
}

/** The times at which the offending operations begin and end; the first mark wins where two would overlap. */
function Times({
  layout,
  window,
  height,
}: {
  readonly layout: LaneLayout;
  readonly window: ViolationWindow;
  readonly height: number;
}): JSX.Element {
  const bars = layout.bars.filter(({ operation }) => window.offending.has(operation));
  const marks = bars.flatMap(({ operation, from, to, unending }) => [
    { x: from, timeNs: operation.startNs },
    ...(unending ? [] : [{ x: to, timeNs: operation.endNs }]),
  ]);
  let occupied = -Infinity;
  return (
    <g>
      {marks
        .sort((a, b) => a.x - b.x)
        .map(({ x, timeNs }) => {
          const free = x - occupied > 74;
          if (free) occupied = x;
          return (
            <g key={x}>
              <line
                class="grid"
                x1={round(x)}
                x2={round(x)}
                y1={free ? 18 : head}
                y2={height}
                stroke-dasharray="3 3"
              />
              {free && (
                <text
                  class="tick"
                  x={round(x)}
                  y={13}
                  text-anchor={x > layout.width - 40 ? 'end' : x < 40 ? 'start' : 'middle'}
                >
                  {atSeconds(timeNs)}
                </text>
              )}
            </g>
          );
        })}
    </g>
  );
}

type Bands = ReturnType<typeof activeIn>;

/** The faults that were active between the first and the last event of the picture, at most six. */
function bandRows(view: ReportView, window: ViolationWindow): Bands {
  const [first] = window.shown;
  const lastNs = Math.max(
    ...window.shown.map(({ endNs, startNs, outcome }) => (outcome === 'ok' ? endNs : startNs)),
  );
  return first ? activeIn(view.bands, first.startNs, lastNs).slice(0, 6) : [];
}

function FaultRows({
  layout,
  bands,
  faults,
}: {
  readonly layout: LaneLayout;
  readonly bands: Bands;
  readonly faults: ReadonlyMap<string, FaultPlot>;
}): JSX.Element {
  return (
    <g>
      {bands.map((band, at) => {
        const [from, to] = [Math.max(0, layout.xOf(band.fromNs)), layout.xOf(band.toNs)];
        const plot = faults.get(band.fault);
        const y = head + at * bandHeight;
        return (
          <g key={band.index}>
            <text class="tick" x={-10} y={y + 14} text-anchor="end">
              {plot?.label ?? band.fault}
            </text>
            <rect
              x={round(from)}
              y={y}
              width={round(Math.max(2, to - from))}
              height={bandHeight - 5}
              fill={`url(#${plot?.patternId ?? ''})`}
              stroke={plot?.color ?? 'gray'}
            >
              <title>{band.detail}</title>
            </rect>
            <text class="band-label" x={round(from) + 8} y={y + 14}>
              {`${band.label} (${atSeconds(band.fromNs)} to ${atSeconds(band.toNs)})`}
            </text>
          </g>
        );
      })}
    </g>
  );
}

function Lanes({ layout }: { readonly layout: LaneLayout }): JSX.Element {
  return (
    <g>
      {layout.lanes.map((process, lane) => (
        <g key={process} transform={`translate(0 ${lane * laneHeight})`}>
          <line class="lane-line" x1={-leftMargin} x2={layout.width} y1={0} y2={0} />
          <text class="tick" x={-10} y={laneHeight / 2 + 4} text-anchor="end">
            process {process}
          </text>
        </g>
      ))}
    </g>
  );
}

const barTop = 18;

function Bar({ bar, window }: { readonly bar: LaneBar; readonly window: ViolationWindow }): JSX.Element {
  const { operation, from, to, lane, unending } = bar;
  const { outcome, startNs, endNs, index } = operation;
  const { invocation } = operation.operation;
  const offending = window.offending.has(operation);
  const culprit = operation === window.culprit;
  const label = labelOf(operation.operation, labelLengthMax);
  const solidTo = unending ? Math.min(to, from + labelWidth(operation)) : to;
  const times = unending
    ? `from ${atSeconds(startNs)}`
    : `${atSeconds(startNs)} to ${atSeconds(endNs)} (${duration(endNs - startNs)})`;
  return (
    <g
      class={`bar ${outcome}${offending ? ' offending' : ''}${culprit ? ' culprit' : ''}`}
      transform={`translate(${round(from)} ${lane * laneHeight + barTop})`}
    >
      {unending && (
        <path class="bar-open" d={`M${round(solidTo - from)} ${barHeight / 2}H${round(to - from)}`} />
      )}
      <rect class="bar-body" width={round(solidTo - from)} height={barHeight} rx={4} />
      <text class="bar-label" x={1} y={barHeight + 14}>
        {culprit ? `✗ ${label}` : label}
        <tspan class="bar-node" dx={6}>
          {nodeOf(operation)}
        </tspan>
      </text>
      <title>{`event ${index}: ${describeOperation(operation.operation, 300)} by process ${invocation.process}, ${times}; ${outcomeMeaning[outcome]}`}</title>
    </g>
  );
}

/**
 * The linearization points: each as far left as its operation and the point before it allow. They exist, because the
 * order is legal; where a step lies outside the picture it is passed over.
 */
function LegalOrder({
  layout,
  found,
}: {
  readonly layout: LaneLayout;
  readonly found: FoundAnomaly;
}): JSX.Element | null {
  const bars = new Map(layout.bars.map((bar) => [bar.operation.index, bar]));
  const points: { x: number; y: number; step: number; state: string }[] = [];
  let x = 0;
  for (const [at, { op, state }] of (found.anomaly.prefix ?? []).entries()) {
    const bar = bars.get(op);
    if (!bar) continue;
    x = Math.max(x + 3, bar.from + 5);
    points.push({ x, y: bar.lane * laneHeight + barTop, step: at + 1, state });
  }
  if (points.length === 0) return null;
  return (
    <g class="legal-order">
      <path
        class="legal-path"
        d={points.map(({ x: px, y }, at) => `${at === 0 ? 'M' : 'L'}${round(px)} ${round(y)}`).join('')}
      />
      {points.map(({ x: px, y, step, state }) => (
        <g key={step} transform={`translate(${round(px)} ${round(y)})`}>
          <circle r={4} />
          <text class="step" x={7} y={-4}>
            <tspan class="step-number">{step}</tspan> {beginning(state, stateLengthMax)}
          </text>
          <title>{`step ${step} of the longest legal order; the state after it is ${visible(state, 200)}`}</title>
        </g>
      ))}
    </g>
  );
}
