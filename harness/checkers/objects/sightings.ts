/** When the elements of a set were first known: at all, and where there are removes, at each node. */
import type { History } from '../../columns/history.ts';
import { never } from '../../columns/operations.ts';
import type { Answer } from './answers.ts';
import type { Fates } from './elementFates.ts';
import { nodeOf, noRow } from './rows.ts';

export class Sightings {
  /** Whether it matters which node an element was seen at: only to removes. */
  readonly matter: boolean;
  private readonly history: History;
  private readonly fates: Fates;
  private readonly atNode = new Map<number, number>();

  constructor(history: History, fates: Fates) {
    this.history = history;
    this.fates = fates;
    const remove = history.events.fNames.find('remove');
    this.matter = remove >= 0 && history.operations.f.includes(remove);
  }

  /** A read showed an element. */
  show(id: number, { firstRow }: Answer): void {
    const { firstShownRow } = this.fates;
    const { end } = this.history.operations;
    const known = firstShownRow[id] ?? noRow;
    if (known === noRow || (end[firstRow] ?? never) < (end[known] ?? never)) firstShownRow[id] = firstRow;
    this.note(id, firstRow);
  }

  /** The node that answered this row has the element from its end on. */
  note(id: number, row: number): void {
    if (!this.matter) return;
    const place = this.placeOf(id, row);
    const end = this.history.operations.end[row] ?? never;
    if (end < (this.atNode.get(place) ?? never)) this.atNode.set(place, end);
  }

  /** From when on the node that answered this row was known to have the element; `never` if it was not. */
  firstAt(id: number, row: number): number {
    return this.atNode.get(this.placeOf(id, row)) ?? never;
  }

  private placeOf(id: number, row: number): number {
    return id * (this.history.events.nodeNames.size + 1) + nodeOf(this.history, row) + 1;
  }
}
