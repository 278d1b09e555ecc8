/** What clients noticed of each fault: how many operations ended well per second while it was active, and otherwise. */
import type { Band } from './bands.ts';
import type { ReportView } from './view.ts';

export interface Progress {
  readonly activeNs: number;
  readonly okPerSecond: number;
  /** Share of completed operations that did not end in ok. */
  readonly notOkRatio: number;
}

/** The progress of the clients inside the union of these bands. */
export function progressDuring(view: ReportView, bands: readonly Band[]): Progress {
  return progressIn(view, union(bands));
}

/** The progress of the clients while no fault was active. */
export function progressWithoutFaults(view: ReportView): Progress {
  const quiet: Span[] = [];
  let fromNs = 0;
  for (const span of union(view.bands)) {
    if (span.fromNs > fromNs) quiet.push({ fromNs, toNs: span.fromNs });
    fromNs = Math.max(fromNs, span.toNs);
  }
  if (view.endNs > fromNs) quiet.push({ fromNs, toNs: view.endNs });
  return progressIn(view, quiet);
}

interface Span {
  readonly fromNs: number;
  readonly toNs: number;
}

/** Disjoint spans in ascending order that cover the same times. */
function union(bands: readonly Band[]): Span[] {
  const spans: { fromNs: number; toNs: number }[] = [];
  for (const { fromNs, toNs } of [...bands].sort((a, b) => a.fromNs - b.fromNs)) {
    const last = spans.at(-1);
    if (last && fromNs <= last.toNs) last.toNs = Math.max(last.toNs, toNs);
    else spans.push({ fromNs, toNs });
  }
  return spans;
}

function progressIn(view: ReportView, spans: readonly Span[]): Progress {
  const activeNs = spans.reduce((sum, { fromNs, toNs }) => sum + toNs - fromNs, 0);
  let [ok, all] = [0, 0];
  for (const { endNs, outcome } of view.operations) {
    if (outcome === 'open' || !spans.some(({ fromNs, toNs }) => fromNs <= endNs && endNs < toNs)) continue;
    all += 1;
    if (outcome === 'ok') ok += 1;
  }
  return {
    activeNs,
    okPerSecond: activeNs === 0 ? 0 : (ok * 1e9) / activeNs,
    notOkRatio: all === 0 ? 0 : (all - ok) / all,
  };
}
