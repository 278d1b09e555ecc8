/** The choices of a depth-first search, oldest first. */

export class ChoiceStack {
  depth = 0;
  /** Three numbers a choice: the operation, the state before, and what its maker needs to go on. */
  private choices = new Int32Array(3 * 64);

  push(operation: number, stateBefore: number, resume: number): void {
    const at = 3 * this.depth++;
    if (at === this.choices.length) this.choices = longer(this.choices);
    this.choices[at] = operation;
    this.choices[at + 1] = stateBefore;
    this.choices[at + 2] = resume;
  }

  pop(): void {
    this.depth--;
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

  /** All operations that were chosen, with the state before each. */
  path(): { readonly operation: number; readonly stateBefore: number }[] {
    return Array.from({ length: this.depth }, (_, choice) => ({
      operation: this.choices[3 * choice] as number,
      stateBefore: this.choices[3 * choice + 1] as number,
    }));
  }
}

function longer(words: Int32Array): Int32Array<ArrayBuffer> {
  const twice = new Int32Array(2 * words.length);
  twice.set(words);
  return twice;
}
