/**
 * Arrays that are used again for every key of a history, so that a history of many small keys costs what its operations
 * cost. They live as long as the events do. Nothing in them outlives a decision but room.
 */
import type { Events } from '../../columns/events.ts';

/** No cluster, no element, no rank. */
export const none = -1;

export class Scratch {
  /** By id of a value: whatever a special case notes about it; `none` between decisions. */
  notes = new Int32Array(0);
  /** By index of an event: only what was written in the same decision may be read. */
  readonly atEvent: Int32Array;
  private readonly bySlot: Int32Array[] = [];

  constructor(events: Events) {
    this.atEvent = new Int32Array(events.length);
  }

  /** Makes room for notes about values with ids below `count`. */
  reserveNotes(count: number): void {
    if (count <= this.notes.length) return;
    const larger = new Int32Array(Math.max(count, 2 * this.notes.length)).fill(none);
    larger.set(this.notes);
    this.notes = larger;
  }

  /** The array of a slot, at least `length` long, with anything in it. Whoever shares a slot shares the array. */
  array(slot: number, length: number): Int32Array {
    const known = this.bySlot[slot];
    if (known && known.length >= length) return known;
    const array = new Int32Array(Math.max(length, 2 * (known?.length ?? 8)));
    this.bySlot[slot] = array;
    return array;
  }
}

const scratches = new WeakMap<Events, Scratch>();

/** The scratch of these events. */
export function scratchOf(events: Events): Scratch {
  const known = scratches.get(events);
  if (known) return known;
  const scratch = new Scratch(events);
  scratches.set(events, scratch);
  return scratch;
}
