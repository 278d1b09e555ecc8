/** When each fault was active: one row a fault, one band an entry, named by what it hit. */
import type { JSX } from 'preact';
import type { Band } from '../data/bands.ts';
import { atSeconds, duration, plural } from '../data/format.ts';
import { left, Moments, plotWidth, round, width, Zoomed, type Stage } from './frame.tsx';

const rowHeight = 30;
const headroom = 22;

export function FaultBands({ stage }: { readonly stage: Stage }): JSX.Element | null {
  const rows = [...stage.faults.values()].filter(({ name }) =>
    stage.view.bands.some(({ fault }) => fault === name),
  );
  if (rows.length === 0) return null;
  const height = rows.length * rowHeight;
  const description = `${plural(stage.view.bands.length, 'fault')}: ${rows
    .map(({ name, label }) => `${label} ${stage.view.bands.filter(({ fault }) => fault === name).length}×`)
    .join(', ')}.`;
  return (
    <svg
      class="plot"
      id="fault-bands"
      viewBox={`0 0 ${width} ${height + headroom + 6}`}
      role="img"
      aria-labelledby="faults-t faults-d"
    >
      <title id="faults-t">Active faults</title>
      <desc id="faults-d">{description}</desc>
      <text class="plot-title" x={left} y={14}>
        Active faults
      </text>
      <g transform={`translate(${left} ${headroom})`}>
        <rect class="plot-ground" width={plotWidth} height={height} />
        <Zoomed height={height}>
          <Moments stage={stage} height={height} />
          {rows.map((row, at) => (
            <g key={row.name} fill={`url(#${row.patternId})`} stroke={row.color}>
              {bandsOfRow(stage, row.name).map((band) => (
                <BandShape key={band.index} stage={stage} band={band} y={at * rowHeight + 4} />
              ))}
            </g>
          ))}
        </Zoomed>
        {rows.map((row, at) => (
          <g key={row.name}>
            <text class="tick" x={-8} y={at * rowHeight + 19} text-anchor="end">
              {row.label}
            </text>
            {bandsOfRow(stage, row.name).map((band) => (
              <BandLabel key={band.index} stage={stage} band={band} y={at * rowHeight + 19} />
            ))}
          </g>
        ))}
        <rect class="plot-edge" width={plotWidth} height={height} />
        <HealLabel stage={stage} />
      </g>
    </svg>
  );
}

function bandsOfRow(stage: Stage, fault: string): readonly Band[] {
  return stage.view.bands.filter((band) => band.fault === fault);
}

interface BandProps {
  readonly stage: Stage;
  readonly band: Band;
  readonly y: number;
}

function BandShape({ stage, band, y }: BandProps): JSX.Element {
  const x = stage.x(band.fromNs);
  return (
    <rect
      x={round(x)}
      y={y}
      width={round(Math.max(2, stage.x(band.toNs) - x))}
      height={rowHeight - 8}
      vector-effect="non-scaling-stroke"
    >
      <title>{`${band.fault} from ${atSeconds(band.fromNs)} to ${atSeconds(band.toNs)} (${duration(band.toNs - band.fromNs)}): ${band.detail}`}</title>
    </rect>
  );
}

/** About seven units a character; a label that does not fit its band is left to the band's title. */
function BandLabel({ stage, band, y }: BandProps): JSX.Element {
  const [from, to] = [stage.x(band.fromNs), stage.x(band.toNs)];
  const text = [band.label, band.shortLabel].find((label) => label.length * 6.6 + 10 <= to - from);
  return (
    <text
      class="band-label"
      x={round((from + to) / 2)}
      y={y}
      text-anchor="middle"
      data-from={Math.round(band.fromNs / 1e3)}
      data-to={Math.round(band.toNs / 1e3)}
      data-full={band.label}
      data-short={band.shortLabel}
    >
      {text ?? ''}
    </text>
  );
}

function HealLabel({ stage }: { readonly stage: Stage }): JSX.Element | null {
  if (stage.healedNs === null) return null;
  return (
    <text
      class="tick heal-label"
      x={round(stage.x(stage.healedNs))}
      y={-6}
      text-anchor="middle"
      data-at={Math.round(stage.healedNs / 1e3)}
    >
      all healed
    </text>
  );
}
