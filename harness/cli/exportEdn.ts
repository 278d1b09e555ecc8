/** Writes a history as Jepsen's history.edn. */
import { closeSync, existsSync, openSync, realpathSync, writeSync } from 'node:fs';
import type { History } from '../columns/history.ts';
import { UsageError } from '../exit.ts';
import { toEdn } from '../formats/toEdn.ts';

/** Lines are gathered into pieces of this many characters. */
const pieceLength = 1 << 16;

/** Writes the history of the only one of `files` to `target`, which must be another file. Throws UsageError. */
export function exportEdn(history: History, files: readonly string[], target: string): void {
  if (files.length !== 1)
    throw new UsageError(`--export-edn writes the history of one file, not of ${files.length}`);
  const isSource = files.some((file) => existsSync(target) && realpathSync(file) === realpathSync(target));
  if (isSource) throw new UsageError(`--export-edn ${target} would overwrite the history that is read`);
  try {
    writeLines(target, toEdn(history));
  } catch (error) {
    throw new UsageError(
      `--export-edn ${target} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function writeLines(target: string, lines: Iterable<string>): void {
  const fd = openSync(target, 'w');
  try {
    let piece = '';
    for (const line of lines) {
      piece += line;
      if (piece.length < pieceLength) continue;
      writeSync(fd, piece);
      piece = '';
    }
    writeSync(fd, piece);
  } finally {
    closeSync(fd);
  }
}
