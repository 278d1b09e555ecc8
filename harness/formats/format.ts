/** What a format of recorded histories is: a name, a way to tell its files, and a reader into columns. */
import type { Reading } from '../columns/events.ts';
import type { History } from '../columns/history.ts';
import type { OnBytes } from './fileBytes.ts';

export interface HistoryRead {
  readonly history: History;
  /** What was tolerated, a sentence each. */
  readonly warnings: readonly string[];
  /** The line of an event, from 1; without it every event stands on a line of its own. */
  readonly lineOf?: (index: number) => number;
}

export interface HistoryFormat {
  readonly name: string;
  readonly meaning: string;
  /** How the answers in such files are meant unless somebody says otherwise; the history that is read says so too. */
  readonly readings: readonly { readonly of: string; readonly reading: Reading }[];
  /** Whether a file looks like it: its name, and its first bytes as Latin-1 text. */
  recognises(file: string, head: string): boolean;
  /** Reads a whole file. Throws UsageError or HistoryFileError for what is malformed. */
  read(file: string, onBytes?: OnBytes): HistoryRead;
}
