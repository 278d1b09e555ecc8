/**
 * The times of events, made to agree with their order, which is authoritative: a time that goes back counts as the
 * latest one before it.
 */
import type { Events } from '../../columns/events.ts';

/** By index of an event: nanoseconds, never descending. O(events). */
export function clockOf({ length, timeNs }: Events): Float64Array {
  const clock = new Float64Array(length);
  let latest = -Infinity;
  for (let index = 0; index < length; index++) {
    const time = timeNs[index] ?? 0;
    if (time > latest && time < Infinity) latest = time;
    clock[index] = latest === -Infinity ? 0 : latest;
  }
  return clock;
}
