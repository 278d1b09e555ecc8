/** The accesses of a history in the order of events. */
import { never } from '../../columns/operations.ts';
import type { Accesses } from '../accesses.ts';

/**
 * By index of an event: access + 1 if one begins there, -(access + 1) if one ends there, 0 if neither does.
 * `eventCount` is the length of the history. O(events).
 */
export function timelineOf({ length, start, end }: Accesses, eventCount: number): Int32Array {
  const timeline = new Int32Array(eventCount);
  for (let at = 0; at < length; at++) {
    timeline[start[at] ?? 0] = at + 1;
    if (end[at] !== never) timeline[end[at] ?? 0] = -at - 1;
  }
  return timeline;
}
