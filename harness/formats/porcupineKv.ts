/**
 * The key–value logs of Porcupine: `{:process 0, :type :invoke, :f :put, :key "4", :value "x 0 1 y"}`, an operation a
 * line. They are EDN with a key in each operation and no failures; a key that was never written is read as "".
 */
import { failType, infoType, opTypes, usualReading, type Events } from '../columns/events.ts';
import { noName } from '../columns/interner.ts';
import { HistoryFileError } from '../historyFile.ts';
import type { ByteSource } from './byteWindow.ts';
import { readEdn } from './edn.ts';
import { withBytesOf } from './fileBytes.ts';
import type { HistoryFormat, HistoryRead } from './format.ts';

const operations = ['get', 'put', 'append'];
const example = '{:process 0, :type :invoke, :f :get, :key "0", :value nil}';

/** Reads the operations of a log; `file` is for messages. O(bytes). */
export function readPorcupineKv(file: string, source: ByteSource): HistoryRead {
  const read = readEdn(file, source, usualReading);
  const { events } = read.history;
  for (let index = 0; index < events.length; index++) {
    const problem = problemOf(events, index);
    if (problem !== undefined)
      throw new HistoryFileError(
        file,
        read.lineOf?.(index) ?? 1,
        `expected an operation like ${example}, found ${problem}`,
      );
  }
  return read;
}

function problemOf({ type, key, f, fNames }: Events, index: number): string | undefined {
  const name = fNames.get(f[index] ?? 0);
  if (!operations.includes(name)) return `:f :${name}, which is none of ${operations.join(', ')}`;
  if (key[index] === noName) return 'none with a :key';
  const typeCode = type[index] ?? 0;
  if (typeCode === failType || typeCode === infoType) return `:type :${opTypes[typeCode]}`;
  return undefined;
}

export const porcupineKv: HistoryFormat = {
  name: 'porcupine-kv',
  meaning: `Porcupine's logs of a key–value store: lines ${example}`,
  readings: [{ of: 'operations', reading: usualReading }],
  recognises: (_, head) => /^\s*\{:process \d+, :type :\w+, :f :(?:get|put|append), :key "/.test(head),
  read: (file, onBytes) => withBytesOf(file, (source) => readPorcupineKv(file, source), onBytes),
};
