/**
 * Sets, element by element (Jepsen's `set-full`): an element is *known* once its add was acknowledged or a read showed
 * it. An element that the last read shows is stable; if it was missed by a read that began after it was known, it was
 * stale in between. An element that was known before the last read began, which misses it, is lost: of a linearizable
 * set at once; of any other, in which reads may be late, only if it is missing from the last reads of all nodes after
 * the last change had ended. Until then it is just missing, and nothing is decided.
 *
 * Beyond the original: what nobody added (phantom), what was only added by operations that failed, elements listed
 * twice, and removes. Adds of an element that was removed may be missing for that reason, so such elements are neither
 * lost nor stale; but a removal that is known to have found the element, which was added once only, is for good, and
 * who shows it again in the end resurrects it.
 */
import type { History } from '../../columns/history.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import type { Budget, Checker, Verdict } from '../checker.ts';
import { elementFates, type Fates } from './elementFates.ts';
import { Findings, undecidable } from './findings.ts';
import { Latencies } from './latencies.ts';
import { rowsByKey, strangeOperation } from './rows.ts';
import { reportElements, type Tally } from './setReport.ts';

export interface SetOptions {
  /** The elements before the first operation. */
  readonly initial?: Json;
  /** Whether reads must show what was known before they began, as those of linearizable sets do. */
  readonly linearizable?: boolean;
}

/** Judges sets that are added to, removed from and read. O(elements read), near enough. */
export function setFull(spec: SequentialSpec, options: SetOptions = {}): Checker {
  return {
    name: 'set-full',
    meaning: 'what was added to a set stays in it, and nothing else is in it',
    check: (history, budget) => check(history, budget, spec, options),
  };
}

function check(history: History, budget: Budget, spec: SequentialSpec, options: SetOptions): Verdict {
  const strange = strangeOperation(history, spec);
  if (strange !== undefined) return undecidable(`a set has no operation ${strange}`);
  const findings = new Findings(history);
  const tally: Tally = {
    attempts: 0,
    stable: 0,
    stale: 0,
    removed: 0,
    missing: 0,
    neverRead: 0,
    stableLatencies: new Latencies(),
    lostLatencies: new Latencies(),
  };
  for (const rows of rowsByKey(history, spec)) {
    const fates: Fates | string = elementFates(history, rows, spec, budget, options.initial ?? null);
    if (typeof fates === 'string') findings.leaveOpen(fates);
    else reportElements(history, fates, findings, tally, options.linearizable ?? false);
  }
  if (tally.missing > 0) findings.leaveOpen(missingReason(tally.missing));
  if (tally.stable + tally.removed === 0)
    findings.leaveOpen('there is nothing to judge: no read shows an element that was added');
  return findings.verdict({
    attempts: tally.attempts,
    stable: tally.stable,
    stale: tally.stale,
    removed: tally.removed,
    missing: tally.missing,
    neverRead: tally.neverRead,
    lost: findings.count('lost'),
    resurrected: findings.count('resurrected'),
    phantom: findings.count('phantom'),
    duplicated: findings.count('duplicate'),
    abortedReads: findings.count('aborted-read'),
    ...tally.stableLatencies.stats('stableLatencyMs'),
    ...tally.lostLatencies.stats('lostLatencyMs'),
  });
}

const missingReason = (count: number): string =>
  `${count === 1 ? '1 known element is' : `${count} known elements are`} missing from the last read, ` +
  'but not from the last reads of all nodes after the last change';
