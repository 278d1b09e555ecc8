/** The lines of a byte stream, one after the other, as strings. */
import { ByteWindow, type ByteSource } from './byteWindow.ts';

/** Longer lines stand in no log of operations; what comes without line ends is no log. */
const lineBytesMax = 16 * 1024 * 1024;
const lineFeed = 10;

export interface Line {
  readonly number: number;
  readonly text: string;
}

/** Lines from 1, without their ends. A line that is too long is refused by `refuse`. O(bytes). */
export function* linesOf(
  source: ByteSource,
  refuse: (line: number, problem: string) => never,
): Generator<Line> {
  const window = new ByteWindow(source);
  let from = 0;
  let number = 1;
  for (;;) {
    const to = window.bytes.subarray(0, window.end).indexOf(lineFeed, from);
    if (to !== -1) {
      yield { number: number++, text: window.bytes.toString('utf8', from, to) };
      from = to + 1;
      continue;
    }
    if (window.end - from > lineBytesMax)
      refuse(number, `expected lines of at most ${lineBytesMax / 1024 / 1024} MB`);
    if (!window.advance(from)) return;
    from = 0;
  }
}
