/** Why a search found no order: how far one got, and why no session could go on. */
import type { Anomaly } from '../checker.ts';
import { indicesOf, phrase, phraseWithAnswer } from '../phrases.ts';
import { none } from '../readsFrom.ts';
import { impossible, type Problem } from './problem.ts';
import type { Search } from './search.ts';

/** Of so many sessions it is told why they cannot go on. */
const toldMax = 12;

/** The anomaly of a refuted search. O(operations). */
export function explainRefuted({ problem, longest }: Search): Anomaly {
  const end = new End(problem, longest);
  const { history, sessionStart, keyCount } = problem;
  const next = Array.from(end.position).filter((id, session) => id !== sessionStart[session + 1]);
  const first = next[0] ?? none;
  const far =
    longest.length === 0
      ? 'No operation can come first'
      : `At most ${longest.length} of ${problem.length} operations fit into one order that keeps the order of every process; then nothing fits`;
  const obstacles = next.slice(0, toldMax).map((id) => end.obstacleOf(id));
  const key =
    keyCount === 1 && first !== none ? history.operation(end.rowOf(first)).invocation.key : undefined;
  return {
    kind: 'non-sequential',
    ops: end.named(),
    explanation: `${far}: ${obstacles.join('; ')}`,
    prefix: end.prefix,
    ...(key === undefined ? {} : { key }),
  };
}

/** Where an order ended. */
class End {
  readonly position: Int32Array;
  readonly prefix: readonly { readonly op: number; readonly state: string }[];
  private readonly problem: Problem;
  private readonly state: Int32Array;
  private readonly rows = new Set<number>();

  constructor(problem: Problem, order: Int32Array) {
    const { sessionStart, sessionCount, key, keyCount, initialState } = problem;
    this.problem = problem;
    this.position = sessionStart.slice(0, sessionCount);
    this.state = new Int32Array(keyCount).fill(initialState);
    this.prefix = Array.from(order, (id) => {
      const next = problem.step(id, this.state[key[id] ?? 0] ?? 0);
      this.state[key[id] ?? 0] = next;
      this.position[problem.session[id] ?? 0] = id + 1;
      const op = problem.history.operations.start[this.rowOf(id)] ?? 0;
      return { op, state: problem.nameOf(next) };
    });
  }

  rowOf(id: number): number {
    return this.problem.row[id] ?? 0;
  }

  /** Why an operation cannot come next. */
  obstacleOf(id: number): string {
    const { problem } = this;
    const operation = problem.history.operation(this.name(id));
    const state = this.state[problem.key[id] ?? 0] ?? 0;
    if (problem.step(id, state) === impossible)
      return `${phraseWithAnswer(operation)}, but there stands ${problem.nameOf(state)}`;
    const witness = this.stillToSee(id, state);
    if (witness !== none)
      return `${phrase(operation)} would hide what is still to be seen by ${this.phraseOf(witness)}`;
    const earlier = this.awaitedBy(id);
    return earlier === none
      ? `${phrase(operation)} leads nowhere`
      : `${phrase(operation)} comes after ${this.phraseOf(earlier)}`;
  }

  /** The events of all operations that were named. */
  named(): number[] {
    const ops = [...this.rows].flatMap((row) => indicesOf(this.problem.history.operation(row)));
    return ops.sort((a, b) => a - b);
  }

  private name(id: number): number {
    const row = this.rowOf(id);
    this.rows.add(row);
    return row;
  }

  private phraseOf(id: number): string {
    return phrase(this.problem.history.operation(this.name(id)));
  }

  /** Another operation that must still see the value that this one would replace. */
  private stillToSee(id: number, state: number): number {
    const { sees, key, length, initialState } = this.problem;
    const value = state === initialState ? length + 1 + (key[id] ?? 0) : state;
    for (let other = 0; sees && other < length; other++)
      if (other !== id && sees[other] === value && this.isLeft(other)) return other;
    return none;
  }

  /** An operation that must come before this one and has not. */
  private awaitedBy(id: number): number {
    const { before, after } = this.problem;
    if (!before || !after) return none;
    for (let edge = 0; edge < after.length; edge++)
      if (after[edge] === id && this.isLeft(before[edge] ?? 0)) return before[edge] ?? none;
    return none;
  }

  private isLeft(id: number): boolean {
    return id >= (this.position[this.problem.session[id] ?? 0] ?? 0);
  }
}
