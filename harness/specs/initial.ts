/** Whether a history of a spec can begin with a value that somebody gives. */
import type { Json } from '../../nodes/kernel/wire.ts';
import type { SequentialSpec } from './spec.ts';

/** Why the objects of this spec cannot begin with `initial`; undefined when they can. */
export function whyNotInitial(spec: SequentialSpec, initial: Json): string | undefined {
  if (spec.startsEmpty === true)
    return `${spec.name} always begins with nothing, an initial value makes no sense`;
  try {
    spec.init(initial);
    return undefined;
  } catch (error) {
    if (error instanceof TypeError) return `no initial value of ${spec.name}: ${error.message}`;
    throw error;
  }
}
