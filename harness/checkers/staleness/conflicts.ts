/**
 * The zones of Gibbons & Korach on stretched operations: how far operations must be stretched until a register with
 * unique writes is linearizable. Every two versions conflict on their own, and stretching more never makes a conflict;
 * so what is needed is found by bisection over the versions that conflict at all.
 *
 * Δ-atomicity (Golab, Li & Shah, PODC 2011) lets reads begin Δ earlier. Γ (Golab et al., ICDCS 2014) lets every
 * operation begin Γ earlier and end Γ later, for two operations the same as beginning 2Γ earlier.
 */
import { never } from '../../columns/operations.ts';
import { initialVersion, type Versions } from './versions.ts';

/** How much earlier operations begin, in nanoseconds; 0 is not at all, even where clocks show no difference. */
export interface Slack {
  readonly readsNs: number;
  readonly writesNs: number;
}

const noSlack: Slack = { readsNs: 0, writesNs: 0 };

/** The versions of a key that are known to have been there, by first end. */
export interface Zones {
  readonly versions: Versions;
  readonly clock: Float64Array;
  readonly order: Int32Array;
}

/** `atEvent` is room by event. O(n log n). */
export function zonesOf(versions: Versions, clock: Float64Array, atEvent: Int32Array): Zones {
  const { count, firstEnd, lastRead, writeEnd } = versions;
  const ends = new Int32Array(count);
  let known = 0;
  for (let version = 1; version < count; version++) {
    if (writeEnd[version] === never && (lastRead[version] ?? -1) < 0) continue;
    const end = firstEnd[version] ?? 0;
    atEvent[end] = version;
    ends[known++] = end;
  }
  const inOrder = ends.subarray(0, known).sort();
  // The initial version ended before all.
  const first = (lastRead[initialVersion] ?? -1) >= 0 ? 1 : 0;
  const order = new Int32Array(first + known).fill(initialVersion, 0, first);
  for (let at = 0; at < known; at++) order[first + at] = atEvent[inOrder[at] ?? 0] ?? 0;
  return { versions, clock, order };
}

/** Whether an operation on a version began after an event, even stretched. */
function beganAfter({ versions, clock }: Zones, version: number, event: number, slack: Slack): boolean {
  const write = versions.writeStart[version] ?? 0;
  const read = versions.lastRead[version] ?? 0;
  return isLater(clock, write, event, slack.writesNs) || isLater(clock, read, event, slack.readsNs);
}

function isLater(clock: Float64Array, start: number, event: number, slackNs: number): boolean {
  if (start <= event) return false;
  return slackNs === 0 || (clock[start] ?? 0) - (event < 0 ? -Infinity : (clock[event] ?? 0)) > slackNs;
}

/** Two versions, each of which began before something of the other ended. */
export interface Conflict {
  readonly outer: number;
  readonly inner: number;
}

/**
 * Two versions that conflict, if any do. O(versions): in the order of first ends the forward zones met before do not
 * overlap, so only the last of them can contain what comes next.
 */
export function conflictOf(zones: Zones, slack: Slack): Conflict | undefined {
  const { order, versions } = zones;
  let forward = -1;
  for (const version of order) {
    const end = versions.firstEnd[version] ?? 0;
    if (
      forward >= 0 &&
      beganAfter(zones, forward, end, slack) &&
      beganAfter(zones, version, versions.firstEnd[forward] ?? 0, slack)
    )
      return { outer: forward, inner: version };
    if (beganAfter(zones, version, end, slack)) forward = version;
  }
  return undefined;
}

/** The zones that conflict with others when nothing is stretched. O(n log n). */
export function conflicting(zones: Zones): Zones {
  const { order, versions } = zones;
  const lastStart = (version: number): number =>
    Math.max(versions.writeStart[version] ?? 0, versions.lastRead[version] ?? 0);
  const firstEnd = (version: number): number => versions.firstEnd[version] ?? 0;
  const isForward = (version: number): boolean => firstEnd(version) < lastStart(version);
  const forward = order.filter(isForward);
  const backward = order.filter((version) => !isForward(version)).sort((a, b) => lastStart(a) - lastStart(b));
  const reach = prefixMaxima(forward, lastStart);
  const soonest = suffixMinima(backward, firstEnd);
  const isConflicting = (version: number): boolean => {
    const [from, to] = [firstEnd(version), lastStart(version)];
    // Forward zones that began before this one ended.
    const overlapping = countBelow(forward, firstEnd, isForward(version) ? from : to);
    if (overlapping > 0 && (reach[overlapping - 1] ?? 0) > from) return true;
    if (!isForward(version)) return false;
    const next = forward[overlapping + 1];
    if (next !== undefined && firstEnd(next) < to) return true;
    const inside = countBelow(backward, lastStart, from);
    return inside < backward.length && (soonest[inside] ?? never) < to;
  };
  return { ...zones, order: order.filter(isConflicting) };
}

function prefixMaxima(items: Int32Array, of: (item: number) => number): Int32Array {
  const maxima = items.map(of);
  for (let at = 1; at < maxima.length; at++) maxima[at] = Math.max(maxima[at] ?? 0, maxima[at - 1] ?? 0);
  return maxima;
}

function suffixMinima(items: Int32Array, of: (item: number) => number): Int32Array {
  const minima = items.map(of);
  for (let at = minima.length - 2; at >= 0; at--) minima[at] = Math.min(minima[at] ?? 0, minima[at + 1] ?? 0);
  return minima;
}

/** How many items, which are sorted, are below a bound. */
function countBelow(items: Int32Array, of: (item: number) => number, bound: number): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (of(items[middle] ?? 0) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The least whole number of nanoseconds for which no two zones conflict; undefined if none is enough, or the budget is
 * not. O(conflicting zones) for each of at most 53 steps.
 */
export function leastSlackNs(
  zones: Zones,
  slackOf: (ns: number) => Slack,
  spend: (steps: number) => boolean,
): number | undefined {
  if (!conflictOf(zones, noSlack)) return 0;
  const { clock } = zones;
  const spanNs = (clock.at(-1) ?? 0) - (clock[0] ?? 0);
  let [low, high] = [0, Math.min(Number.MAX_SAFE_INTEGER, Math.ceil(spanNs) + 1)];
  if (conflictOf(zones, slackOf(high))) return undefined;
  while (high - low > 1) {
    if (!spend(zones.order.length)) return undefined;
    const middle = low + Math.floor((high - low) / 2);
    if (conflictOf(zones, slackOf(middle))) low = middle;
    else high = middle;
  }
  return high;
}
