/**
 * Mutual exclusion. A lock is certainly held from when its acquisition was acknowledged until somebody who may release
 * it asks for that: whoever names the same owner, or the process that acquired it. Two such intervals of different
 * holders never overlap. Who holds it at first, holds it until somebody asks for its release in that name.
 *
 * A lock with a time to live may be handed on while it is held so; of those, only fencing tokens are judged
 * (`fencingTokens`).
 */
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { History } from '../../columns/history.ts';
import { falseId, nullId } from '../../columns/interner.ts';
import { failOutcome, never, okOutcome } from '../../columns/operations.ts';
import { fencedLock } from '../../specs/fencedLock.ts';
import { lock } from '../../specs/lock.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import type { Budget, Checker, Verdict } from '../checker.ts';
import { phrase, reference } from '../phrases.ts';
import { checkTokens } from './fencingTokens.ts';
import { budgetReason, Findings, given, undecidable } from './findings.ts';
import { Releases } from './releases.ts';
import { rowsByKey, strangeOperation } from './rows.ts';

/**
 * Judges `lock` by its holders and `fenced-lock` by its tokens. `initial` is the owner that holds every lock at first,
 * null when it is free. O(n log n) in operations.
 */
export function mutualExclusion(
  spec: SequentialSpec,
  { initial = null }: { readonly initial?: Json } = {},
): Checker {
  return {
    name: 'mutual-exclusion',
    meaning: 'at most one holds a lock at a time',
    check: (history, budget) => check(history, budget, spec, initial),
  };
}

function check(history: History, budget: Budget, spec: SequentialSpec, initial: Json): Verdict {
  const isFenced = spec.name === fencedLock.name;
  if (!isFenced && spec.name !== lock.name) return undecidable(`nobody holds a ${spec.name}`);
  const strange = strangeOperation(history, spec);
  if (strange !== undefined) return undecidable(`a lock has no operation ${strange}`);
  if (!budget.spend(history.operations.length)) return undecidable(budgetReason);
  return isFenced ? checkTokens(history) : checkHolders(history, spec, initial);
}

function checkHolders(history: History, spec: SequentialSpec, initial: Json): Verdict {
  const findings = new Findings(history);
  const first = history.events.values.idOf(initial);
  const stats = { acquired: 0, held: 0 };
  for (const rows of rowsByKey(history, spec)) {
    const acquired = acquisitions(history, rows);
    const holds = holdsOf(history, rows, acquired, first);
    stats.acquired += acquired.length;
    stats.held += holds.length;
    reportOverlaps(history, holds, findings);
  }
  if (stats.acquired === 0) findings.leaveOpen('there is nothing to judge: nobody acquired a lock');
  return findings.verdict({ ...stats, overlapping: findings.count('two-holders') });
}

/** An interval in which a lock is certainly held: from index `from` to before index `to`. */
interface Hold {
  /** The acquisition, or `noRow` of who held the lock before the first operation. */
  readonly row: number;
  /** The value that names the owner. */
  readonly owner: number;
  readonly from: number;
  readonly to: number;
}

const noRow = -1;

/** The acquisitions that succeeded, by start. */
function acquisitions({ operations, events }: History, rows: Int32Array): number[] {
  const acquire = events.fNames.find('acquire');
  return [...rows].filter(
    (row) =>
      operations.f[row] === acquire &&
      operations.outcome[row] === okOutcome &&
      operations.output[row] !== falseId,
  );
}

/** By `from`. */
function holdsOf(
  { operations, events }: History,
  rows: Int32Array,
  acquired: readonly number[],
  first: number,
): Hold[] {
  const { f, outcome, input, process, start, end } = operations;
  const release = events.fNames.find('release');
  const byOwner = new Releases();
  const byProcess = new Releases();
  for (const row of rows) {
    if (f[row] !== release || outcome[row] === failOutcome) continue;
    byOwner.add(input[row] ?? 0, start[row] ?? 0, end[row] ?? never);
    byProcess.add(process[row] ?? 0, start[row] ?? 0, end[row] ?? never);
  }
  const initialHold = { row: noRow, owner: first, from: noRow, to: byOwner.firstAfter(first, noRow) };
  return [
    ...(first === nullId ? [] : [initialHold]),
    ...acquired.map((row) => {
      const owner = input[row] ?? 0;
      const begun = start[row] ?? 0;
      const to = Math.min(byOwner.firstAfter(owner, begun), byProcess.firstAfter(process[row] ?? 0, begun));
      return { row, owner, from: end[row] ?? 0, to };
    }),
  ]
    .filter(({ from, to }) => from < to)
    .sort((a, b) => a.from - b.from);
}

/**
 * Sweeps over the holds and keeps the last one to end. That is enough: if a hold overlaps an earlier one of another
 * holder that ends sooner, then either it overlaps the last one to end as well, or those two overlapped already.
 */
function reportOverlaps({ operations }: History, holds: readonly Hold[], findings: Findings): void {
  const { process } = operations;
  /** Owners without a name are told apart by their processes. */
  const isSameHolder = (a: Hold, b: Hold): boolean =>
    a.owner === b.owner && (a.owner !== nullId || process[a.row] === process[b.row]);
  let last: Hold | undefined;
  for (const hold of holds) {
    if (last && last.to > hold.from && !isSameHolder(last, hold)) report(findings, last, hold);
    if (!last || hold.to > last.to) last = hold;
  }
}

function report(findings: Findings, { row: first, to }: Hold, { row: second, from }: Hold): void {
  const until =
    to === Infinity ? 'nobody ever tried to release it' : `nobody tried to release it before event ${to}`;
  if (first === noRow)
    findings.add('two-holders', [second], (acquired) => {
      const what = phrase(given(acquired));
      return `${what} was acknowledged at event ${from}, while the lock was held from the beginning, and ${until}`;
    });
  else
    findings.add('two-holders', [first, second], (held, acquired) => {
      const holder = `process ${given(held).invocation.process} held the lock (${reference(given(held))})`;
      return `${phrase(given(acquired))} was acknowledged at event ${from}, while ${holder}, and ${until}`;
    });
}
