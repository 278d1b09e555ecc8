import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readEdn } from '../../../harness/formats/edn.ts';
import type { Op } from '../../../harness/history.ts';
import { HistoryFileError } from '../../../harness/historyFile.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import { sourceOf } from './source.ts';

const read = (text: string): readonly Op[] => [...readEdn('h.edn', sourceOf(text)).history.ops()];

/** The value of an operation that is written like this. */
const valueOf = (text: string): Json | undefined =>
  read(`{:process 0, :type :invoke, :f :write, :value ${text}}`)[0]?.value;

/** Process, type, operation, key and value. */
const brief = (ops: readonly Op[]): unknown[] =>
  ops.map(({ process, type, f, key, value }) =>
    key === undefined ? [process, type, f, value] : [process, type, f, key, value],
  );

function refused(text: string, line: number, ...words: (string | RegExp)[]): void {
  assert.throws(
    () => readEdn('h.edn', sourceOf(text)),
    (error: unknown) => {
      assert.ok(error instanceof HistoryFileError, String(error));
      assert.ok(error.message.startsWith(`h.edn:${line}: expected `), error.message);
      for (const word of words)
        assert.ok(
          typeof word === 'string' ? error.message.includes(word) : word.test(error.message),
          error.message,
        );
      return true;
    },
  );
}

describe('EDN values as JSON', () => {
  const cases: readonly (readonly [edn: string, json: Json])[] = [
    ['nil', null],
    ['true', true],
    ['false', false],
    ['0', 0],
    ['-0', 0],
    ['+7', 7],
    ['-12', -12],
    ['42N', 42],
    ['9007199254740991', 9007199254740991],
    // Beyond 2^53 an integer is kept as it is spelled: rounded, two of them could become one.
    ['9007199254740993', '9007199254740993N'],
    ['-123456789012345678901234567890N', '-123456789012345678901234567890N'],
    ['1.5', 1.5],
    ['-2.5e-3', -0.0025],
    ['1e400', '1e400'],
    ['1.25M', 1.25],
    ['0.12345678901234567890M', '0.12345678901234567890M'],
    ['22/7', '22/7'],
    ['0x1F', '0x1F'],
    ['##Inf', '##Inf'],
    [':timed-out', 'timed-out'],
    [':a.b/c', 'a.b/c'],
    ['symbol', 'symbol'],
    ['"x \\"y\\" \\\\ \\n \\t \\u00e9 \\101"', 'x "y" \\ \n \t é A'],
    ['"é 日本 😀"', 'é 日本 😀'],
    ['"two\nlines"', 'two\nlines'],
    ['\\a', 'a'],
    ['\\newline', '\n'],
    ['\\u0041', 'A'],
    ['\\(', '('],
    ['[1 2, 3]', [1, 2, 3]],
    ['(1 (2) [])', [1, [2], []]],
    // The elements of a set have no order, so equal sets are read as equal lists.
    ['#{3 1 2}', [1, 2, 3]],
    ['#{[2] :b nil}', ['b', [2], null]],
    ['{:a 1, "b" [2], 3 :c, [4] 5}', { a: 1, b: [2], 3: 'c', '[4]': 5 }],
    ['{}', {}],
    ['#inst "2026-01-01T00:00:00Z"', '2026-01-01T00:00:00Z'],
    ['#jepsen.x.Y{:a #z/q [1]}', { a: [1] }],
    ['#object[java.lang.Thread 0x5a2b "Thread[1]"]', ['java.lang.Thread', '0x5a2b', 'Thread[1]']],
    ['[1 #_ 2 #_ #_ 3 4 5] ; and a comment', [1, 5]],
  ];
  for (const [edn, json] of cases)
    it(`${JSON.stringify(edn)} is ${JSON.stringify(json)}`, () =>
      assert.deepEqual(valueOf(`${edn}\n`), json));

  it('takes __proto__ for a name like any other', () => {
    const value = valueOf('{:__proto__ {:polluted 1}}') as Record<string, Json>;
    assert.deepEqual(Object.keys(value), ['__proto__']);
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  });

  const malformed: readonly (readonly [edn: string, word: string])[] = [
    ['1x', "expected a number, found '1x'"],
    ['007', "found '007'"],
    ['"\\q"', 'the escapes of EDN'],
    ['\\nonsense', 'expected a character'],
    ['{:a}', "a value after the key 'a'"],
    ['{:a 1 "a" 2}', "found 'a' twice"],
    ['#{1 1}', 'found 1 twice'],
    ['(1 2]', "found ']"],
    [': ', 'a keyword'],
    ['# x', 'a tag'],
    ['^:meta x', "found '^"],
    ['\x01', 'expected a value'],
    [`${'['.repeat(200)}${']'.repeat(200)}`, 'levels of nesting'],
    ['#_'.repeat(200), 'levels of nesting'],
  ];
  for (const [edn, word] of malformed)
    it(`refuses ${JSON.stringify(edn.slice(0, 20))}, with the line`, () =>
      refused(`; a comment\n{:process 0, :type :invoke, :f :write, :value ${edn}}\n`, 2, word));

  it('refuses text that is not UTF-8', () => {
    const bytes = Buffer.from('{:process 0, :type :ok, :f :read, :value "\xff\xfe"}', 'latin1');
    assert.throws(() => readEdn('h.edn', sourceOf(bytes)), /h\.edn:1: expected UTF-8/);
  });
});

