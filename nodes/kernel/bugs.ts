/** Deliberately planted mistakes, for `--bug NAME`: each replaces some of the rules by which a model decides. */
import type { BugSpec } from './model.ts';

export interface Bug<Rules> extends BugSpec {
  readonly rules: Partial<Rules>;
}

/** The planted bugs of a model. */
export interface Bugs<Rules> {
  /** What `list` shows and `--bug` takes. */
  readonly bugSpecs: readonly BugSpec[];
  /** The rules with the bug of this name; the correct ones where there is none. */
  readonly rulesOf: (bug: string | null) => Rules;
}

export function bugsOf<Rules extends object>(
  model: string,
  correct: Rules,
  bugs: readonly Bug<Rules>[],
): Bugs<Rules> {
  return {
    bugSpecs: bugs.map(({ name, mistake, revealedBy }) => ({ name, mistake, revealedBy })),
    rulesOf: (bug) => {
      if (bug === null) return correct;
      const planted = bugs.find(({ name }) => name === bug);
      if (planted === undefined) throw new RangeError(`${model} has no bug named ${bug}`);
      return { ...correct, ...planted.rules };
    },
  };
}
