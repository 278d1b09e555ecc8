import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HistoryBuilder } from '../../../harness/columns/history.ts';
import { jsonl } from '../../../harness/formats/jsonl.ts';
import { JsonlScanner } from '../../../harness/formats/jsonlScanner.ts';
import { HistoryFileError } from '../../../harness/historyFile.ts';
import { fastOutcome, plain } from './readingJsonl.ts';
import { slowOutcome } from './slowJsonl.ts';

/** The first line of a file, with some members spelt otherwise, or left out. */
function line(spelt: Readonly<Record<string, string | null>> = {}): string {
  const usual = { index: '0', timeNs: '5', process: '3', type: '"invoke"', f: '"read"', value: 'null' };
  const members = Object.entries({ ...usual, ...spelt }).filter(([, text]) => text !== null);
  return `{${members.map(([name, text]) => `"${name}":${text}`).join()}}`;
}
const value = (text: string): string => line({ value: text });
const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

/** Whether the fast way takes the line. */
const isTaken = (text: string | Buffer): boolean =>
  new JsonlScanner(new HistoryBuilder()).take(Buffer.concat([Buffer.from(text), Buffer.from('\n')]), 0) > 0;

const asOurs: readonly string[] = [
  line(),
  line({ timeNs: '12.5' }),
  line({ timeNs: '123456789.012345' }),
  line({ process: '"nemesis"', type: '"info"' }),
  line({ process: '123456789012345' }),
  line({ f: '"ä\\n\\"\\\\"' }),
  ...[
    '0',
    '-1',
    '-0',
    '1.5',
    '-0.25',
    '999999999999999',
    'true',
    'false',
    '""',
    '"a\\tb"',
    '"ü😀"',
    '[]',
    '{}',
  ].map(value),
  ...['[1,[2,{"a":null}],"x"]', '{"a":1,"b":{"__proto__":2}}', '{"a":1,"aa":2}', nested(256)].map(value),
];