describe('EDN histories', () => {
  const expected = [
    [0, 'invoke', 'write', 1],
    ['nemesis', 'info', 'start', 'halves'],
    [0, 'ok', 'write', 1],
    [1, 'invoke', 'read', null],
    [1, 'info', 'read', null],
  ];
  const maps = [
    '{:process 0, :type :invoke, :f :write, :value 1}',
    '{:process :nemesis, :type :info, :f :start, :value :halves}',
    '{:process 0, :type :ok, :f :write, :value 1, :exception {:via [{:type Foo}]}}',
    '{:type :invoke :f :read :process 1 :value nil}',
    '{:type :info :f :read :process 1 :error [:timeout "10 s"]}',
  ];
  const tuples = [
    '[0 :invoke :write 1]',
    '[:nemesis :info :start :halves]',
    '[0 :ok :write 1]',
    '[1 :invoke :read nil]',
    '(1 :info :read)',
  ];
  for (const [form, text] of [
    ['bare maps', maps.join('\n')],
    ['maps on one line', maps.join(' ')],
    ['one vector', `[${maps.join('\n ')}]\n`],
    ['one list', `; a list\n(${maps.join(', ')}\n)`],
    ['tagged maps', maps.map((map) => `#jepsen.history.Op${map}`).join('\n')],
    ['a tagged vector', `#jepsen.history/History [${maps.join('\n')}]`],
    ['bare tuples', tuples.join('\n')],
    ['tuples in a vector', `[${tuples.join('\n')}]`],
  ] as const)
    it(`reads ${form}`, () => assert.deepEqual(brief(read(text)), expected));

  it('is the same history, however the bytes come', () => {
    const text = `[${maps.join('\n  ')} ; the end\n]`.replace('1}', '"é\\n\\"日本"}');
    const whole = read(text);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 16, max: 300 }), (piece, window) => {
        const parts = readEdn('h.edn', sourceOf(text, piece), undefined, window);
        assert.deepEqual([...parts.history.ops()], whole);
        assert.deepEqual(
          [0, 1, 2, 3, 4].map((index) => parts.lineOf?.(index)),
          [1, 2, 3, 4, 5],
        );
      }),
      { seed: 3, numRuns: 200 },
    );
  });

  it('goes back as often as it must', () => {
    const text = '{:process 0, :type :ok, :f :add, :value {:a [[(#{1})]]}}\n'.repeat(150);
    const { history } = readEdn('h.edn', sourceOf(text, 3), undefined, 16);
    assert.equal(history.length, 150);
    assert.deepEqual(history.op(149).value, { a: [[[[1]]]] });
  });

  it('counts the lines inside of strings', () =>
    refused('{:process 0, :type :ok, :f :add, :value "a\n\\n\nb"}\n:x', 4, "found ':x'"));

  it('takes whatever the nemesis does for acts of the nemesis', () => {
    assert.deepEqual(brief(read('[:nemesis :invoke :start nil] [:nemesis-2 :ok :stop 1]')), [
      ['nemesis', 'info', 'start', null],
      ['nemesis', 'info', 'stop', 1],
    ]);
  });

  it('reads nothing from an empty file, an empty vector, a comment', () => {
    for (const text of ['', ' \n', '[]', '( )', '; nothing', '#_ {:a 1}']) assert.deepEqual(read(text), []);
  });

  it('keeps times, nodes and errors of any form; without a time the place stands for it', () => {
    const [first, second] = read(
      '{:process 0 :type :invoke :f :read :time 123456 :node :n1}\n' +
        '{:process 0 :type :fail :f :read :error [:no-leader {:id 1}]}',
    );
    assert.deepEqual([first?.timeNs, first?.node, second?.timeNs], [123456, 'n1', 1]);
    assert.equal(second?.error, '["no-leader",{"id":1}]');
  });

  it('numbers operations by their place, and says so where the file has other numbers', () => {
    const { history, warnings } = readEdn(
      'h.edn',
      sourceOf('{:index 10 :process 0 :type :invoke :f :read}\n{:index 11 :process 0 :type :ok :f :read}'),
    );
    assert.deepEqual(
      [...history.ops()].map(({ index }) => index),
      [0, 1],
    );
    assert.match(warnings.join(), /numbered from 0/);
  });

  it('reads operations on transactions, whatever they are called, as micro-operations', () => {
    const text =
      '{:type :invoke, :value [[:append 1 2] [:r 1 nil]]}\n' +
      '{:type :ok, :value [[:append 1 2] [:r 1 [1 2]]]}\n' +
      '{:process 3, :type :invoke, :f :read, :value [[:read :x nil] [:write :y 2]]}';
    assert.deepEqual(
      brief(read(text)),
      [
        [
          0,
          'invoke',
          'txn',
          [
            ['append', 1, 2],
            ['r', 1, null],
          ],
        ],
        [
          0,
          'ok',
          'txn',
          [
            ['append', 1, 2],
            ['r', 1, [1, 2]],
          ],
        ],
        [
          3,
          'invoke',
          'txn',
          [
            ['r', 'x', null],
            ['w', 'y', 2],
          ],
        ],
      ].map(([process, ...rest]) => [process === 0 ? 4 : process, ...rest]),
    );
  });

  it('gives a process that goes on after an info a new number, beyond all others', () => {
    const { history, warnings } = readEdn(
      'h.edn',
      sourceOf(
        [
          '[1 :invoke :write 1]',
          '[1 :info :write 1]',
          '[7 :invoke :read nil]',
          '[1 :invoke :read nil]',
          '[1 :ok :read 1]',
          '[1 :invoke :write 2]',
          '[1 :info :write 2]',
          '[1 :invoke :write 3]',
        ].join('\n'),
      ),
    );
    assert.deepEqual(
      [...history.ops()].map(({ process }) => process),
      [1, 1, 7, 8, 8, 8, 8, 9],
    );
    assert.match(warnings.join(), /process 1 is the first/);
    assert.equal(history.operations.length, 5);
  });

  it('takes huge process numbers as they are', () => {
    assert.deepEqual(brief(read('[9007199254740991 :invoke :read nil]')), [
      [9007199254740991, 'invoke', 'read', null],
    ]);
  });
});

