/** Consistency levels of lists that are appended to and read whole: the checkers of these levels. */
import type { Guarantee } from '../../../nodes/kernel/model.ts';
import type { History } from '../../columns/history.ts';
import type { Budget, Checker, Verdict } from '../checker.ts';
import { undecided } from '../run.ts';
import { refuteConvergent } from './convergent.ts';
import { anomalyOf, type Finding } from './finding.ts';
import { listsOf, type Lists } from './lists.ts';
import { refuteSequential } from './sequential.ts';
import { refuteSession, type SessionLevel } from './sessions.ts';

export type ListLevel = 'sequential' | 'ccv' | SessionLevel;

const meanings: Readonly<Record<ListLevel, string>> = {
  sequential: 'all operations fit into one order that keeps the order of every process',
  ccv: 'one order of all appends, which extends causality, explains every read',
  'read-your-writes': 'a process reads what it appended before',
  'monotonic-reads': 'a process reads again what it read before',
  'monotonic-writes': 'whoever reads an element reads before it what its process had appended before it',
  'writes-follow-reads': 'whoever reads an element reads before it what its process had read before it',
};

/** Whether lists have a checker of this level. */
export function isListLevel(level: Guarantee): level is ListLevel {
  return Object.hasOwn(meanings, level);
}

/** Decides a level of histories in which every element is appended once. O(elements read), but for `ccv` * sessions. */
export function listLevel(level: ListLevel): Checker {
  return { name: level, meaning: meanings[level], check: (history, budget) => check(level, history, budget) };
}

function check(level: ListLevel, history: History, budget: Budget): Verdict {
  const lists = listsOf(history, budget);
  if (typeof lists === 'string') return undecided(lists);
  const stats = { operations: lists.length, keys: lists.keyCount, sessions: lists.sessionCount };
  const found = refute(level, lists, budget);
  if (typeof found === 'string') return undecided(found);
  return { valid: found === undefined, anomalies: found ? [anomalyOf(lists, found)] : [], stats };
}

function refute(level: ListLevel, lists: Lists, budget: Budget): Finding | undefined | string {
  if (level === 'sequential') return refuteSequential(lists);
  return level === 'ccv' ? refuteConvergent(lists, budget) : refuteSession(level, lists, budget);
}
