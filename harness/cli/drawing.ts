/**
 * A few operations as a drawing, a lane a process, time from left to right:
 *
 *     p0  |- write(1) -|                   |- read() → 1 -|
 *     p1                  |- write(2) -|
 *
 * `-|` completes, `-x` fails, `-?` is left open. What overlaps in the drawing overlapped.
 */
import { legible } from '../../reports/data/text.ts';
import { isKeyless } from '../checkers/phrases.ts';
import type { History } from '../columns/history.ts';
import type { Operation, Process } from '../history.ts';
import type { Output, SequentialSpec } from '../specs/spec.ts';

/** Wider drawings are not read any more. */
const widthMax = 112;
const operationsMax = 16;

/** The lines of a drawing of some events of a history; undefined when they are too many to be seen at once. */
export function drawingOf(
  history: History,
  events: readonly number[],
  spec: SequentialSpec,
): string[] | undefined {
  const operations = operationsAt(history, events);
  if (operations.length === 0 || operations.length > operationsMax) return undefined;
  const boxes = operations.map((operation) => boxOf(operation, spec));
  placeInTime(boxes);
  const lanes = new Map<Process, string>();
  const processes = [...new Set(boxes.map(({ process }) => process))].sort((a, b) => Number(a) - Number(b));
  const margin = Math.max(...processes.map((process) => `p${process}`.length)) + 2;
  for (const process of processes) lanes.set(process, `p${process}`.padEnd(margin));
  for (const { process, column, width, text, mark } of boxes) {
    const lane = lanes.get(process) ?? '';
    const gap = ' '.repeat(Math.max(0, margin + column - columnsOf(lane)));
    lanes.set(process, `${lane}${gap}|- ${text} ${'-'.repeat(width - columnsOf(text) - edges)}${mark}`);
  }
  const lines = [...lanes.values()];
  return lines.some((line) => columnsOf(line) > widthMax) ? undefined : lines;
}

/** The operations that these events belong to, in the order of their invocations. O(events · log operations). */
export function operationsAt(history: History, events: readonly number[]): Operation[] {
  const { start, length } = history.operations;
  const rows = events.flatMap((index) => {
    let low = 0;
    for (let high = length; low < high;) {
      const middle = (low + high) >>> 1;
      if ((start[middle] ?? 0) < index) low = middle + 1;
      else high = middle;
    }
    return start[low] === index ? [low] : [];
  });
  return rows.sort((a, b) => a - b).map((row) => history.operation(row));
}

/** What stands around the text of a box, one dash excepted. */
const edges = 5;

interface Box {
  readonly process: Process;
  readonly text: string;
  /** `|`, `x` or `?`. */
  readonly mark: string;
  /** Indices of its events; one that never ended ends after everything. */
  readonly start: number;
  readonly end: number;
  column: number;
  width: number;
}

function boxOf({ invocation, completion }: Operation, spec: SequentialSpec): Box {
  const { f, value, key, process, index } = invocation;
  const output: Output = completion?.type === 'ok' ? { value: completion.value } : 'unknown';
  // What is open or failed says so by its end.
  const described = spec.describe({ f, value }, output).replace(/ → \?$/, '');
  // As it will be printed, or it would end in other columns.
  const text = legible(isKeyless(invocation) ? described : `${key}: ${described}`).replaceAll(/[\n\t]/g, ' ');
  const isOpen = completion === undefined || completion.type === 'info';
  return {
    process,
    text,
    mark: isOpen ? '?' : completion.type === 'fail' ? 'x' : '|',
    start: index,
    end: isOpen ? Infinity : completion.index,
    column: 0,
    width: columnsOf(text) + edges + 1,
  };
}

/** What takes two columns of a terminal: ideographs, syllables of East Asia, full-width forms, and pictures. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

/** The columns that a text takes on a terminal; marks that stand on a letter take none. */
function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += /\p{Mn}/u.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return columns;
}

/** Gives events columns in their order, so far apart that every text has its place. */
function placeInTime(boxes: readonly Box[]): void {
  const moments = boxes
    .flatMap((box) => [
      { at: box.start, box, isStart: true },
      ...(box.end === Infinity ? [] : [{ at: box.end, box, isStart: false }]),
    ])
    .sort((a, b) => a.at - b.at);
  let column = -2;
  for (const { box, isStart } of moments) {
    column += 2;
    if (isStart) box.column = column;
    else {
      column = Math.max(column, box.column + box.width - 1);
      box.width = column - box.column + 1;
    }
  }
}