describe('keys inside of values', () => {
  it('are found where every read asks for [key nil]', () => {
    const text =
      '[0 :invoke :read [:x nil]] [0 :ok :read [:x 5]] [1 :invoke :cas [7 [5 6]]] [:nemesis :info :start [1 2]] [1 :fail :cas [7 [5 6]]]';
    assert.deepEqual(brief(read(text)), [
      [0, 'invoke', 'read', 'x', null],
      [0, 'ok', 'read', 'x', 5],
      [1, 'invoke', 'cas', '7', [5, 6]],
      ['nemesis', 'info', 'start', [1, 2]],
      [1, 'fail', 'cas', '7', [5, 6]],
    ]);
  });

  it('are found where transactions stand beside them, or a tag says so', () => {
    assert.deepEqual(brief(read('[0 :invoke :txn [3 [[:r 1 nil]]]]')), [
      [0, 'invoke', 'txn', '3', [['r', 1, null]]],
    ]);
    assert.deepEqual(brief(read('[0 :invoke :write #jepsen.independent/tuple [3 4]]')), [
      [0, 'invoke', 'write', '3', 4],
    ]);
  });

  it('are found where another operation asks for nothing', () => {
    assert.deepEqual(brief(read('[0 :invoke :acquire [7 nil]] [1 :invoke :enqueue [8 5]]')), [
      [0, 'invoke', 'acquire', '7', null],
      [1, 'invoke', 'enqueue', '8', 5],
    ]);
  });

  it('are not looked for where one read asks for nothing, or nothing tells', () => {
    assert.deepEqual(brief(read('[0 :invoke :cas [1 2]]')), [[0, 'invoke', 'cas', [1, 2]]]);
    assert.deepEqual(brief(read('[0 :invoke :cas [1 nil]]')), [[0, 'invoke', 'cas', [1, null]]]);
    const asked = '[0 :invoke :enqueue [1 nil]] [1 :invoke :read [1 2]]';
    assert.ok(brief(read(asked)).every((op) => (op as unknown[]).length === 4));
    const mixed =
      '{:type :invoke :process 0 :f :write :key :x :value [:x 1]} {:type :invoke :process 1 :f :write :value [2 3]}';
    assert.deepEqual(brief(read(mixed)), [
      [0, 'invoke', 'write', 'x', ['x', 1]],
      [1, 'invoke', 'write', [2, 3]],
    ]);
    assert.deepEqual(brief(read('[0 :invoke :write [1 2]] [1 :invoke :read nil]')), [
      [0, 'invoke', 'write', [1, 2]],
      [1, 'invoke', 'read', null],
    ]);
  });

  it('must then be in every answer', () => {
    refusedSplit(
      '[0 :invoke :read [1 nil]]\n[0 :ok :read 5]',
      /h\.edn:2: the values of this history are \[key value\]; found 5/,
    );
  });

  function refusedSplit(text: string, message: RegExp): void {
    assert.throws(() => readEdn('h.edn', sourceOf(text)), message);
  }
});

