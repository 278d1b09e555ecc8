/** How each fault is drawn. Colour and label come from the fault itself; the pattern makes it readable without colour. */
import { faultNamed } from '../../harness/faults/index.ts';

export const patternNames = ['rising', 'falling', 'dots', 'upright', 'level', 'cross'] as const;
export type PatternName = (typeof patternNames)[number];

export interface FaultPlot {
  readonly name: string;
  readonly color: string;
  readonly label: string;
  readonly pattern: PatternName;
  /** Names the pattern within the page. */
  readonly patternId: string;
}

const unknownColor = '#7f7f7f';

/** The plots of these faults, by name. Names that are not in the registry are drawn grey. */
export function faultPlotsOf(names: readonly string[]): ReadonlyMap<string, FaultPlot> {
  const unique = [...new Set(names)];
  return new Map(
    unique.map((name, at) => [
      name,
      {
        name,
        color: faultNamed(name)?.plot.color ?? unknownColor,
        label: faultNamed(name)?.plot.label ?? name,
        pattern: patternNames[at % patternNames.length] ?? 'rising',
        patternId: `fault-${at}`,
      },
    ]),
  );
}
