/** Signs of life on stderr, for whatever takes more than two seconds. */
import { shareOf } from '../checkers/budget.ts';
import type { Budget } from '../checkers/checker.ts';

const firstAfterMs = 2_000;
const everyMs = 5_000;

/** Tells about the work on one file, when it is asked often enough. */
export class Progress {
  private readonly file: string;
  private readonly nowMs: () => number;
  private readonly write: (line: string) => unknown;
  private readonly startedMs: number;
  private nextMs: number;

  constructor(file: string, nowMs: () => number, write: (line: string) => unknown) {
    this.file = file;
    this.nowMs = nowMs;
    this.write = write;
    this.startedMs = nowMs();
    this.nextMs = this.startedMs + firstAfterMs;
  }

  /** Prints what is being done, if it is time to. */
  tell(doing: string): void {
    const nowMs = this.nowMs();
    if (nowMs < this.nextMs) return;
    this.nextMs = nowMs + everyMs;
    this.write(`${this.file}: ${doing}, ${Math.round((nowMs - this.startedMs) / 1000)} s so far\n`);
  }

  /** The same budget; whoever asks it, or a share of it, tells about the progress. */
  watching(budget: Budget, doing: string): Budget {
    return {
      spend: (nodes) => {
        this.tell(doing);
        return budget.spend(nodes);
      },
      share: (part) => this.watching(shareOf(budget, part), doing),
    };
  }
}