describe('malformed EDN histories are refused, with the line', () => {
  const good = '{:process 0, :type :invoke, :f :read, :value nil}';
  const cases: readonly (readonly [name: string, text: string, line: number, word: string | RegExp])[] = [
    [
      'a vector without its end',
      `[${good}\n${good}\n`,
      1,
      "a ']' that ends the history, found the end of the file",
    ],
    [
      'an operation without its end',
      `[${good}\n {:process 0`,
      2,
      'found the end of the file in the middle of it',
    ],
    ['a string without its end', `${good}\n{:process 0 :f "x`, 2, 'found the end of the file'],
    ['something after the end', `[${good}]\n\n${good}`, 3, 'nothing after the end of the history'],
    ['a closing bracket too many', `${good}\n]`, 2, 'expected an operation, a map like {:process 0'],
    ['a number in the place of an operation', `${good}\n5`, 2, "found '5'"],
    ['no type', '{:process 0 :f :read}', 1, 'an operation with a :type'],
    ['no operation', '{:process 0 :type :ok}', 1, 'an operation with an :f'],
    [
      'an unknown type',
      `${good}\n{:process 0\n :type :done}`,
      3,
      "a type, :invoke, :ok, :fail or :info, found ':done}'",
    ],
    ['a type that is a string', '{:type "ok"}', 1, 'found \'"ok"}\''],
    ['a process that is a text', '{:process "zero"}', 1, 'a whole number from 0 or a keyword'],
    ['a process below 0', '{:process -1}', 1, "found '-1}'"],
    ['a process that is no integer', '{:process 1.5}', 1, "found '1.5}'"],
    ['an f that is a number', '{:f 3}', 1, 'the name of an operation'],
    ['a key without a value', '{:process 0 :type}', 1, 'a value after every key'],
    ['a tuple that is too long', '[0 :invoke :read nil 5]', 1, "found '5]' beyond it"],
    ['a tuple that is too short', '[0 :invoke]', 1, /expected a value, found '\]'/],
    ['binary', '{\x00\x01', 1, 'expected'],
  ];
  for (const [name, text, line, word] of cases) it(name, () => refused(text, line, word));
});
