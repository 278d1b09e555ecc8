/** G-set (Shapiro et al. 2011, §3.3.1): elements are added, and never removed. */
import { elementSchema, objectSchema, unsupported, type DataType, type Element } from './dataType.ts';

/** In one order, so that equal sets look alike. */
export interface GSetState {
  readonly elements: readonly Element[];
}

/** Numbers before strings, each in their order; 0 when equal. */
export function compareElements(a: Element, b: Element): number {
  if (a === b) return 0;
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a < b ? -1 : 1;
}

/** Each once, in their order. */
export function sorted(elements: readonly Element[]): readonly Element[] {
  return [...new Set(elements)].sort(compareElements);
}

/** O(n log n). */
function merge(a: GSetState, b: GSetState): GSetState {
  const known = new Set(a.elements);
  if (b.elements.every((element) => known.has(element))) return a;
  return { elements: sorted([...a.elements, ...b.elements]) };
}

export const gSet: DataType<GSetState> = {
  name: 'g-set',
  family: 'set',
  schema: objectSchema({ elements: { type: 'array', items: elementSchema } }),
  bottom: { elements: [] },
  merge,
  mutate: (_state, _self, operation) =>
    operation.kind === 'add' ? { delta: { elements: [operation.element] } } : unsupported('g-set', operation),
  width: () => 0,
  view: ({ elements }) => ({ value: elements }),
  receipt: () => ({}),
};
