/**
 * OR-set without tombstones (Bieniusa et al. 2012): an element is there under the dots of its adds, and a remove takes
 * away the dots that its replica has observed. So an add wins over a remove that did not know of it.
 */
import { countMax, elementSchema, exhausted, unsupported, type DataType, type Element } from './dataType.ts';
import {
  contextOf,
  dotOf,
  dottedSchema,
  mergedDots,
  nextDot,
  nothingDotted,
  replacing,
  widthOfDotted,
  type Dotted,
} from './dotted.ts';
import { sorted } from './gSet.ts';

export const orSet: DataType<Dotted> = {
  name: 'or-set',
  family: 'set',
  schema: dottedSchema(elementSchema),
  bottom: nothingDotted,
  merge: mergedDots,
  mutate: (state, self, operation) => {
    if (operation.kind !== 'add' && operation.kind !== 'remove') return unsupported('or-set', operation);
    const observed = state.dots.filter(([, , element]) => element === operation.element);
    if (operation.kind === 'add')
      return nextDot(state, self)[1] > countMax
        ? exhausted
        : { delta: replacing(state, self, operation.element, observed) };
    return {
      delta: { dots: [], context: contextOf(observed.map(dotOf)) },
    };
  },
  width: widthOfDotted,
  view: ({ dots }) => ({ value: sorted(dots.map(([, , element]) => element as Element)) }),
  receipt: () => ({}),
};