const foreign: readonly (string | Buffer)[] = [
  '',
  '[]',
  ` ${line()}`,
  `${line()} `,
  `${line()}\r`,
  `${line()},`,
  line().replace('"timeNs"', ' "timeNs"'),
  line().replace('"f"', '"\\u0066"'),
  line({ index: '1' }),
  line({ index: '00' }),
  line({ index: '-0' }),
  line({ index: '0.0' }),
  line({ timeNs: '-1' }),
  line({ timeNs: '01' }),
  line({ timeNs: '1.' }),
  line({ timeNs: '.5' }),
  line({ timeNs: '1e3' }),
  line({ timeNs: '1234567890123456789' }),
  line({ timeNs: '0.1234567890123456' }),
  line({ timeNs: '"5"' }),
  line({ process: '-1' }),
  line({ process: '1.5' }),
  line({ process: '"nemesiS"' }),
  line({ process: '"nemesis"', type: '"ok"' }),
  line({ type: '"done"' }),
  line({ f: '""' }),
  line({ value: null }),
  line({ value: null, key: '"k"' }),
  line({ index: null }),
  line({ index: null, timeNs: null, value: null }),
  line({ process: null }),
  line({ type: null }),
  line({ f: null }),
  `${line().slice(0, -1)},"__proto__":7}`,
  `\uFEFF${line()}`,
  line({ error: '5' }),
  line({ node: '""' }),
  line({ node: '"n1"', error: '"late"' }),
  line({ other: '1' }),
  `${line().slice(0, -1)},"value":7}`,
  ...[
    '01',
    '-01',
    '1.',
    '-',
    '+1',
    '.5',
    '1e2',
    '1E400',
    '-1e999',
    'NaN',
    'nul',
    'nulll',
    'True',
    "'a'",
    '',
  ].map(value),
  ...[
    '1234567890123456789',
    '0.12345678901234567',
    '"a',
    '"\\x"',
    '"\\u00e4"',
    '"\\ud800"',
    '"\t"',
    '"\\',
  ].map(value),
  ...['[1,]', '[,1]', '[1 ]', '[1', '[1}', '[01]', '[-0]', '[1.5]', '[1e999]', '[[1e999]]', '["\\/"]'].map(
    value,
  ),
  ...[
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{a:1}',
    '{"b":1,"a":2}',
    '{"a":1,"a":2}',
    '{"ab":1,"a":2}',
    '{"ä":1}',
  ].map(value),
  ...['{"\\u0061":1}', '{"a":1e999}', '{"a":1]', nested(257), nested(100_000), '['.repeat(1000)].map(value),
  Buffer.concat([Buffer.from(value('"').slice(0, -1)), Buffer.from([0xc3]), Buffer.from('"}')]),
  Buffer.concat([Buffer.from(value('"').slice(0, -1)), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
];

describe('a line of history.jsonl', () => {
  for (const text of asOurs)
    it(`is taken as it stands: ${text.slice(0, 110)}`, () => {
      assert.ok(isTaken(text));
      const bytes = Buffer.from(`${text}\n`);
      assert.ok('ops' in slowOutcome(bytes));
      assert.deepEqual(plain(fastOutcome(bytes, 1000)), plain(slowOutcome(bytes)));
    });

  for (const text of foreign)
    it(`is looked at closely: ${text.toString().slice(0, 110)}`, () => {
      assert.ok(!isTaken(text));
      for (const end of ['\n', '']) {
        const bytes = Buffer.concat([Buffer.from(text), Buffer.from(end)]);
        assert.deepEqual(plain(fastOutcome(bytes, 1000)), plain(slowOutcome(bytes)));
      }
    });

  it('is whole though it comes byte by byte, and though it is longer than any buffer', () => {
    const long = line({ value: `"${'x'.repeat(3_000_000)}"` });
    const next = line({ index: '1', type: '"ok"' });
    const bytes = Buffer.from(`${long}\n${next}\n`);
    assert.deepEqual(fastOutcome(bytes, 100_000), slowOutcome(bytes));
    const short = Buffer.from(`${line()}\n${next}\n`);
    assert.deepEqual(fastOutcome(short, 1), slowOutcome(short));
  });

  it('that somebody recorded by hand may leave out its place, its time, and a value of null', () => {
    const bytes = Buffer.from(
      '{"process":0,"type":"invoke","f":"write","key":"x","value":1}\r\n{"process":0,"type":"ok","f":"write"}\r\n',
    );
    const usual = { process: 0, f: 'write' };
    assert.deepEqual(plain(fastOutcome(bytes, 1000)), {
      ops: [
        { index: 0, timeNs: 0, ...usual, type: 'invoke', key: 'x', value: 1 },
        { index: 1, timeNs: 1, ...usual, type: 'ok', value: null },
      ],
      warnings: 0,
    });
  });

  it('that makes no sense after the others is refused with its number', () => {
    const bytes = Buffer.from(`${line()}\n${line({ index: '1' })}\n`);
    assert.deepEqual(fastOutcome(bytes, 1000), {
      line: 2,
      problem: 'process 3 invokes while its last operation is open',
    });
  });
});

describe('the format jsonl', () => {
  it('recognises files by their name, or by how they begin', () => {
    const recognises = (file: string, head: string): boolean => jsonl.recognises(file, head);
    assert.ok(recognises('history.jsonl', 'anything'));
    assert.ok(recognises('other', line()));
    assert.ok(recognises('other', '{ "index": 0'));
    assert.ok(recognises('other', ''));
    assert.ok(!recognises('history.edn', '{:type :invoke'));
    assert.ok(!recognises('x.log', 'INFO  jepsen.util - 0 :invoke :read nil'));
  });

  it('does not take a file that is one torn line for a history', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ordeal-jsonl-'));
    try {
      const file = join(folder, 'history.jsonl');
      writeFileSync(file, 'not a history');
      assert.throws(() => jsonl.read(file), HistoryFileError);
      writeFileSync(file, `${line()}\n{"ind`);
      assert.equal(jsonl.read(file).warnings.length, 1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
