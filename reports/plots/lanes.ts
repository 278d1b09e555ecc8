/**
 * Where operations lie in a picture of lanes. The x axis keeps the order of all events, hence who overlaps whom, and
 * squeezes or stretches the time between them so that labels have room. A label may reach beyond the end of its bar, but
 * not into the next bar of its lane:
 *
 *   x(event) ≥ x(event before) + gap,   x(completion) ≥ x(invocation) + bar,   x(next of the lane) ≥ x(invocation) + label
 *
 * One pass in the order of the history satisfies all three, because each bound looks only to the left.
 */
import type { TimedOperation } from '../data/view.ts';

export interface LaneBar {
  readonly operation: TimedOperation;
  readonly lane: number;
  readonly from: number;
  /** Where it was completed; the right edge when its effect may still come. */
  readonly to: number;
  /** Whether its effect may come at any time after the picture. */
  readonly unending: boolean;
}

export interface LaneLayout {
  readonly bars: readonly LaneBar[];
  /** The process of each lane. */
  readonly lanes: readonly number[];
  readonly width: number;
  /** x of a time, between the events of the picture. */
  xOf(timeNs: number): number;
}

const gap = 16;
/** Beyond this much empty time the axis is squeezed. */
const gapMax = 44;
const edge = 16;

export interface LaneOptions {
  readonly widthMin: number;
  labelWidth(operation: TimedOperation): number;
  readonly barWidthMin: number;
}

interface LaneEvent {
  readonly at: number;
  readonly timeNs: number;
  readonly operation: TimedOperation;
  readonly kind: 'start' | 'end';
}

export function layOut(operations: readonly TimedOperation[], options: LaneOptions): LaneLayout {
  const events = eventsOf(operations);
  const nsPerUnit = typicalGapNs(events) / gap;
  const starts = new Map<TimedOperation, number>();
  const ends = new Map<TimedOperation, number>();
  /** Where the next bar of a lane may begin. */
  const free = new Map<number, number>();
  const knots: { timeNs: number; x: number }[] = [];
  let [x, timeNs] = [edge - gap, events[0]?.timeNs ?? 0];
  for (const { operation, kind, timeNs: eventNs } of events) {
    const lane = processOf(operation);
    const wait = Math.min(gapMax, Math.max(gap, (eventNs - timeNs) / nsPerUnit));
    const least = kind === 'start' ? free.get(lane) : (starts.get(operation) ?? 0) + options.barWidthMin;
    x = Math.max(x + wait, least ?? 0);
    timeNs = eventNs;
    if (kind === 'start') free.set(lane, x + options.labelWidth(operation));
    (kind === 'start' ? starts : ends).set(operation, x);
    knots.push({ timeNs: eventNs, x });
  }
  const natural = Math.max(x, ...free.values()) + edge;
  const width = Math.max(options.widthMin, natural);
  const stretch = (width - edge) / Math.max(1, natural - edge);
  const lanes = [...new Set(operations.map(processOf))].sort((a, b) => a - b);
  return {
    bars: operations.map((operation) => ({
      operation,
      lane: lanes.indexOf(processOf(operation)),
      from: (starts.get(operation) ?? 0) * stretch,
      to: isUnending(operation) ? width : (ends.get(operation) ?? 0) * stretch,
      unending: isUnending(operation),
    })),
    lanes,
    width,
    xOf: (time) => interpolate(knots, time) * stretch,
  };
}

/** An unclear outcome may take effect at any later time; its completion bounds nothing. */
export function isUnending({ outcome }: TimedOperation): boolean {
  return outcome === 'info' || outcome === 'open';
}

function processOf({ operation }: TimedOperation): number {
  return Number(operation.invocation.process);
}

function eventsOf(operations: readonly TimedOperation[]): LaneEvent[] {
  const events = operations.flatMap((operation): LaneEvent[] => {
    const start: LaneEvent = { at: operation.index, timeNs: operation.startNs, operation, kind: 'start' };
    const completion = operation.operation.completion;
    if (!completion || isUnending(operation)) return [start];
    return [start, { at: completion.index, timeNs: operation.endNs, operation, kind: 'end' }];
  });
  return events.sort((a, b) => a.at - b.at);
}

/** The median of the times between events: what one gap of the picture stands for. */
function typicalGapNs(events: readonly LaneEvent[]): number {
  const gaps = events.slice(1).map((event, at) => event.timeNs - (events[at]?.timeNs ?? 0));
  const ascending = Float64Array.from(gaps).sort();
  return Math.max(1, ascending[Math.floor(ascending.length / 2)] ?? 1);
}

function interpolate(knots: readonly { timeNs: number; x: number }[], timeNs: number): number {
  const next = knots.findIndex((knot) => knot.timeNs >= timeNs);
  const [before, after] = [knots[next - 1], knots[next]];
  if (next === -1) return (knots.at(-1)?.x ?? 0) + edge;
  if (!before || !after) return Math.max(0, (after?.x ?? 0) - edge);
  const share = (timeNs - before.timeNs) / Math.max(1, after.timeNs - before.timeNs);
  return before.x + share * (after.x - before.x);
}
