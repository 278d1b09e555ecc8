/** The timed part is reading a history from its file. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { readJsonl } from '../../formats/jsonl.ts';
import type { Place, Work } from './benchCase.ts';
import { registerHistory } from './registerHistory.ts';

const lines = 1_000_000;

const fileIn = ({ folder }: Place): string => join(folder, 'history.jsonl');

/** Writes the history as a run would, with the nodes that were asked. */
export function writeLines(place: Place): void {
  const history = registerHistory({ operations: lines / 2, clients: 10, keys: 100, seed: 1 });
  const fd = openSync(fileIn(place), 'w');
  let text = '';
  for (const op of history.ops()) {
    text += `${JSON.stringify({ ...op, node: `n${1 + (Number(op.process) % 5)}` })}\n`;
    if (text.length < 1 << 20) continue;
    writeSync(fd, text);
    text = '';
  }
  writeSync(fd, text);
  closeSync(fd);
}

export function readLines(place: Place): Work {
  return {
    operations: lines / 2,
    expected: `${lines} lines`,
    run: () => `${readJsonl(fileIn(place)).history.length} lines`,
  };
}
