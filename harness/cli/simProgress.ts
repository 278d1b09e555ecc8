/** How far a campaign is: one line that is repainted on a terminal, else one line every ten seconds. On stderr. */

export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly failures: number;
}

const repaintMs = 100;
const lineMs = 10_000;

export class SimProgress {
  private readonly startedMs: number;
  private lastMs: number;
  private readonly isTerminal = process.stderr.isTTY;

  constructor() {
    this.startedMs = performance.now();
    this.lastMs = this.startedMs;
  }

  get elapsedMs(): number {
    return performance.now() - this.startedMs;
  }

  show(progress: Progress): void {
    const nowMs = performance.now();
    if (nowMs - this.lastMs < (this.isTerminal ? repaintMs : lineMs)) return;
    this.lastMs = nowMs;
    process.stderr.write(this.isTerminal ? `\r\x1b[K${this.line(progress)}` : `${this.line(progress)}\n`);
  }

  /** Takes the line away again. */
  clear(): void {
    if (this.isTerminal) process.stderr.write('\r\x1b[K');
  }

  private line({ done, total, failures }: Progress): string {
    const perMinute = Math.round((done / this.elapsedMs) * 60_000);
    const leftSeconds = done === 0 ? '?' : Math.ceil(((total - done) * this.elapsedMs) / done / 1000);
    const found = `${failures} ${failures === 1 ? 'failure' : 'failures'}`;
    return `${done}/${total} seeds, ${found}, ${perMinute} seeds/min, ${leftSeconds} s left`;
  }
}
