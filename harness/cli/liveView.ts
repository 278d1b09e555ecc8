/**
 * Shows a run on stderr while it goes on. In a terminal: a block of a few lines, repainted at most ten times a second.
 * Elsewhere (a file, a pipe, CI): one line for each change of phase, fault and leader, and a progress line now and then.
 * It is only a view: a closed pipe ends it silently, and the run goes on.
 */
import { styleText } from 'node:util';
import type { RunConfig } from '../config.ts';
import type { Op } from '../history.ts';
import type { RunView } from '../runView.ts';
import { describeFault } from '../faultWords.ts';
import { visible } from '../../reports/data/text.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import {
  leaderText,
  progressText,
  renderLive,
  stamp,
  type LiveState,
  type Paint,
  type Rates,
} from './liveLines.ts';

/** What the view needs of a stream; `process.stderr` has it. */
export interface LiveStream {
  write(text: string): boolean;
  on(event: 'error', listener: (error: Error) => void): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** Honours NO_COLOR and FORCE_COLOR. */
  hasColors?(): boolean;
}

const repaintIntervalMs = 100;
const progressIntervalMs = 5_000;
const rateWindowMs = 2_000;
const eventsKept = 3;
const columnsDefault = 80;

const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';
const eraseLine = '\u001b[2K';
const eraseBelow = '\u001b[0J';

export class LiveView {
  private readonly config: RunConfig;
  private readonly stream: LiveStream;
  private readonly isTerminal: boolean;
  private readonly restore = (): void => this.write(showCursor);
  private view: RunView | null = null;
  private readonly events: string[] = [];
  private lastNote: string | null = null;
  private readonly samples: { readonly elapsedMs: number; readonly operations: RunView['operations'] }[] = [];
  private running = false;
  /** Nobody reads any more. */
  private deaf = false;
  private paintedLines = 0;
  private paintedMs = -Infinity;
  private progressMs = 0;

  constructor(config: RunConfig, stream: LiveStream = process.stderr) {
    this.config = config;
    this.stream = stream;
    this.isTerminal = stream.isTTY === true && process.env['TERM'] !== 'dumb';
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    // A pipe may break after the last write, so this listener stays.
    this.stream.on('error', () => (this.deaf = true));
    if (!this.isTerminal) return;
    this.write(hideCursor);
    process.on('exit', this.restore);
  }

  /** Restores the terminal. The last block stays readable. May be called more than once. */
  stop(): void {
    if (!this.running) return;
    if (this.isTerminal) {
      this.paint();
      this.restore();
      process.off('exit', this.restore);
    }
    this.running = false;
  }

  /** What goes on now that no view will tell: `checking the history`. */
  note(text: string): void {
    this.lastNote = text;
    if (this.isTerminal) this.paint();
    else this.writeLine(visible(text, 300));
  }

  /** An event of the history as it is recorded: those of the nemesis are worth a line. */
  onRecord(op: Op): void {
    if (op.process === 'nemesis') this.event(op.timeNs / 1e6, describeNemesisEvent(op));
  }

  onView(view: RunView): void {
    const before = this.view;
    this.view = view;
    this.sample(view);
    if (before !== null && before.leader !== view.leader) this.event(view.elapsedMs, leaderText(view));
    if (before?.phase !== view.phase) this.event(view.elapsedMs, `phase ${view.phase}`);
    if (this.isTerminal) {
      if (performance.now() - this.paintedMs >= repaintIntervalMs) this.paint();
    } else if (view.elapsedMs - this.progressMs >= progressIntervalMs) {
      this.progressMs = view.elapsedMs;
      this.writeLine(stamp(view.elapsedMs) + progressText(this.state(view)));
    }
  }

  private event(elapsedMs: number, text: string): void {
    const line = stamp(elapsedMs) + text;
    this.events.push(line);
    if (this.events.length > eventsKept) this.events.shift();
    if (!this.isTerminal) this.writeLine(line);
  }

  private state(view: RunView): LiveState {
    const { config, events } = this;
    return { config, view, rates: this.rates(), events, note: this.lastNote };
  }

  /** Keeps the counts of the last two seconds and the one before. */
  private sample({ elapsedMs, operations }: RunView): void {
    this.samples.push({ elapsedMs, operations });
    while ((this.samples[1]?.elapsedMs ?? Infinity) < elapsedMs - rateWindowMs) this.samples.shift();
  }

  private rates(): Rates {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    if (!first || !last || last.elapsedMs <= first.elapsedMs) return { ok: 0, fail: 0, info: 0 };
    const perSecond = (outcome: keyof Rates): number =>
      ((last.operations[outcome] - first.operations[outcome]) * 1000) / (last.elapsedMs - first.elapsedMs);
    return { ok: perSecond('ok'), fail: perSecond('fail'), info: perSecond('info') };
  }

  /** A terminal that does not know its width says 0. */
  private get columns(): number {
    const { columns = 0 } = this.stream;
    return columns > 0 ? columns : columnsDefault;
  }

  private paint(): void {
    if (!this.running || this.view === null) return;
    this.paintedMs = performance.now();
    const lines = renderLive(this.state(this.view), this.columns, paintIn(this.stream));
    const up = this.paintedLines === 0 ? '' : `\u001b[${this.paintedLines}A`;
    this.write(`${up}\r${lines.map((line) => `${eraseLine}${line}\n`).join('')}${eraseBelow}`);
    this.paintedLines = lines.length;
  }

  private writeLine(text: string): void {
    if (this.running) this.write(`${text}\n`);
  }

  private write(text: string): void {
    if (this.deaf) return;
    try {
      this.stream.write(text);
    } catch {
      this.deaf = true;
    }
  }
}

function paintIn(stream: LiveStream): Paint {
  const isColored = stream.hasColors?.() ?? false;
  // The stream was asked already, and need not be a stream of Node's.
  return (style, text) => (isColored ? styleText(style, text, { validateStream: false }) : text);
}

function describeNemesisEvent({ f, value }: Op): string {
  const fields = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  const { why, node } = fields as { readonly [name: string]: Json };
  const reason = typeof why === 'string' ? `: ${why}` : '';
  const name = typeof node === 'string' ? ` ${node}` : '';
  return visible(`${describeFault(f, fields as { readonly [name: string]: Json })}${name}${reason}`, 200);
}
