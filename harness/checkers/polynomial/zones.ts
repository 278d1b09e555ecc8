/**
 * The theorem of Gibbons & Korach, on zones. A zone whose first end stands before its last start is a forward zone: its
 * value was there all the time between them. Any other is a backward zone: all its operations overlap, and one common
 * moment is enough. A history is linearizable exactly if no two forward zones overlap, and no backward zone lies inside
 * a forward one. Either conflict is two pairs of operations: of each of two values, something ended before something of
 * the other began.
 *
 * The events of a history are distinct, so zones are swept in the order of their last starts without sorting anything.
 */
import { none } from './scratch.ts';

export interface Zones {
  /** By zone. */
  readonly firstEnd: Int32Array;
  readonly lastStart: Int32Array;
  /** By zone: 0 if it is to be ignored. */
  readonly counts: Int32Array;
}

export interface Conflict {
  /** A forward zone. */
  readonly outer: number;
  readonly inner: number;
}

/**
 * Two zones that cannot both be, the earliest that are found; undefined when there are none. `zoneOf` tells the zone of
 * each operation (or `none`), `start` its start; operations are in the order of starts. O(operations).
 *
 * From the last start to the first: as long as forward zones are disjoint, the only one that can contain the next zone
 * is the one met last.
 */
export function conflictIn(
  length: number,
  zoneOf: Int32Array,
  start: Int32Array,
  { firstEnd, lastStart, counts }: Zones,
): Conflict | undefined {
  let forward: number = none;
  let forwardEnd = 0;
  let forwardStart = 0;
  let outer: number = none;
  let inner: number = none;
  for (let at = length - 1; at >= 0; at--) {
    const zone = zoneOf[at] ?? none;
    if (zone === none || lastStart[zone] !== start[at] || counts[zone] === 0) continue;
    const from = firstEnd[zone] ?? 0;
    const to = lastStart[zone] ?? 0;
    if (forward !== none && forwardEnd < to && from < forwardStart) {
      outer = forward;
      inner = zone;
    }
    if (from < to) {
      forward = zone;
      forwardEnd = from;
      forwardStart = to;
    }
  }
  return outer === none ? undefined : { outer, inner };
}
