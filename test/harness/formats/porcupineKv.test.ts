import assert from 'node:assert/strict';
import { readPorcupineKv } from '../../../harness/formats/porcupineKv.ts';
import { sourceOf } from './source.ts';

const read = (text: string): ReturnType<typeof readPorcupineKv> => readPorcupineKv('kv.txt', sourceOf(text));

describe("Porcupine's logs of a key–value store", () => {
  it('have a key in every operation; a get that answers "" found nothing', () => {
    const { history } = read(
      '{:process 0, :type :invoke, :f :append, :key "0", :value "x 0 0 y"}\n' +
        '{:process 1, :type :invoke, :f :get, :key "7", :value nil}\n' +
        '{:process 1, :type :ok, :f :get, :key "7", :value ""}\n',
    );
    assert.deepEqual(
      [...history.ops()].map(({ process, type, f, key, value }) => [process, type, f, key, value]),
      [
        [0, 'invoke', 'append', '0', 'x 0 0 y'],
        [1, 'invoke', 'get', '7', null],
        [1, 'ok', 'get', '7', ''],
      ],
    );
    assert.equal(history.reading.nilRead, 'value');
  });

  for (const [name, text, message] of [
    [
      'another operation',
      '{:process 0, :type :ok, :f :del, :key "0", :value nil}',
      /kv\.txt:2: .* found :f :del/,
    ],
    ['no key', '{:process 0, :type :ok, :f :get, :value nil}', /kv\.txt:2: .* found none with a :key/],
    [
      'a failure',
      '{:process 0, :type :fail, :f :get, :key "1", :value nil}',
      /kv\.txt:2: .* found :type :fail/,
    ],
    ['its end missing', '{:process 0, :type :ok, :f :get, :key "1"', /kv\.txt:2: .*end of the file/],
  ] as const)
    it(`refuses an operation with ${name}`, () =>
      assert.throws(
        () => read(`{:process 0, :type :invoke, :f :get, :key "0", :value nil}\n${text}\n`),
        message,
      ));
});
