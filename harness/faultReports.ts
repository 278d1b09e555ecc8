/**
 * What each fault did in a run, told by the history alone. A fault was effective when some entry of it changed the
 * cluster, and clients asked for something while it was active, or waited for an answer all that time: a run whose faults
 * did not bite proves little.
 */
import type { RunConfig } from './config.ts';
import type { Op } from './history.ts';
import type { FaultReport } from './results.ts';
import type { Json } from '../nodes/kernel/wire.ts';

interface Tally {
  injected: number;
  unavailable: number;
  leaderHit: number;
  effective: boolean;
  /** Of entries that are over: while at least one of this fault was active. */
  activeNs: number;
  /** The active entries, and whether they changed the cluster. */
  readonly open: Map<number, boolean>;
  /** Since when at least one entry is active. */
  sinceNs: number;
}

/** The report of every fault that was asked for. O(events · faults). */
export function faultReports(
  history: readonly Op[],
  config: Pick<RunConfig, 'faults'>,
): Record<string, FaultReport> {
  const tallies = new Map(config.faults.map((fault) => [fault, emptyTally()]));
  let lastNs = 0;
  let inFlight = 0;
  for (const op of history) {
    lastNs = op.timeNs;
    if (op.process === 'nemesis') onNemesis(tallies, op, inFlight > 0);
    else if (op.type !== 'invoke') inFlight--;
    else {
      inFlight++;
      for (const tally of tallies.values()) onTraffic(tally);
    }
  }
  return Object.fromEntries(
    [...tallies].map(([fault, tally]) => {
      if (tally.open.size > 0) tally.activeNs += lastNs - tally.sinceNs;
      const { injected, unavailable, leaderHit, effective, activeNs } = tally;
      return [fault, { injected, unavailable, activeMs: Math.round(activeNs / 1e6), leaderHit, effective }];
    }),
  );
}

/** What deserves a look: faults that were asked for and did nothing, a leader that was never hit, nodes that ended. */
export function faultWarnings(
  history: readonly Op[],
  reports: Readonly<Record<string, FaultReport>>,
  isLeaderless = false,
): string[] {
  const warnings = Object.entries(reports)
    .filter(([, { effective }]) => !effective)
    .map(([fault, { injected, unavailable }]) =>
      injected > 0
        ? `the fault ${fault} had no effect, though it was injected ${times(injected)}`
        : `the fault ${fault} was never injected${unavailable > 0 ? `: ${whyUnavailable(history, fault)}` : ''}`,
    );
  const injected = Object.values(reports).some((report) => report.injected > 0);
  if (injected && !isLeaderless && Object.values(reports).every(({ leaderHit }) => leaderHit === 0))
    warnings.push('no fault ever hit the leader');
  for (const op of history) {
    if (op.process !== 'nemesis') continue;
    const { node, why, problems } = fieldsOf(op.value);
    if (op.f === 'members-given-up')
      warnings.push('the cluster did not get back the members that faults had taken from it, or added');
    if (op.f === 'node-exited') warnings.push(exitWarning(textOf(node), textOf(why)));
    if (Array.isArray(problems))
      warnings.push(...(problems as readonly Json[]).map((problem) => problemWarning(textOf(problem))));
  }
  return warnings;
}

/** Why the first entry of a fault did not find what it was aimed at. */
function whyUnavailable(history: readonly Op[], fault: string): string {
  const { value } = history.find(({ f }) => f === `unavailable-${fault}`) ?? { value: null };
  const { why } = fieldsOf(value);
  return why === undefined ? 'its targets did not exist' : textOf(why);
}

/** A node ended, and nobody had killed it. */
export function exitWarning(node: string, why: string): string {
  return `node ${node} ended by itself: ${why}`;
}

/** An action of a fault failed. */
export function problemWarning(problem: string): string {
  return `a fault could not be carried out: ${problem}`;
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function emptyTally(): Tally {
  return {
    injected: 0,
    unavailable: 0,
    leaderHit: 0,
    effective: false,
    activeNs: 0,
    open: new Map(),
    sinceNs: 0,
  };
}

function onNemesis(tallies: ReadonlyMap<string, Tally>, op: Op, isWaiting: boolean): void {
  if (op.f === 'members-changed' || op.f === 'disk-damaged') return onTold(tallies, op);
  const [, verb, fault] = /^(start|stop|unavailable)-(.+)$/.exec(op.f) ?? [];
  const tally = fault === undefined ? undefined : tallies.get(fault);
  if (tally === undefined) return;
  const fields = fieldsOf(op.value);
  const entry = Number(fields['entry']);
  if (verb === 'unavailable') {
    tally.unavailable++;
  } else if (verb === 'start') {
    tally.injected++;
    if (fields['leaderHit'] === true) tally.leaderHit++;
    if (tally.open.size === 0) tally.sinceNs = op.timeNs;
    tally.open.set(entry, fields['changed'] === true);
  } else {
    // Nothing was asked while it was active: whoever waits has waited since before, because it blocks all clients.
    if (isWaiting && tally.open.get(entry) === true) tally.effective = true;
    if (tally.open.delete(entry) && tally.open.size === 0) tally.activeNs += op.timeNs - tally.sinceNs;
  }
}

/** An entry whose actions alone change nothing has changed something. */
function onTold(tallies: ReadonlyMap<string, Tally>, op: Op): void {
  const { fault, entry } = fieldsOf(op.value);
  const tally = tallies.get(textOf(fault));
  if (tally?.open.has(Number(entry)) === true) tally.open.set(Number(entry), true);
}

/** An operation was invoked: what is active now bites. */
function onTraffic(tally: Tally): void {
  if (tally.effective) return;
  for (const changed of tally.open.values()) if (changed) tally.effective = true;
}

function fieldsOf(value: Json): Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, Json>>)
    : {};
}
