/** The formats that recorded histories come in: one line each. What is read is always the same: events in order. */
import { readHistory, type HistoryRead } from '../historyFile.ts';
import { HistoryFileError } from '../historyFile.ts';

export interface HistoryFormat {
  readonly name: string;
  readonly meaning: string;
  /** Whether a file looks like it, by its name; the first format that says so is taken. */
  recognises(file: string): boolean;
  /** Reads a whole file; throws UsageError or HistoryFileError for what is malformed. */
  read(file: string): Promise<HistoryRead>;
}

const jsonl: HistoryFormat = {
  name: 'jsonl',
  meaning: 'one JSON object a line, as in history.jsonl of a run',
  recognises: () => true,
  read: async (file) => {
    const read = await readHistory(file);
    // A file in another format may look like one torn line. A run records an event before anything can be torn.
    if (read.history.length === 0 && read.warnings.length > 0)
      throw new HistoryFileError(
        file,
        1,
        'expected a JSON object like {"index":0,"timeNs":12345,"process":3,"type":"invoke","f":"read","key":"k1","value":null}',
      );
    return read;
  },
};

export const historyFormats: readonly HistoryFormat[] = [jsonl];
