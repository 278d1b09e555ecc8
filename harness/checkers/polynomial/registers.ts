/**
 * Registers in which every value that somebody saw was written once: by zones where values are only read and written,
 * by chains where they are also compared.
 */
import { decideByChains } from './chains.ts';
import { cellsOf, type Cells } from './cells.ts';
import { ambiguous, clustersOf, forget } from './clusters.ts';
import { contradiction, unexplained } from './registerWitness.ts';
import { repeatsEarly } from './repeats.ts';
import type { Decision, Part, SpecialCase } from './specialCase.ts';
import { conflictIn } from './zones.ts';

/** O(operations). */
export const registers: SpecialCase = {
  name: 'registers with unique writes',
  decide(part: Part): Decision | undefined {
    if (repeatsEarly(part)) return undefined;
    const cells = cellsOf(part);
    if (!cells) return undefined;
    try {
      return decideCells(cells);
    } finally {
      forget(cells);
    }
  },
};

function decideCells(cells: Cells): Decision | undefined {
  const clusters = clustersOf(cells);
  if (clusters === ambiguous) return undefined;
  if ('cell' in clusters) return unexplained(cells, clusters);
  if (cells.compared > 0) return decideByChains(cells, clusters);
  const conflict = conflictIn(cells.length, clusters.of, cells.start, clusters);
  return conflict ? contradiction(cells, clusters.of, conflict) : { valid: true };
}
