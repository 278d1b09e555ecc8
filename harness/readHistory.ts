/** Recorded histories for users of the library: any known format, recognised by itself. */
import type { Reading } from './columns/events.ts';
import type { History } from './columns/history.ts';
import { UsageError } from './exit.ts';
import { historyFormats, readHistoryFile, recognisedFormat } from './formats/index.ts';

export interface ReadOptions extends Partial<Reading> {
  /** The name of a format: jsonl, edn … What the file looks like when absent. */
  readonly format?: string;
}

/**
 * Reads the history in a file, and says in sentences what was tolerated. Throws UsageError for what is malformed, with
 * file, line and what was expected.
 */
export function readHistory(
  file: string,
  { format, ...reading }: ReadOptions = {},
): { readonly history: History; readonly warnings: readonly string[] } {
  const chosen = format === undefined ? recognisedFormat(file) : formatNamed(format);
  const { history, warnings } = readHistoryFile(file, chosen, reading);
  return { history, warnings };
}

function formatNamed(name: string): (typeof historyFormats)[number] {
  const format = historyFormats.find((candidate) => candidate.name === name);
  if (format) return format;
  throw new UsageError(`no format '${name}'; there is ${historyFormats.map((each) => each.name).join(', ')}`);
}
