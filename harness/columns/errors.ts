/** The texts of errors: most events have none, and of those that have one, most have the same. */
import { Growing } from './growing.ts';
import { Names } from './interner.ts';

export class Errors {
  readonly texts = new Names();
  /** Indices of events, ascending, each with the id of its text. */
  private readonly events = new Growing(Int32Array, 16);
  private readonly ids = new Growing(Int32Array, 16);

  /** Adds the text with an id of `texts` to an event, which is later than all before. */
  add(event: number, id: number): void {
    this.events.push(event);
    this.ids.push(id);
  }

  /** The text of an event's error. O(log n). */
  of(event: number): string | undefined {
    let low = 0;
    let high = this.events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.events.at(middle) ?? 0) < event) low = middle + 1;
      else high = middle;
    }
    return this.events.at(low) === event ? this.texts.get(this.ids.at(low) ?? 0) : undefined;
  }
}
