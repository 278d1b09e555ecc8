/** What the package exports: the checkers as a library, the specs and levels that they know, and the types of both. */
export { guarantees, type Guarantee } from '../nodes/kernel/model.ts';
export type { Json } from '../nodes/kernel/wire.ts';
export { check, CheckError, type CheckOptions, type CheckResult, type FoundAnomaly } from './check.ts';
export { deadlineBudget, nodeBudget, unlimited } from './checkers/budget.ts';
export type { Anomaly, Budget, Checker, Validity, Verdict } from './checkers/checker.ts';
export { checkerOf, type Subject } from './checkers/levels.ts';
export { linearizable, type LinearizableOptions } from './checkers/linearizable/linearizable.ts';
export { deltaAtomic } from './checkers/staleness/deltaAtomic.ts';
export { kAtomic } from './checkers/staleness/kAtomic.ts';
export { stalenessOf, type StalenessReport } from './checkers/staleness/stalenessOf.ts';
export type { Outcomes } from './checkers/stats.ts';
export { findStrongest, type LevelsAsked, type LevelsFound } from './checkers/strongest.ts';
export type { Reading } from './columns/events.ts';
export { History } from './columns/history.ts';
export { UsageError } from './exit.ts';
export type { EventInput, HistoryInput } from './eventInput.ts';
export { implies, strongest } from './guarantees.ts';
export { MalformedHistory, type Op, type Operation, type OpType, type Process } from './history.ts';
export { readHistory, type ReadOptions } from './readHistory.ts';
export {
  defineSpec,
  determinised,
  specNamed,
  specs,
  type NondeterministicSpec,
  type SpecDefinition,
} from './specs/index.ts';
export type { AccessKind, Footprint, Input, Output, SequentialSpec, Values } from './specs/spec.ts';
