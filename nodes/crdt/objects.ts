/** What a replica knows of each object, what the present step has changed of that, and its journal. */
import type { Outbox } from '../kernel/outbox.ts';
import type { State } from './dataType.ts';
import type { AnyType } from './dataTypes.ts';
import type { CrdtProtocol, Entries, JournalRecord } from './messages.ts';
import type { Rules } from './rules.ts';

/** The journal is compacted when it holds this many times more entries than there are objects, and not for little. */
const journalRatioMax = 4;
const journaledMin = 200;
/** How many objects share a record of a compacted journal. */
const objectsPerRecord = 500;

export class Objects {
  private readonly type: AnyType;
  private readonly rules: Rules;
  private readonly isDurable: boolean;
  private readonly states = new Map<string, State>();
  private journaled = 0;
  private changed = new Map<string, State>();
  /** What the present step has added so far, as small as it was told. */
  private added: (readonly [key: string, delta: State])[] = [];
  private records: (readonly [key: string, state: State])[] = [];

  constructor(
    type: AnyType,
    rules: Rules,
    { isDurable, recovered, self }: { isDurable: boolean; recovered: readonly JournalRecord[]; self: number },
  ) {
    this.type = type;
    this.rules = rules;
    this.isDurable = isDurable;
    for (const { entries } of recovered) {
      this.journaled += entries.length;
      for (const [key, state] of entries) this.states.set(key, type.merge(this.stateOf(key), state));
    }
    for (const [key, state] of this.states) this.states.set(key, rules.recovered(state, self));
  }

  get size(): number {
    return this.states.size;
  }

  stateOf(key: string): State {
    return this.states.get(key) ?? this.type.bottom;
  }

  entries(): Entries {
    return [...this.states];
  }

  /** What the present step has changed so far. */
  changes(): Entries {
    return [...this.changed];
  }

  /** The deltas of those changes: what an operation added, what another replica said. */
  additions(): Entries {
    return this.added;
  }

  /** O(entries) merges. */
  join(all: readonly Entries[]): Entries {
    const { bottom, merge } = this.type;
    const joined = new Map<string, State>();
    for (const [key, delta] of all.flat()) joined.set(key, merge(joined.get(key) ?? bottom, delta));
    return [...joined];
  }

  begin(): void {
    if (this.changed.size === 0) return;
    this.changed = new Map();
    this.added = [];
  }

  /** Takes the effect of an operation of this replica; journals what it adds. */
  take(key: string, state: State, delta: State): void {
    if (state === this.stateOf(key)) return;
    this.set(key, state, delta);
    this.records.push(...this.rules.journalOfOwn([[key, delta]]));
  }

  /** Takes in what another replica knows. */
  absorb(entries: Entries): void {
    for (const [key, remote] of entries) {
      const local = this.stateOf(key);
      const state = this.rules.merge(this.type, local, remote);
      if (state === local) continue;
      this.set(key, state, remote);
      this.records.push([key, state]);
    }
  }

  /** Journals what the present step has changed; now and then the whole state, in place of all before. */
  journal(out: Outbox<CrdtProtocol>): void {
    const { records } = this;
    if (records.length === 0) return;
    this.records = [];
    if (!this.isDurable) return;
    this.journaled += records.length;
    if (this.journaled < Math.max(journaledMin, journalRatioMax * this.size)) {
      out.persist({ entries: records });
      return;
    }
    const all = this.entries();
    const count = Math.ceil(all.length / objectsPerRecord);
    out.compact(
      Array.from({ length: count }, (_, at) => ({
        entries: all.slice(at * objectsPerRecord, (at + 1) * objectsPerRecord),
      })),
    );
    this.journaled = all.length;
    out.probe('journal-compacted');
  }

  private set(key: string, state: State, delta: State): void {
    this.states.set(key, state);
    this.changed.set(key, state);
    this.added.push([key, delta]);
  }
}
