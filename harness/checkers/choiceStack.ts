/**
 * The choices of a depth-first search, oldest first, and a copy of the deepest ones. Only what changed since the last
 * copy is copied again, so keeping the copy up to date costs no more than the search itself.
 */

/** A sequence of operations with the state before each, and the state in the end. */
export interface Path {
  readonly operations: readonly number[];
  readonly statesBefore: readonly number[];
  readonly finalState: number;
}

export class ChoiceStack {
  depth = 0;
  /** Three numbers a choice: the operation, the state before, and what its maker needs to go on. */
  private choices = new Int32Array(3 * 64);
  private copied = new Int32Array(0);
  private copiedDepth = 0;
  private copiedState = 0;
  /** Up to here, copy and choices are the same. */
  private commonDepth = 0;

  push(operation: number, stateBefore: number, resume: number): void {
    const at = 3 * this.depth++;
    if (at === this.choices.length) this.choices = longer(this.choices);
    this.choices[at] = operation;
    this.choices[at + 1] = stateBefore;
    this.choices[at + 2] = resume;
  }

  pop(): void {
    this.depth--;
    if (this.depth < this.commonDepth) this.commonDepth = this.depth;
  }

  /** The operation of the last choice. */
  get operation(): number {
    return this.choices[3 * this.depth - 3] as number;
  }

  get stateBefore(): number {
    return this.choices[3 * this.depth - 2] as number;
  }

  get resume(): number {
    return this.choices[3 * this.depth - 1] as number;
  }

  /** Copies the choices; `state` is the one that they lead to. */
  save(state: number): void {
    while (this.copied.length < this.choices.length) this.copied = longer(this.copied);
    this.copied.set(this.choices.subarray(3 * this.commonDepth, 3 * this.depth), 3 * this.commonDepth);
    this.commonDepth = this.copiedDepth = this.depth;
    this.copiedState = state;
  }

  current(state: number): Path {
    return pathOf(this.choices, this.depth, state);
  }

  saved(): Path {
    return pathOf(this.copied, this.copiedDepth, this.copiedState);
  }
}

function pathOf(choices: Int32Array, depth: number, finalState: number): Path {
  const operations: number[] = [];
  const statesBefore: number[] = [];
  for (let choice = 0; choice < depth; choice++) {
    operations.push(choices[3 * choice] as number);
    statesBefore.push(choices[3 * choice + 1] as number);
  }
  return { operations, statesBefore, finalState };
}

function longer(words: Int32Array): Int32Array<ArrayBuffer> {
  const twice = new Int32Array(Math.max(3 * 64, 2 * words.length));
  twice.set(words);
  return twice;
}
