/** From the fates of a set's elements to verdicts on each, in words. */
import type { History } from '../../columns/history.ts';
import { never } from '../../columns/operations.ts';
import { phrase, reference } from '../phrases.ts';
import { described } from './answers.ts';
import type { Fates } from './elementFates.ts';
import { noRow } from './rows.ts';
import { given, type Findings } from './findings.ts';
import type { Latencies } from './latencies.ts';

/** Counts over all sets of a history. */
export interface Tally {
  attempts: number;
  stable: number;
  stale: number;
  removed: number;
  /** Known before the last read, which misses them, but not surely lost. */
  missing: number;
  neverRead: number;
  /** From when an element was known to when the last read missed it. */
  readonly stableLatencies: Latencies;
  /** From when a lost element was known to when the last read showed it. */
  readonly lostLatencies: Latencies;
}

/** Judges every element; of linearizable sets the last read has the last word. O(elements). */
export function reportElements(
  history: History,
  fates: Fates,
  findings: Findings,
  tally: Tally,
  isLinearizable: boolean,
): void {
  for (let id = fates.elements.size - 1; id >= fates.length; id--)
    reportPhantom(fates, findings, fates.strangers[id - fates.length] ?? 0, id);
  for (let id = 0; id < fates.length; id++) {
    const twice = fates.listedTwiceRow[id] ?? noRow;
    if (twice !== noRow) reportTwice(fates, findings, twice, id);
    if (reportUnadded(history, fates, findings, id) || fates.adds[id] === 0) continue;
    tally.attempts++;
    if (fates.removeRow[id] !== noRow) {
      tally.removed++;
      reportResurrected(history, fates, findings, id, isLinearizable);
    } else reportKept(history, fates, findings, tally, id, isLinearizable);
  }
}

const nameOf = ({ elements }: Fates, id: number): string => described(elements.get(id));

function reportTwice(fates: Fates, findings: Findings, row: number, id: number): void {
  findings.add(
    'duplicate',
    [row],
    (read) => `${phrase(given(read))} lists ${nameOf(fates, id)} more than once`,
  );
}

function reportPhantom(fates: Fates, findings: Findings, row: number, id: number): void {
  findings.add(
    'phantom',
    [row],
    (read) => `${phrase(given(read))} shows ${nameOf(fates, id)}, but until then nobody had tried to add it`,
  );
}

/** Whether an element was shown before anybody can have added it. */
function reportUnadded({ operations }: History, fates: Fates, findings: Findings, id: number): boolean {
  const shown = fates.firstShownRow[id] ?? noRow;
  const shownAt = operations.end[shown] ?? never;
  if (shown === noRow || shownAt >= (fates.addedFrom[id] ?? never)) return false;
  const failed = fates.failedRow[id] ?? noRow;
  if (failed === noRow || (operations.start[failed] ?? never) > shownAt)
    reportPhantom(fates, findings, shown, id);
  else
    findings.add(
      'aborted-read',
      [shown, failed],
      (read, add) =>
        `${phrase(given(read))} shows ${nameOf(fates, id)}, but ${phrase(given(add))} failed: ` +
        'it was certain never to take effect',
    );
  return true;
}

/** An element that was added once, found and removed, and that the last read shows all the same. */
function reportResurrected(
  { operations }: History,
  fates: Fates,
  findings: Findings,
  id: number,
  isLinearizable: boolean,
): void {
  const removed = fates.removedRow[id] ?? noRow;
  const shown = fates.lastShownRow[id] ?? noRow;
  if (removed === noRow || shown === noRow || fates.adds[id] !== 1) return;
  const isAfter = (operations.start[shown] ?? 0) > (operations.end[removed] ?? never);
  const isShownByAll =
    fates.lastFinalRows.length > 0 && fates.shownFinally[id] === fates.lastFinalRows.length;
  if (!isAfter || (fates.lastMissedRow[id] ?? noRow) > shown || !(isLinearizable || isShownByAll)) return;
  findings.add(
    'resurrected',
    [removed, shown],
    (remove, read) =>
      `${phrase(given(remove))} took ${nameOf(fates, id)} away, and it was added only once, ` +
      `yet ${phrase(given(read))} shows it, and no later read misses it`,
  );
}

/** An element that nobody removes: stable, lost, or not yet read. */
function reportKept(
  history: History,
  fates: Fates,
  findings: Findings,
  tally: Tally,
  id: number,
  isLinearizable: boolean,
): void {
  const { operations, events } = history;
  const shown = fates.lastShownRow[id] ?? noRow;
  const missed = fates.lastMissedRow[id] ?? noRow;
  const knownAt = Math.min(
    fates.ackedAt[id] ?? never,
    operations.end[fates.firstShownRow[id] ?? noRow] ?? never,
  );
  const timeOf = (index: number): number => events.timeNs[Math.max(0, index)] ?? 0;
  const missedAt = missed === noRow ? -1 : (operations.start[missed] ?? 0);
  const isMissedKnown = missed !== noRow && missedAt > knownAt;
  if (shown > missed) {
    tally.stable++;
    tally.stableLatencies.add(timeOf(knownAt), timeOf(isMissedKnown ? missedAt : knownAt));
    if (!isMissedKnown) return;
    tally.stale++;
    if (isLinearizable) reportMissed('stale', fates, findings, id, knownAt);
  } else if (!isMissedKnown) tally.neverRead++;
  else if (isLinearizable || (fates.lastFinalRows.length > 0 && fates.shownFinally[id] === 0)) {
    tally.lostLatencies.add(timeOf(knownAt), shown === noRow ? 0 : timeOf(operations.start[shown] ?? 0));
    reportMissed('lost', fates, findings, id, knownAt);
  } else tally.missing++;
}

/** A read misses what was known before it began. */
function reportMissed(
  kind: 'lost' | 'stale',
  fates: Fates,
  findings: Findings,
  id: number,
  knownAt: number,
): void {
  const missed = fates.lastMissedRow[id] ?? noRow;
  const first = fates.firstShownRow[id] ?? noRow;
  const name = nameOf(fates, id);
  const end = kind === 'lost' ? ', and no later read shows it' : '';
  if (knownAt === -1) {
    findings.add(
      kind,
      [missed],
      (read) => `${name} was there from the beginning, yet ${phrase(given(read))} misses it${end}`,
    );
    return;
  }
  const rows =
    fates.ackedAt[id] === knownAt ? [fates.ackedRow[id] ?? noRow] : [fates.addRow[id] ?? noRow, first];
  findings.add(kind, [missed, ...rows], (read, adding, showing) =>
    showing === undefined
      ? `${phrase(given(adding))} was acknowledged, yet ${phrase(given(read))} misses ${name}${end}`
      : `${phrase(given(showing))} showed ${name}, which process ${given(adding).invocation.process} added ` +
        `(${reference(given(adding))}), yet ${phrase(given(read))} misses it${end}`,
  );
}
