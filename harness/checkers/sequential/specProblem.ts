/** The problem for any sequential spec: states are those of the spec, numbered when they are first reached. */
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { History } from '../../columns/history.ts';
import { failOutcome, okOutcome } from '../../columns/operations.ts';
import type { Input, Output, SequentialSpec } from '../../specs/spec.ts';
import { listsBy } from '../causal/edges.ts';
import { none } from '../readsFrom.ts';
import { impossible, type Problem } from './problem.ts';

/** The operations of a history, or of some of its rows, that may have happened. */
export function specProblem(
  history: History,
  spec: SequentialSpec,
  initial: Json | undefined,
  rows: Int32Array = rowsOf(history, spec),
): Problem {
  const sessions = sessionsOf(history, rows);
  const { start, items } = listsBy(sessions.owner, sessions.count);
  const { operations } = history;
  const row = items.map((at) => rows[at] ?? 0);
  const keys = new Map<number, number>();
  const keyOf = (at: number): number => {
    const name = spec.byKey ? (operations.key[at] ?? 0) : 0;
    const known = keys.get(name) ?? keys.size;
    keys.set(name, known);
    return known;
  };
  const isOk = (at: number): boolean => operations.outcome[at] === okOutcome;
  const fOf = (at: number): string => history.events.fNames.get(operations.f[at] ?? 0);
  const key = row.map(keyOf);
  const steps = new Steps(history, spec, spec.init(initial));
  return {
    history,
    length: row.length,
    row,
    session: items.map((at) => sessions.owner[at] ?? 0),
    sessionCount: sessions.count,
    sessionStart: start,
    key,
    keyCount: keys.size,
    rank: row,
    observes: Uint8Array.from(row, (at) => (spec.observers.includes(fOf(at)) ? 1 : 0)),
    isOptional: Uint8Array.from(row, (at) => (isOk(at) ? 0 : 1)),
    initialState: 0,
    step: (id, state) => steps.after(row[id] ?? 0, state),
    isFull: () => steps.isFull,
    nameOf: (state) => steps.nameOf(state),
  };
}

/** Rows that matter: not those that failed, nor observers without an answer. */
export function rowsOf({ operations, events }: History, spec: SequentialSpec): Int32Array {
  const rows = new Int32Array(operations.length);
  let count = 0;
  for (let row = 0; row < operations.length; row++) {
    if (operations.outcome[row] === failOutcome) continue;
    const isOpen = operations.outcome[row] !== okOutcome;
    if (isOpen && spec.observers.includes(events.fNames.get(operations.f[row] ?? 0))) continue;
    rows[count++] = row;
  }
  return rows.subarray(0, count);
}

/** By place in `rows`: its session. What is open and not the last of its process stands alone. */
function sessionsOf(
  { operations: { process, outcome } }: History,
  rows: Int32Array,
): { readonly owner: Int32Array; readonly count: number } {
  const owner = new Int32Array(rows.length);
  const sessionOf = new Map<number, number>();
  let count = 0;
  for (let at = rows.length - 1; at >= 0; at--) {
    const row = rows[at] ?? 0;
    const known = sessionOf.get(process[row] ?? 0);
    owner[at] = known === undefined || outcome[row] !== okOutcome ? count++ : known;
    if (known === undefined) sessionOf.set(process[row] ?? 0, owner[at] ?? none);
  }
  return { owner, count };
}

/** The names of states may have so many characters in all, and so many steps are remembered. */
const charactersMax = 64 * 1024 * 1024;
const stepsMax = 4 * 1024 * 1024;

/** Steps of the spec, each made once as long as there is room. */
class Steps {
  private readonly history: History;
  private readonly spec: SequentialSpec;
  private readonly states: unknown[] = [];
  private readonly numberOf = new Map<string, number>();
  private readonly known = new Map<number, number>();
  private characters = 0;

  constructor(history: History, spec: SequentialSpec, initial: unknown) {
    this.history = history;
    this.spec = spec;
    this.number(initial);
  }

  get isFull(): boolean {
    return this.characters > charactersMax;
  }

  after(row: number, state: number): number {
    const place = state * this.history.operations.length + row;
    const known = this.known.get(place);
    if (known !== undefined) return known;
    const next = this.spec.step(this.states[state], this.inputOf(row), this.outputOf(row));
    const number = next === 'inconsistent' ? impossible : this.number(next);
    if (this.known.size < stepsMax) this.known.set(place, number);
    return number;
  }

  nameOf(state: number): string {
    return this.spec.nameOf(this.states[state]);
  }

  private number(state: unknown): number {
    const name = this.spec.nameOf(state);
    const known = this.numberOf.get(name);
    if (known !== undefined) return known;
    // What a state takes besides its name is counted as 64 characters.
    this.characters += name.length + 64;
    this.numberOf.set(name, this.states.length);
    return this.states.push(state) - 1;
  }

  private inputOf(row: number): Input {
    const { operations, events } = this.history;
    return {
      f: events.fNames.get(operations.f[row] ?? 0),
      value: events.values.get(operations.input[row] ?? 0),
    };
  }

  private outputOf(row: number): Output {
    const { operations, events } = this.history;
    if (operations.outcome[row] !== okOutcome) return 'unknown';
    return { value: events.values.get(operations.output[row] ?? 0) };
  }
}
