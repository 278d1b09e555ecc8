/**
 * The four session guarantees (Terry et al. 1994), decided from what sessions have read: the definitions are in the
 * files of their names, and README.md says how they relate to the literature.
 */
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { History } from '../../columns/history.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import { explainCyclicOrder } from '../causal/explain.ts';
import { sharedFindingsOf } from '../causal/findings.ts';
import { KeyWrites } from '../causal/keyWrites.ts';
import { Story } from '../causal/story.ts';
import type { Anomaly, Budget, Checker, Verdict } from '../checker.ts';
import { budgetUsedUp, doubtOf, notAccesses } from '../doubts.ts';
import { readsFromOf, type ReadsFrom } from '../readsFrom.ts';
import { undecided } from '../run.ts';
import type { Breach } from './breach.ts';
import { monotonicReads } from './monotonicReads.ts';
import { monotonicWrites } from './monotonicWrites.ts';
import { readYourWrites } from './readYourWrites.ts';
import { writesFollowReads } from './writesFollowReads.ts';

export type SessionLevel =
  'read-your-writes' | 'monotonic-reads' | 'monotonic-writes' | 'writes-follow-reads';

export interface SessionOptions {
  /** The value of every key before the first operation; null by default. */
  readonly initial?: Json;
}

const meanings: Readonly<Record<SessionLevel, string>> = {
  'read-your-writes': 'a session sees what it has written itself',
  'monotonic-reads': 'what a session reads of a key never goes back',
  'monotonic-writes': 'every session sees the writes of each session in their order',
  'writes-follow-reads': 'every session that sees a write has seen what its writer had read before',
};

/** Decides a session guarantee of histories of single values; `unknown` for others, and where reads cannot be traced. */
export function sessionGuarantee(
  level: SessionLevel,
  spec: SequentialSpec,
  options: SessionOptions = {},
): Checker {
  return {
    name: level,
    meaning: meanings[level],
    check: (history, budget) => check(level, history, spec, options, budget),
  };
}

function check(
  level: SessionLevel,
  history: History,
  spec: SequentialSpec,
  { initial }: SessionOptions,
  budget: Budget,
): Verdict {
  const readsFrom = readsFromOf(history, spec, initial);
  if (!readsFrom) return undecided(notAccesses);
  const stats = { operations: readsFrom.length, sessions: readsFrom.sessionCount, keys: readsFrom.keyCount };
  const anomalies = anomaliesOf(level, readsFrom, budget);
  if (!anomalies) return { ...undecided(budgetUsedUp), stats };
  if (anomalies.length > 0) return { valid: false, anomalies, stats };
  const doubt = doubtOf(readsFrom);
  return { valid: doubt === undefined ? true : 'unknown', anomalies, stats, ...(doubt && { reason: doubt }) };
}

function anomaliesOf(level: SessionLevel, readsFrom: ReadsFrom, budget: Budget): Anomaly[] | undefined {
  if (!budget.spend(readsFrom.length)) return undefined;
  switch (level) {
    case 'read-your-writes':
      return explained(level, readsFrom, readYourWrites(readsFrom));
    case 'monotonic-reads':
      return explained(level, readsFrom, monotonicReads(readsFrom));
    case 'monotonic-writes': {
      const breaches = monotonicWrites(readsFrom, new KeyWrites(readsFrom), budget);
      return breaches && explained(level, readsFrom, breaches);
    }
    case 'writes-follow-reads': {
      const findings = sharedFindingsOf(readsFrom, budget);
      if (findings?.isCyclic)
        return explainCyclicOrder(findings).map((anomaly) => ({ ...anomaly, kind: level }));
      const breaches = findings && writesFollowReads(findings, budget);
      return breaches && explained(level, readsFrom, breaches);
    }
  }
}

/** In words: what happened, and what the last read has missed. */
function explained(level: SessionLevel, readsFrom: ReadsFrom, breaches: readonly Breach[]): Anomaly[] {
  return breaches.map(({ story: ids, missed }) => {
    const story = new Story(readsFrom);
    const read = ids.at(-1) ?? 0;
    const explanation = `${story.chain(ids)}, and not ${story.value(missed)} or what came after it`;
    return story.anomaly(level, explanation, read);
  });
}
