/** The formats that recorded histories come in: one line each. Whatever the format, a history in columns is read. */
import { refuseOtherCompletions } from '../columns/completions.ts';
import type { Reading } from '../columns/events.ts';
import { UsageError } from '../exit.ts';
import { MalformedHistory } from '../history.ts';
import { HistoryFileError } from '../historyFile.ts';
import { edn } from './edn.ts';
import { headOf, type OnBytes } from './fileBytes.ts';
import type { HistoryFormat, HistoryRead } from './format.ts';
import { jepsenLog } from './jepsenLog.ts';
import { jsonl } from './jsonl.ts';
import { porcupineKv } from './porcupineKv.ts';

/** Where a file looks like several of them, the first one is taken. */
export const historyFormats: readonly HistoryFormat[] = [jsonl, porcupineKv, jepsenLog, edn];

/** The format that a file looks like, by its name and its first bytes. Throws UsageError if there is none. */
export function recognisedFormat(file: string): HistoryFormat {
  const head = headOf(file);
  const format = historyFormats.find((candidate) => candidate.recognises(file, head));
  if (format) return format;
  const known = historyFormats.map(({ name, meaning }) => `${name} (${meaning})`).join(', ');
  throw new UsageError(
    `${file}:1: it looks like no known format; there is ${known}. Say which with --format`,
  );
}

/**
 * Reads a history of this format and pairs its operations. What `reading` leaves open is as usual for the format.
 * Throws UsageError or HistoryFileError for what is malformed, never anything else.
 */
export function readHistoryFile(
  file: string,
  format: HistoryFormat,
  reading: Partial<Reading> = {},
  onBytes?: OnBytes,
): Required<HistoryRead> {
  const { history, warnings, lineOf = (index: number) => index + 1 } = format.read(file, onBytes);
  const meant = history.readAs({ ...history.reading, ...reading });
  try {
    refuseOtherCompletions(meant);
  } catch (error) {
    if (error instanceof MalformedHistory)
      throw new HistoryFileError(file, lineOf(error.index), error.message);
    throw error;
  }
  return { history: meant, warnings, lineOf };
}
