/** A search through some operations of a history. */
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { History } from '../../columns/history.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import { Automaton, type MemoryAllowance } from './automaton.ts';
import { problemOf } from './problem.ts';
import { Search } from './search.ts';

/**
 * The search for an order of the operations in `rows` (by start) that the spec allows, from the state that `initial`
 * says. Throws SpecFault when the spec fails.
 */
export function searchOf(
  history: History,
  rows: Int32Array,
  spec: SequentialSpec,
  initial: Json | undefined,
  allowance: MemoryAllowance,
): Search {
  const automaton = new Automaton(spec, history.events, allowance, initial);
  return new Search(automaton, problemOf(history.operations, rows, automaton), allowance);
}
