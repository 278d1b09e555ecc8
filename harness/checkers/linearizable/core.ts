/**
 * Which operations make a violation: the smallest set of constraints that cannot hold together, found by relaxing
 * (delta debugging, Zeller & Hildebrandt 2002).
 *
 * A completed operation constrains a history in two ways: it surely happened, inside its interval, and its answer was
 * what it was. Relaxing it takes both away: an observer is left out, any other operation becomes open, one that may
 * have happened at any time after its start or never. A history that is linearizable stays so when operations are
 * relaxed; hence what is still not linearizable after relaxing all but a few is a proof with only those few.
 */
import { never } from '../../columns/operations.ts';
import type { Automaton } from './automaton.ts';
import { attempt, operationsPerNode } from './attempt.ts';
import type { Effort } from './effort.ts';
import { cutAfter, type Problem } from './problem.ts';

/** One check of a relaxed history, besides two nodes for each operation; whoever takes longer is not relaxed. */
const nodesPerCheckMax = 2_000;
/**
 * All checks of one core together, in nodes, besides some for each operation. Setting up a check counts, too, and new
 * states as one node for so many words.
 */
const nodesMax = 50_000;
const nodesPerOperation = 8;
const wordsPerNode = 256;
/** What the states of long lists may take. */
const wordsMax = 8 * 1024 * 1024;
/** With more different open operations every node is slow, and hardly anything is decided. */
const groupsMax = 512;
/** In a long history all but the last so many operations are relaxed at once, then all but more if that was too much. */
const firstKept = 16;
const keptGrowth = 4;

/**
 * The places of the operations that contradict each other, `blocked` among them, ascending; that one alone when the
 * others take too long to find, and more than needed when there is no time to leave out all that can be. What began after the completion of `blocked` plays no part, and what was in flight
 * then need not have happened; but had it, then with its answer.
 */
export function coreOf(automaton: Automaton, problem: Problem, blocked: number, effort: Effort): number[] {
  if (effort.isCutShort) return [blocked];
  const cut = cutAfter(problem, problem.end[blocked] as number);
  const relaxing = new Relaxing(automaton, cut, blocked, effort);
  const others = Array.from({ length: relaxing.problem.length }, (_, place) => place).filter(
    (place) => place !== blocked,
  );
  const last = relaxing.lastOf(others);
  if (!last) return [blocked];
  let kept = last;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = nextSize(size)) {
    for (let from = 0; from < kept.length && relaxing.nodesLeft > 0;) {
      const without = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (relaxing.isViolated(without)) kept = without;
      else from += size;
    }
  }
  return [...kept, blocked].sort((a, b) => a - b);
}

const nextSize = (size: number): number => (size === 1 ? 0 : Math.ceil(size / 2));

/** A problem, and checks of what is left of it when all but some of its operations are relaxed. */
class Relaxing {
  readonly problem: Problem;
  nodesLeft: number;
  private readonly automaton: Automaton;
  private readonly blocked: number;
  private readonly effort: Effort;
  private readonly isKept: Uint8Array;

  constructor(automaton: Automaton, problem: Problem, blocked: number, effort: Effort) {
    this.automaton = automaton;
    this.problem = problem;
    this.nodesLeft = nodesMax + nodesPerOperation * problem.length;
    automaton.allowance.wordsLeft = Math.min(automaton.allowance.wordsLeft, wordsMax);
    this.blocked = blocked;
    this.effort = effort;
    this.isKept = new Uint8Array(problem.length);
  }

  /** Of these places the last ones, few if they suffice for a violation; undefined when none were found in time. */
  lastOf(places: readonly number[]): readonly number[] | undefined {
    for (let count = firstKept; count < places.length && this.nodesLeft > 0; count *= keptGrowth) {
      const last = places.slice(-count);
      if (this.isViolated(last)) return last;
    }
    return places.length <= firstKept || this.isViolated(places) ? places : undefined;
  }

  isViolated(kept: readonly number[]): boolean {
    this.isKept.fill(0);
    this.isKept[this.blocked] = 1;
    for (const place of kept) this.isKept[place] = 1;
    const { words } = this.automaton;
    const nodesMax = Math.min(nodesPerCheckMax + 2 * this.problem.length, this.nodesLeft);
    const search = attempt(this.automaton, this.relaxed(), nodesMax, this.effort, { groupsMax });
    const newWords = this.automaton.words - words;
    this.nodesLeft -=
      (search?.nodes ?? 0) + this.problem.length / operationsPerNode + newWords / wordsPerNode;
    if (this.automaton.allowance.wordsLeft < 0 || this.effort.isCutShort) this.nodesLeft = 0;
    return search?.status === 'not-linearizable';
  }

  /** The problem with only the kept operations as they are. */
  private relaxed(): Problem {
    const { row, code, start, end } = this.problem;
    const length = this.problem.length;
    const [rows, codes, starts, ends] = [0, 1, 2, 3].map(() => new Int32Array(length)) as Columns;
    let count = 0;
    for (let place = 0; place < length; place++) {
      const isKept = this.isKept[place] === 1;
      const own = code[place] as number;
      if (!isKept && this.automaton.isObserver(own)) continue;
      rows[count] = row[place] as number;
      codes[count] = isKept ? own : this.automaton.forgetting(own);
      starts[count] = start[place] as number;
      ends[count++] = isKept ? (end[place] as number) : never;
    }
    return {
      length: count,
      row: rows.subarray(0, count),
      code: codes.subarray(0, count),
      start: starts.subarray(0, count),
      end: ends.subarray(0, count),
    };
  }
}

type Columns = [rows: Int32Array, codes: Int32Array, starts: Int32Array, ends: Int32Array];
