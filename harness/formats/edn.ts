/**
 * Jepsen's `history.edn` and the files of Knossos and Elle: operations as EDN, all in one vector or list, or one after
 * the other. Sources: jepsen.history, knossos.history, elle's test histories.
 */
import type { Reading } from '../columns/events.ts';
import { History, HistoryBuilder } from '../columns/history.ts';
import { noName } from '../columns/interner.ts';
import { HistoryFileError } from '../historyFile.ts';
import { MalformedHistory } from '../history.ts';
import { ByteWindow, type ByteSource } from './byteWindow.ts';
import { EdnEvents, knownTokens } from './ednEvents.ts';
import { EdnCursor, ended } from './ednCursor.ts';
import { EdnReader } from './ednReader.ts';
import {
  closeBracket,
  closeParenthesis,
  hash,
  openBrace,
  openBracket,
  openParenthesis,
} from './ednSyntax.ts';
import { withoutDrains } from './drains.ts';
import { withBytesOf } from './fileBytes.ts';
import type { HistoryFormat, HistoryRead } from './format.ts';
import { splitKeys } from './independentKeys.ts';
import { retireProcesses } from './retiredProcesses.ts';
import { transactionF } from './transactions.ts';

/** As in Knossos: a read of nil tells nothing, a cas that failed tells nothing. */
const knossosReading: Reading = { nilRead: 'unknown', failedCas: 'drop' };
/** As in Elle: what a transaction read as nil was not there. */
const elleReading: Reading = { nilRead: 'value', failedCas: 'drop' };

/**
 * Reads the operations of a stream; `file` is for messages. Unless `reading` says how answers are meant, that depends on
 * the operations. Memory is bounded by the columns. O(bytes). Throws HistoryFileError.
 */
export function readEdn(
  file: string,
  source: ByteSource,
  reading?: Reading,
  windowBytes?: number,
): HistoryRead {
  const reader = new EdnReader(new EdnCursor(new ByteWindow(source, windowBytes), file), knownTokens);
  const builder = new HistoryBuilder();
  const operations = new EdnEvents(reader, builder);
  readAll(reader, () => operations.read());
  const lines = operations.lines.filled();
  const lineOf = (index: number): number => lines[index] ?? 1;
  try {
    const split = splitKeys(builder.build().events, reader.sawTupleTag);
    const { events, warnings } = retireProcesses(split);
    const usual = events.fNames.find(transactionF) === noName ? knossosReading : elleReading;
    const drained = withoutDrains(events);
    return {
      history: new History(drained?.events ?? events, reading ?? usual),
      lineOf: (index) => lineOf(drained?.origin[index] ?? index),
      warnings: [
        ...warnings.map((warning) => `${file}: ${warning}`),
        ...(drained ? [`${file}: its drains are taken for dequeues, with which events are numbered`] : []),
        ...(operations.hasOtherIndices
          ? [`${file}: its :index are not the places of its operations; here they are numbered from 0`]
          : []),
      ],
    };
  } catch (error) {
    if (error instanceof MalformedHistory)
      throw new HistoryFileError(file, lineOf(error.index), error.message);
    throw error;
  }
}

function readAll(reader: EdnReader, readOperation: () => void): void {
  const startLine = reader.cursor.line;
  const close = reader.cursor.attempt(() => containerEnd(reader));
  const nextByte = (): number => reader.peek();
  for (;;) {
    const next = reader.cursor.attempt(nextByte);
    if (next === ended) {
      if (typeof close === 'string')
        reader.cursor.refuse(
          `expected a '${close}' that ends the history, found the end of the file`,
          startLine,
        );
      return;
    }
    if (typeof close === 'string' && next === close.charCodeAt(0)) break;
    if (reader.cursor.attempt(readOperation) === ended)
      reader.cursor.refuse('expected a whole operation, found the end of the file in the middle of it');
  }
  reader.take();
  if (reader.cursor.attempt(nextByte) !== ended)
    reader.cursor.refuse(`expected nothing after the end of the history, found ${reader.cursor.excerpt()}`);
}

/** Enters the vector or list around all operations, if there is one; answers what ends it. */
function containerEnd(reader: EdnReader): string | undefined {
  const { at, line } = reader.cursor;
  while (reader.peek() === hash) reader.tag();
  const first = reader.peek();
  if (first === openBracket || first === openParenthesis) {
    reader.take();
    const inner = reader.peek();
    // What begins with anything else is one operation, [process type f value].
    const isContainer = [openBrace, openBracket, openParenthesis, hash, closeBracket, closeParenthesis];
    if (isContainer.includes(inner)) return first === openBracket ? ']' : ')';
  }
  reader.cursor.at = at;
  reader.cursor.line = line;
  return undefined;
}

export const edn: HistoryFormat = {
  name: 'edn',
  meaning:
    "Jepsen's history.edn, files of Knossos and Elle: maps {:process 0, :type :invoke, :f :read, :value nil}",
  readings: [
    { of: 'operations', reading: knossosReading },
    { of: 'transactions', reading: elleReading },
  ],
  // What begins with { or [ and then a string is JSON.
  recognises: (_, head) => /^\s*[[({;#]/.test(head) && !/^\s*[[{]\s*(?:\{\s*)?"/.test(head),
  read: (file, onBytes) => withBytesOf(file, (source) => readEdn(file, source), onBytes),
};
