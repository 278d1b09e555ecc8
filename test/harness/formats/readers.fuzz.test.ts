/** Whatever bytes stand in a file: a reader gives a history, or refuses them with a line of that file. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readEdn } from '../../../harness/formats/edn.ts';
import type { HistoryRead } from '../../../harness/formats/format.ts';
import { readJepsenLog } from '../../../harness/formats/jepsenLog.ts';
import { readPorcupineKv } from '../../../harness/formats/porcupineKv.ts';
import { MalformedHistory } from '../../../harness/history.ts';
import { HistoryFileError } from '../../../harness/historyFile.ts';
import type { ByteSource } from '../../../harness/formats/byteWindow.ts';
import { agreesOn } from '../checkers/fuzz.ts';
import { sourceOf } from './source.ts';

const samples = [
  '[{:process 0, :type :invoke, :f :cas, :value [1 2], :time 12}\n {:process 0, :type :info, :f :cas, :error [:a "b"]}\n' +
    ' {:process 0, :type :invoke, :f :read, :value nil}]',
  '{:index 0 :type :invoke :value [[:append 253 1] [:r 1 nil]]} ; comment\n#jepsen.history.Op{:type :ok, :value #{1 "x" \\y}}',
  '[0 :invoke :read [:x nil]]\n(0 :ok :read [:x 3])\n[:nemesis :info :start #_ gone {:a 1N, "b" 2.5M}]',
  'INFO  jepsen.util - 0\t:invoke\t:read\tnil\nINFO  jepsen.util - 0\t:fail\t:read\t:timed-out\nWARN other\n',
  '{:process 0, :type :invoke, :f :append, :key "0", :value "x 0 0 y"}\n{:process 0, :type :ok, :f :append, :key "0", :value "x"}\n',
];
const tokens = [
  '{',
  '}',
  '[',
  ']',
  '(',
  ')',
  '"',
  '\\',
  '#',
  '#_',
  ';',
  ':',
  '\n',
  ' ',
  ',',
  'nil',
  '0',
  '-',
  '1e9',
  'N',
  'M',
  '#{',
  '##',
  '^',
  ':type',
  ':process',
  ':invoke',
  ':ok',
  ':info',
  ':nemesis',
  '{:process 1 :type :invoke :f :f}',
  '\0',
  '\xff',
  'é',
  'INFO  jepsen.util - 0 :ok ',
];

/** A sample with some of its parts cut out, doubled, or replaced by tokens. */
const damaged = fc
  .tuple(
    fc.constantFrom(...samples),
    fc.array(fc.tuple(fc.nat(), fc.nat(12), fc.constantFrom('', ...tokens)), { minLength: 1, maxLength: 4 }),
  )
  .map(([sample, edits]) =>
    edits.reduce((text, [place, length, token]) => {
      const at = place % (text.length + 1);
      return text.slice(0, at) + token + text.slice(at + length);
    }, sample),
  );

const anything = fc.oneof(
  { weight: 6, arbitrary: damaged.map((text) => Buffer.from(text, 'latin1')) },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.constantFrom(...tokens), { maxLength: 30 })
      .map((parts) => Buffer.from(parts.join(''))),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
);

const readers: Readonly<Record<string, (file: string, source: ByteSource) => HistoryRead>> = {
  edn: (file, source) => readEdn(file, source, undefined, 64),
  'jepsen-log': readJepsenLog,
  'porcupine-kv': readPorcupineKv,
};

function readsOrRefuses(reader: (file: string, source: ByteSource) => HistoryRead, bytes: Buffer): void {
  const lineCount = bytes.toString('latin1').split('\n').length;
  const isLine = (line: number): boolean => line >= 1 && line <= lineCount + 1;
  try {
    const { history, lineOf } = reader('some.file', sourceOf(bytes, 7));
    for (let index = 0; index < history.length; index++) {
      assert.equal(history.op(index).index, index);
      assert.ok(isLine(lineOf?.(index) ?? 0), `event ${index} stands on line ${lineOf?.(index)}`);
    }
    void history.operations;
  } catch (error) {
    if (error instanceof MalformedHistory) return;
    assert.ok(error instanceof HistoryFileError, error instanceof Error ? error.stack : String(error));
    assert.ok(isLine(error.line), error.message);
    assert.match(error.message, /^some\.file:\d+: (expected|the values of this history) /);
  }
}

describe('readers of foreign formats', () => {
  for (const [name, reader] of Object.entries(readers))
    agreesOn(
      `${name}: any bytes are a history, or are refused with their line`,
      anything,
      (bytes) => readsOrRefuses(reader, bytes),
      500,
    );
});
