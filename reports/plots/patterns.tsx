/** Hatchings that tell faults apart without colour; one `pattern` for each fault of the page. */
import type { JSX } from 'preact';
import type { FaultPlot, PatternName } from '../data/faultPlots.ts';

const strokes: Readonly<Record<PatternName, string>> = {
  rising: 'M-2 10L10 -2M-2 2L2 -2M6 10L10 6',
  falling: 'M-2 -2L10 10M6 -2L10 2M-2 6L2 10',
  dots: 'M2 2h0M6 6h0',
  upright: 'M2 0V8M6 0V8',
  level: 'M0 2H8M0 6H8',
  cross: 'M0 4H8M4 0V8',
};

export function Patterns({ faults }: { readonly faults: readonly FaultPlot[] }): JSX.Element {
  return (
    <svg class="definitions" width="0" height="0" aria-hidden="true">
      <defs>
        {faults.map(({ patternId, pattern, color }) => (
          <pattern key={patternId} id={patternId} width={8} height={8} patternUnits="userSpaceOnUse">
            <rect width={8} height={8} fill={color} opacity={0.22} />
            <path
              d={strokes[pattern]}
              stroke={color}
              stroke-width={pattern === 'dots' ? 2.6 : 1.6}
              stroke-linecap="round"
            />
          </pattern>
        ))}
        <OutcomeHatching name="fail" path="M0 3H6M3 0V6" />
        <OutcomeHatching name="info" path="M-2 8L8 -2M-2 2L2 -2M4 8L8 4" />
      </defs>
    </svg>
  );
}

/** What did not end in ok is hatched in bars: crossed for fail, in stripes for info. */
function OutcomeHatching({ name, path }: { readonly name: string; readonly path: string }): JSX.Element {
  return (
    <pattern id={`hatch-${name}`} width={6} height={6} patternUnits="userSpaceOnUse">
      <rect class="hatch-ground" width={6} height={6} />
      <path class={`hatch-${name}`} d={path} />
    </pattern>
  );
}

/** The small sample of a fault's pattern beside its name. */
export function Swatch({ fault }: { readonly fault: FaultPlot }): JSX.Element {
  return (
    <svg class="swatch" width="22" height="14" viewBox="0 0 22 14" aria-hidden="true">
      <rect x="0.5" y="0.5" width="21" height="13" fill={`url(#${fault.patternId})`} stroke={fault.color} />
    </svg>
  );
}
