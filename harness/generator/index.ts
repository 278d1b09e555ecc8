/** The generator algebra. */
export { any } from './any.ts';
export { concat } from './concat.ts';
export { eachProcess, eachThread } from './eachThread.ts';
export { filter } from './filter.ts';
export { flipFlop } from './flipFlop.ts';
export type { Generator, GeneratorContext, Invocation, Step } from './generator.ts';
export {
  at,
  exhausted,
  fromFunction,
  fromState,
  list,
  single,
  type Leaf,
  type LeafAnswer,
} from './leaves.ts';
export { limit, once } from './limit.ts';
export { map } from './map.ts';
export { mix, weightedMix } from './mix.ts';
export { onThreads } from './onThreads.ts';
export { delay, stagger } from './pace.ts';
export { perKeyGroups, type KeyGroups } from './perKeyGroups.ts';
export { phases, synchronize } from './phases.ts';
export { cycle, repeat } from './repeat.ts';
export { reserve } from './reserve.ts';
export { timeLimit } from './timeLimit.ts';
export { untilOk } from './untilOk.ts';
