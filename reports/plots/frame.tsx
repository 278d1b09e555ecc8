/**
 * What the stacked plots of a run share: their size, the x axis in seconds, the shading of active faults, the lines of
 * violations. The data of a plot is drawn into an inner picture of its own, so that the page's script can zoom all of
 * them together by changing one viewBox each; texts stay outside, because they must not be stretched.
 */
import { scaleLinear, type ScaleLinear } from 'd3-scale';
import type { ComponentChildren, JSX } from 'preact';
import type { FaultPlot } from '../data/faultPlots.ts';
import type { ReportView } from '../data/view.ts';

/** In units of the picture; the page scales it to the width of the window. */
export const width = 1160;
/** As wide as the longest name of a fault. */
export const left = 108;
export const right = 74;
export const plotWidth = width - left - right;

/** What every plot of a page is drawn with. */
export interface Stage {
  readonly view: ReportView;
  readonly faults: ReadonlyMap<string, FaultPlot>;
  /** Nanoseconds → x inside the plot. */
  readonly x: ScaleLinear<number, number>;
  /** When the violations ended. */
  readonly violationsNs: readonly number[];
  /** When everything was healed; null when it never was. */
  readonly healedNs: number | null;
}

export function stageOf(
  view: ReportView,
  faults: ReadonlyMap<string, FaultPlot>,
  violationsNs: readonly number[],
): Stage {
  const x = scaleLinear()
    .domain([0, Math.max(view.endNs, 1e9)])
    .range([0, plotWidth]);
  const healed = view.history.findLast((op) => op.process === 'nemesis' && op.f === 'heal');
  return { view, faults, x, violationsNs, healedNs: healed?.timeNs ?? null };
}

export interface YTick {
  readonly y: number;
  readonly text: string;
}

export interface FrameProps {
  readonly stage: Stage;
  readonly id: string;
  readonly title: string;
  /** What the picture shows, in a sentence with its main figures, for those who do not see it. */
  readonly description: string;
  readonly height: number;
  readonly yTicks: readonly YTick[];
  /** Drawn stretched when the page is zoomed. */
  readonly children: ComponentChildren;
  /** Texts, drawn at the right of the plot. */
  readonly labels?: ComponentChildren;
}

export const headroom = 22;

/** One plot of the stack: heading, grid, faults behind, data, violations on top. */
export function Frame(props: FrameProps): JSX.Element {
  const { stage, id, title, description, height, yTicks, children, labels } = props;
  return (
    <svg
      class="plot"
      id={id}
      viewBox={`0 0 ${width} ${height + headroom + 6}`}
      role="img"
      aria-labelledby={`${id}-t ${id}-d`}
    >
      <title id={`${id}-t`}>{title}</title>
      <desc id={`${id}-d`}>{description}</desc>
      <text class="plot-title" x={left} y={14}>
        {title}
      </text>
      <g transform={`translate(${left} ${headroom})`}>
        <rect class="plot-ground" width={plotWidth} height={height} />
        {yTicks.map(({ y, text }) => (
          <g key={y}>
            <line class="grid" x1={0} x2={plotWidth} y1={round(y)} y2={round(y)} />
            <text class="tick" x={-8} y={round(y) + 4} text-anchor="end">
              {text}
            </text>
          </g>
        ))}
        <Zoomed height={height}>
          <FaultShading stage={stage} height={height} />
          {children}
          <Moments stage={stage} height={height} />
        </Zoomed>
        <rect class="plot-edge" width={plotWidth} height={height} />
        {labels}
      </g>
    </svg>
  );
}

/** The part of a plot that the script may stretch along x. */
export function Zoomed(props: {
  readonly height: number;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <svg
      class="zoomed"
      width={plotWidth}
      height={props.height}
      viewBox={`0 0 ${plotWidth} ${props.height}`}
      preserveAspectRatio="none"
    >
      {props.children}
    </svg>
  );
}

function FaultShading({ stage, height }: { readonly stage: Stage; readonly height: number }): JSX.Element {
  return (
    <g opacity={0.1}>
      {stage.view.bands.map((band) => (
        <rect
          key={band.index}
          x={round(stage.x(band.fromNs))}
          width={round(Math.max(1, stage.x(band.toNs) - stage.x(band.fromNs)))}
          height={height}
          fill={stage.faults.get(band.fault)?.color ?? 'gray'}
        />
      ))}
    </g>
  );
}

/** Lines across all plots: where everything was healed, and where violations ended. */
export function Moments({ stage, height }: { readonly stage: Stage; readonly height: number }): JSX.Element {
  const path = stage.violationsNs.map((timeNs) => `M${round(stage.x(timeNs))} 0V${height}`).join('');
  return (
    <g>
      {stage.healedNs !== null && (
        <path class="heal-line" d={`M${round(stage.x(stage.healedNs))} 0V${height}`} />
      )}
      <path class="violation-line" d={path} />
    </g>
  );
}

/** Two decimals are below what anyone sees, and keep the page small. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
