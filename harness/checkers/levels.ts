/**
 * Which checker decides which consistency level, for histories of a given sequential spec. A level that says nothing
 * about the objects of a spec (mutual exclusion of a register) has none.
 */
import type { Guarantee } from '../../nodes/kernel/model.ts';
import { assertNever } from '../../nodes/kernel/assert.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import type { History } from '../columns/history.ts';
import { implies } from '../guarantees.ts';
import { bank } from '../specs/bank.ts';
import { append } from '../specs/kv.ts';
import { olderBank } from '../specs/index.ts';
import type { SequentialSpec } from '../specs/spec.ts';
import { causal } from './causal/causal.ts';
import { shareOf } from './budget.ts';
import type { Checker } from './checker.ts';
import { isListLevel, listLevel } from './lists/listLevel.ts';
import { linearizable } from './linearizable/linearizable.ts';
import * as objects from './objects/index.ts';
import { undecided } from './run.ts';
import { sequential } from './sequential/sequential.ts';
import { sessionGuarantee } from './sessions/sessionGuarantee.ts';
import { regular } from './staleness/regular.ts';
import { staleness } from './staleness/staleness.ts';
import { isolation, isTransactional } from './transactions/isolation.ts';

/** What the operations of a history act on. */
export interface Subject {
  readonly spec: SequentialSpec;
  /** The state of every key before the first operation, in the form that the spec's `init` takes. */
  readonly initial?: Json;
}

/** The checker of a level for histories of this spec, or null when the level says nothing about them. */
export function checkerOf(level: Guarantee, subject: Subject): Checker | null {
  const { spec, initial } = subject;
  const options = initial === undefined ? {} : { initial };
  if (spec.name === append.name && isListLevel(level)) {
    const ofLists = fromNothing(listLevel(level), initial);
    return level === 'sequential' ? elseSearched(ofLists, sequential(spec, options)) : ofLists;
  }
  switch (level) {
    case 'strict-serializable':
      return strictSerializable(subject);
    case 'serializable':
    case 'snapshot-isolation':
    case 'read-committed':
      return isTransactional(spec) ? fromNothing(isolation(level, spec), initial) : null;
    case 'linearizable':
      return holdsTransactions(spec) ? null : fromItsStart((meant) => linearizable(meant, options), subject);
    case 'sequential':
      return holdsTransactions(spec) ? null : fromItsStart((meant) => sequential(meant, options), subject);
    case 'ccv':
    case 'cm':
    case 'cc':
    case 'pram':
      return spec.accesses ? orSequential(causal(level, spec, options), subject) : null;
    case 'read-your-writes':
    case 'monotonic-reads':
    case 'monotonic-writes':
    case 'writes-follow-reads':
      return spec.accesses ? orSequential(sessionGuarantee(level, spec, options), subject) : null;
    case 'regular':
      return spec.accesses ? regular(spec, options) : null;
    case 'convergence':
      return holdsTransactions(spec) ? null : objects.convergence(spec);
    case 'no-lost-writes':
      return holdsTransactions(spec) ? null : objects.noLostWrites(spec, options);
    case 'never-oversold':
      return counted.has(spec.name) ? objects.neverOversold(spec, options) : null;
    case 'mutual-exclusion':
      return locks.has(spec.name) ? objects.mutualExclusion(spec, options) : null;
    default:
      return assertNever(level);
  }
}

/** Names of specs whose units can be sold, and of those that are held by one at a time. */
const counted: ReadonlySet<string> = new Set(['inventory', 'bounded-counter']);
const locks: ReadonlySet<string> = new Set(['lock', 'fenced-lock']);

/** Whether operations are transactions of several micro-operations. */
function holdsTransactions({ operations }: SequentialSpec): boolean {
  return operations.length > 0 && operations.every(({ f }) => f === 'txn');
}

/** The part of the budget for sequential consistency, where a level that follows from it could not be decided. */
const sequentialPart = 0.2;

/**
 * Levels that follow reads to their writes are undecided where values were written again. But who explains every answer
 * by one order, which keeps those of all sessions, holds them all.
 */
function orSequential(checker: Checker, { spec, initial }: Subject): Checker {
  const stronger = sequential(spec, initial === undefined ? {} : { initial });
  return {
    ...checker,
    check: (history, budget) => {
      const verdict = checker.check(history, budget);
      if (verdict.valid !== 'unknown') return verdict;
      const { valid, stats } = stronger.check(history, shareOf(budget, sequentialPart));
      return valid === true ? { valid, anomalies: [], stats } : verdict;
    },
  };
}

/** Lists that begin with elements, or in which one was appended twice, are left to a search. */
function elseSearched(quick: Checker, search: Checker): Checker {
  return {
    ...quick,
    check: (history, budget) => {
      const verdict = quick.check(history, budget);
      return verdict.valid === 'unknown' ? search.check(history, budget) : verdict;
    },
  };
}

/** A bank whose accounts nobody opens held something before the history, unless somebody says what. */
function fromItsStart(make: (spec: SequentialSpec) => Checker, { spec, initial }: Subject): Checker {
  const checker = make(spec);
  if (spec.step !== bank.step || initial !== undefined) return checker;
  const older = make(olderBank);
  return {
    ...checker,
    check: (history, budget) => (opensAccounts(history) ? checker : older).check(history, budget),
  };
}

/** Attempts that failed count: then there was nothing, and what is read nevertheless they have done after all. */
function opensAccounts({ operations, events }: History): boolean {
  return operations.f.includes(events.fNames.find('open'));
}

/**
 * Transactions and lists are followed from writers to readers; what was there before the first operation, nobody wrote.
 * So nothing is decided where something was.
 */
function fromNothing(checker: Checker, initial: Json = null): Checker {
  const isNothing = initial === null || (typeof initial === 'object' && Object.keys(initial).length === 0);
  if (isNothing) return checker;
  const reason = 'it is decided only where nothing is there before the first operation';
  return { ...checker, check: () => undecided(reason) };
}

/**
 * Operations on one key each are transactions of one operation, and then strict serializability of the whole store is
 * linearizability of every key (Herlihy & Wing 1990, §3.3: locality).
 */
function strictSerializable(subject: Subject): Checker | null {
  const { spec, initial } = subject;
  if (holdsTransactions(spec)) return fromNothing(isolation('strict-serializable', spec), initial);
  const checker = checkerOf('linearizable', subject);
  return checker && { ...checker, name: 'strict-serializable', sameAs: 'linearizable' };
}

/** What is worth measuring in a history that does not hold what it should: how stale its reads were. */
export function measuresOf({ spec, initial }: Subject): readonly Checker[] {
  return spec.accesses ? [staleness(spec, initial === undefined ? {} : { initial })] : [];
}

/** The levels that a history should have held if nobody says more: one, the strongest that has a checker. */
export function defaultLevels(spec: SequentialSpec): readonly Guarantee[] {
  return [holdsTransactions(spec) ? 'strict-serializable' : 'linearizable'];
}

/**
 * The checkers that judge objects of this spec whatever level is asked; of transactions none that finds what the asked
 * levels allow: a store that promises read committed alone may show long forks.
 */
export function objectCheckers(
  { spec, initial }: Subject,
  levels: readonly Guarantee[] = defaultLevels(spec),
): readonly Checker[] {
  const checkers = objects.objectCheckers(spec, initial === undefined ? {} : { initial });
  if (!holdsTransactions(spec)) return checkers;
  const isForkForbidden = levels.some((level) => implies(level, 'snapshot-isolation'));
  return checkers
    .filter(({ name }) => isForkForbidden || name !== 'long-fork')
    .map((checker) => fromNothing(checker, initial));
}
