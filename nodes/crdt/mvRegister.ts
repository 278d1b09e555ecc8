/**
 * MV-register (Shapiro et al. 2011, §3.2.2) with dotted version vectors (Preguiça et al. 2012; Almeida et al. 2018,
 * §7.4): a write replaces the values that its client has seen, and stands beside all others. A context from a client
 * covers whole prefixes of dots; a dot alone tells its write apart from others that knew the same.
 */
import type { Json } from '../kernel/wire.ts';
import { countMax, exhausted, unsupported, type Body, type DataType } from './dataType.ts';
import {
  dottedSchema,
  mergedDots,
  nextDot,
  nothingDotted,
  replacing,
  widthOfDotted,
  type Dotted,
} from './dotted.ts';
import { countOf } from './vector.ts';

/** One value, or several that nobody has decided between, in one order; and what whoever reads them has seen. */
function view({ dots, context }: Dotted): Body {
  const values = [...new Map(dots.map(([, , value]) => [JSON.stringify(value), value])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, value]): Json => value);
  const [value = null] = values;
  return { ...(values.length > 1 ? { values } : { value }), context: context.vector };
}

export const mvRegister: DataType<Dotted> = {
  name: 'mv-register',
  family: 'register',
  schema: dottedSchema({}),
  bottom: nothingDotted,
  merge: mergedDots,
  mutate: (state, self, operation) => {
    if (operation.kind !== 'write') return unsupported('mv-register', operation);
    const { value, context } = operation;
    if (nextDot(state, self)[1] > countMax) return exhausted;
    const known = state.dots.filter(([replica, counter]) => counter <= countOf(context, replica));
    return { delta: replacing(state, self, value, known) };
  },
  width: widthOfDotted,
  view,
  // The context covers what stands beside the written value, so the client is shown that, too.
  receipt: view,
};
