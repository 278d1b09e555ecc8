/**
 * The searches of many keys advance in turn, with slices that grow: one hard key cannot keep the others from their
 * verdict, and a violation anywhere is a verdict even when another key could not be decided. What a search remembers
 * is given up when memory grows short, and it begins again in its next turn: slices grow so fast that little is lost.
 */
import type { Budget } from '../checker.ts';
import type { MemoryAllowance } from './automaton.ts';
import { Impasse } from './impasse.ts';
import type { Search } from './search.ts';
import { SpecFault } from './specFault.ts';

/** Slices: the first one, and how many times longer each next one is. */
const firstSliceNodes = 1_000;
const sliceGrowth = 8;
/** A budget that counts time is asked at least this often. */
const nodesPerSpend = 1_024;

/** When more than half of the memory is taken, searches begin again that took less than this share of it. */
const hogShare = 8;

/** A part in the course of being searched. */
export interface Task {
  readonly part: number;
  /** Sets the search up. Throws SpecFault. */
  readonly begin: (allowance: MemoryAllowance) => Search;
}

interface Running extends Task {
  /** Absent before its first turn, and when its memory was needed. */
  search?: Search | undefined;
  impasse?: Impasse | undefined;
  /** What it may take while it runs; what it has taken. */
  readonly allowance: MemoryAllowance;
  taken: number;
}

export interface Outcome {
  readonly nodes: number;
  readonly undecided: readonly { readonly part: number; readonly reason: string }[];
}

export class Tasks {
  nodes = 0;
  readonly undecided: { part: number; reason: string }[] = [];
  /** Whether the budget is used up. */
  isOver = false;
  private readonly budget: Budget;
  private readonly onViolation: (part: number, refuted: Search) => void;
  private readonly wordsMax: number;
  private wordsLeft: number;
  private unfinished: Running[] = [];

  constructor(budget: Budget, wordsMax: number, onViolation: (part: number, refuted: Search) => void) {
    this.budget = budget;
    this.wordsMax = wordsMax;
    this.wordsLeft = wordsMax;
    this.onViolation = onViolation;
  }

  /** Gives a task its first slice. */
  add(task: Task): void {
    const { part, begin } = task;
    this.advance({ part, begin, allowance: { wordsLeft: 0 }, taken: 0 }, firstSliceNodes);
  }

  /** Goes on in turn until every task is decided or the budget is used up. */
  finish(): void {
    for (let slice = firstSliceNodes * sliceGrowth; this.unfinished.length > 0; slice *= sliceGrowth) {
      const round = this.unfinished;
      this.unfinished = [];
      for (const task of round) {
        if (this.isOver) this.giveUp(task, usedUp);
        else this.advance(task, slice);
      }
    }
  }

  private advance(task: Running, slice: number): void {
    task.allowance.wordsLeft = this.wordsLeft;
    const fault = this.runSlice(task, slice);
    task.taken += this.wordsLeft - task.allowance.wordsLeft;
    this.wordsLeft = task.allowance.wordsLeft;
    if (fault === undefined) this.settle(task);
    else this.giveUp(task, fault);
  }

  /** Runs until the slice, the search or the budget is over; what the spec said when it failed. */
  private runSlice(task: Running, slice: number): string | undefined {
    try {
      const search = (task.search ??= task.begin(task.allowance));
      const impasse = (task.impasse ??= new Impasse(search));
      for (let done = 0; done < slice && !this.isOver && search.status === 'searching';) {
        let nodes = search.run(Math.min(nodesPerSpend, slice - done));
        if (search.status === 'searching') nodes += impasse.look();
        done += nodes;
        this.nodes += nodes;
        this.isOver = !this.budget.spend(nodes);
      }
      return undefined;
    } catch (error) {
      if (error instanceof SpecFault) return error.message;
      throw error;
    }
  }

  private settle(task: Running): void {
    const { search } = task;
    switch (search?.status) {
      case undefined:
        return;
      case 'linearizable':
        this.close(task);
        return;
      case 'not-linearizable':
        this.onViolation(task.part, search);
        this.close(task);
        return;
      case 'out-of-memory':
        this.close(task);
        // When it had all the memory, it will never have more.
        if (this.wordsLeft === this.wordsMax) this.giveUp(task, 'the memory allowance was used up');
        else this.postpone(task);
        return;
      case 'searching':
        if (this.wordsLeft < this.wordsMax / 2 && task.taken < this.wordsMax / hogShare) this.close(task);
        this.postpone(task);
    }
  }

  private postpone(task: Running): void {
    if (this.isOver) this.giveUp(task, usedUp);
    else this.unfinished.push(task);
  }

  private giveUp(task: Running, reason: string): void {
    this.close(task);
    this.undecided.push({ part: task.part, reason });
  }

  private close(task: Running): void {
    task.search?.close();
    this.wordsLeft += task.taken;
    task.taken = 0;
    task.search = undefined;
    task.impasse = undefined;
  }
}

/** Why a part is undecided that the budget did not suffice for. */
export const usedUp = 'the budget was used up';
