/**
 * What the live view of a run says, as lines of text: pure, so that it can be tested without a terminal. Whatever came
 * from nodes is made visible first (a terminal obeys escape sequences wherever they come from).
 */
import { count, duration, listed } from '../../reports/data/format.ts';
import { visible } from '../../reports/data/text.ts';
import type { RunConfig } from '../config.ts';
import type { RunView } from '../runView.ts';

/** Completed operations per second of the last moments, by outcome. */
export interface Rates {
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
}

export interface LiveState {
  readonly config: Pick<RunConfig, 'model' | 'workload' | 'nodes' | 'seed' | 'timeLimitSeconds'>;
  readonly view: RunView;
  readonly rates: Rates;
  /** What was reported last, oldest first. */
  readonly events: readonly string[];
  /** What goes on after the run: checking, writing. */
  readonly note: string | null;
}

export type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'magenta' | 'red';
/** Puts a style around a text; must not change what is read. */
export type Paint = (style: Style, text: string) => string;

interface Span {
  readonly text: string;
  readonly style?: Style;
}
type Line = readonly Span[];

const plain: Paint = (_, text) => text;
const eventsMax = 3;

/** The compact block for a terminal of this width. No line is wider than it. */
export function renderLive(state: LiveState, columns: number, paint: Paint = plain): string[] {
  const { view, note } = state;
  const lines: Line[] = [
    headLine(state),
    progressLine(state, columns),
    outcomeLine(state),
    clusterLine(view),
    ...view.warnings
      .slice(-1)
      .map((warning): Line => [{ text: `! ${visible(warning, 300)}`, style: 'yellow' }]),
    ...state.events.slice(-eventsMax).map((event): Line => [{ text: event, style: 'dim' }]),
    ...(note === null ? [] : [[{ text: visible(note, 200), style: 'bold' } as const]]),
  ];
  // A line that fills the last column makes some terminals wrap.
  return lines.map((line) => painted(cut(line, Math.max(10, columns - 1)), paint));
}

/** One line for logs, without styles. */
export function progressText({ view, rates }: LiveState): string {
  const { operations, latencyMs, activeFaults } = view;
  const latency = latencyMs ? `; p50 ${milliseconds(latencyMs.p50)}, p99 ${milliseconds(latencyMs.p99)}` : '';
  const faults = activeFaults.map(({ description }) => visible(description, 80));
  const active = faults.length === 0 ? '' : `; active: ${listed(faults)}`;
  return (
    `${view.phase}: ${count(operations.ok)} ok (${count(rates.ok)}/s), ${count(operations.fail)} fail, ` +
    `${count(operations.info)} info${latency}${active}`
  );
}

/** `leader n3 (term 7)`. */
export function leaderText({ leader, term }: Pick<RunView, 'leader' | 'term'>): string {
  if (leader === null) return 'no leader known';
  return `leader ${visible(leader, 40)}${term === null ? '' : ` (term ${term})`}`;
}

/** `[  12.3 s] `, the time since the start of the run. */
export function stamp(elapsedMs: number): string {
  return `[${(elapsedMs / 1000).toFixed(1).padStart(6)} s] `;
}

function headLine({ config, view }: LiveState): Line {
  const { model, workload, nodes, seed } = config;
  return [
    { text: `${visible(model, 40)} · ${visible(workload, 40)}`, style: 'bold' },
    { text: ` · ${nodes} nodes · seed ${seed} · ` },
    { text: view.phase, style: 'bold' },
  ];
}

function progressLine({ config, view }: LiveState, columns: number): Line {
  const limitMs = config.timeLimitSeconds * 1000;
  const size = Math.max(8, Math.min(40, columns - 34));
  const done = Math.round(size * Math.min(1, view.elapsedMs / Math.max(1, limitMs)));
  const left = view.remainingMs > 0 ? `${seconds(view.remainingMs)} left` : 'time limit reached';
  return [
    { text: '━'.repeat(done), style: 'green' },
    { text: '─'.repeat(size - done), style: 'dim' },
    { text: ` ${seconds(view.elapsedMs)} of ${config.timeLimitSeconds} s, ${left}` },
  ];
}

function outcomeLine({ view, rates }: LiveState): Line {
  const { operations, latencyMs } = view;
  const outcomes = [
    { name: 'ok', style: 'green' },
    { name: 'fail', style: 'magenta' },
    { name: 'info', style: 'yellow' },
  ] as const;
  return [
    ...outcomes.flatMap(({ name, style }): Span[] => [
      { text: `${name} ${count(operations[name])}`, style },
      { text: ` (${count(rates[name])}/s)  ` },
    ]),
    { text: `open ${count(operations.open)}  ` },
    {
      text: latencyMs
        ? `p50 ${milliseconds(latencyMs.p50)}  p99 ${milliseconds(latencyMs.p99)}`
        : 'no latency yet',
    },
  ];
}

function clusterLine(view: RunView): Line {
  const faults = view.activeFaults.map(
    ({ description, sinceMs }) =>
      `${visible(description, 80)} for ${seconds(Math.max(0, view.elapsedMs - sinceMs))}`,
  );
  return [
    { text: leaderText(view), ...(view.leader === null && { style: 'yellow' as const }) },
    { text: '  faults: ' },
    faults.length === 0 ? { text: 'none active', style: 'dim' } : { text: faults.join(', '), style: 'red' },
  ];
}

/** The line up to this many characters; `…` shows that more was there. */
function cut(line: Line, charactersMax: number): Line {
  const kept: Span[] = [];
  let room = charactersMax;
  for (const span of line) {
    const characters = [...span.text];
    if (characters.length <= room) {
      kept.push(span);
      room -= characters.length;
      continue;
    }
    kept.push({ ...span, text: `${characters.slice(0, Math.max(0, room - 1)).join('')}…` });
    break;
  }
  return kept;
}

function painted(line: Line, paint: Paint): string {
  return line.map(({ text, style }) => (style === undefined ? text : paint(style, text))).join('');
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function milliseconds(ms: number): string {
  return duration(ms * 1e6);
}
