/**
 * The slow twin of the window search: Wing & Gong's search with Lowe's memo, as it is in the books. It chooses among all
 * operations that start before the first end of what is left, open ones included, and remembers the sets of operations
 * that it has linearized with the states that they led to. No rule leaves anything out.
 */
import type { Call } from '../calls.ts';
import type { SequentialSpec } from '../../../../harness/specs/spec.ts';

/** Whether the completed calls, with some of the open ones, have a legal order; undefined when `turnsMax` is too few. */
export function wingGongLowe(
  spec: SequentialSpec,
  calls: readonly Call[],
  turnsMax = 1_000_000,
): boolean | undefined {
  const done = calls.map(() => false);
  const known = new Set<string>();
  const stack: { readonly at: number; readonly state: unknown }[] = [];
  let state: unknown = spec.init();
  let next = 0;
  for (let turn = 0; turn < turnsMax; turn++) {
    const left = calls.filter((_, at) => !done[at]);
    const firstEnd = left.reduce((first, { end }) => Math.min(first, end), Infinity);
    if (firstEnd === Infinity) return true;
    const call = calls[next];
    if (!call || call.start > firstEnd) {
      const last = stack.pop();
      if (!last) return false;
      done[last.at] = false;
      state = last.state;
      next = last.at + 1;
      continue;
    }
    const after = done[next] ? 'inconsistent' : spec.step(state, call.input, call.output);
    if (after !== 'inconsistent') {
      done[next] = true;
      const name = `${done.map(Number).join('')} ${spec.nameOf(after)}`;
      if (!known.has(name)) {
        known.add(name);
        stack.push({ at: next, state });
        state = after;
        next = 0;
        continue;
      }
      done[next] = false;
    }
    next++;
  }
  return undefined;
}
