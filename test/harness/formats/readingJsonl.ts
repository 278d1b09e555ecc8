/** Reads bytes with the fast reader, and says what came of it in the form of its slow twin. */
import { readBytes } from '../../../harness/formats/jsonl.ts';
import { HistoryFileError } from '../../../harness/historyFile.ts';
import { problemOf, type Outcome } from './slowJsonl.ts';

/** The source gives so many bytes at a time. */
export function fastOutcome(bytes: Uint8Array, atATime: number): Outcome {
  let at = 0;
  const source = (into: Uint8Array): number => {
    const part = bytes.subarray(at, at + Math.min(atATime, into.length));
    into.set(part);
    at += part.length;
    return part.length;
  };
  try {
    const { history, warnings } = readBytes('f', source);
    return { ops: [...history.ops()], warnings: warnings.length };
  } catch (error) {
    if (error instanceof HistoryFileError) return { line: error.line, problem: problemOf(error) };
    throw error;
  }
}

/** −0 is 0, in every table. */
export function plain(outcome: Outcome): unknown {
  return JSON.parse(JSON.stringify(outcome));
}
