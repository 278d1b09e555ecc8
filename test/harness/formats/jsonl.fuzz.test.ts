import assert from 'node:assert/strict';
import fc from 'fast-check';
import { canonicalText } from '../../../harness/columns/canonical.ts';
import { History, HistoryBuilder } from '../../../harness/columns/history.ts';
import { CanonicalJson, unrecognised } from '../../../harness/formats/canonicalJson.ts';
import { JsonlScanner } from '../../../harness/formats/jsonlScanner.ts';
import type { Op } from '../../../harness/history.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import { agreesOn } from '../checkers/fuzz.ts';
import { fastOutcome, plain } from './readingJsonl.ts';
import { renewed, slowOutcome } from './slowJsonl.ts';

const text = fc.oneof(
  fc.constantFrom(
    'read',
    'k1',
    '',
    '__proto__',
    'a"b',
    'tab\t',
    'back\\slash',
    'ü',
    '😀',
    '\ud800',
    '\u2028',
    '\0',
  ),
  fc.string({ unit: 'grapheme', maxLength: 5 }),
);
const json: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Json>(null, true, false, 0, 1, -1, '1', 1e21, 1.5, -2.25, 0.1, 2 ** 53, 123456789012345),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    text,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  ),
})).value;

/** Histories whose processes do what processes do, so that most of them are read to their end. */
const history: fc.Arbitrary<Op[]> = fc
  .array(
    fc.record(
      {
        process: fc.oneof(fc.constantFrom(0, 1, 2, 2 ** 31, 2 ** 40), fc.constant('nemesis' as const)),
        timeNs: fc.oneof(
          fc.nat(),
          fc.constantFrom(0, 0.5, 205941.25, 2 ** 60),
          fc.double({ min: 0, max: 1e30, noNaN: true }),
        ),
        type: fc.constantFrom('ok', 'fail', 'info'),
        f: text.filter((f) => f !== ''),
        key: text,
        value: json,
        error: text,
        node: text.filter((node) => node !== ''),
      },
      { requiredKeys: ['process', 'timeNs', 'type', 'f', 'value'] },
    ),
    { maxLength: 8 },
  )
  .map((events) => {
    const open = new Set<unknown>();
    return events.map((event, index) => {
      const type = event.process === 'nemesis' ? 'info' : open.delete(event.process) ? event.type : 'invoke';
      if (type === 'invoke') open.add(event.process);
      // In the order in which the harness writes them, as JSON.stringify keeps it.
      const { process, timeNs, f, key, value, error, node } = event;
      return JSON.parse(JSON.stringify({ index, timeNs, process, type, f, key, value, error, node })) as Op;
    });
  });

const snippets = [
  ' ',
  '\t',
  '\r',
  '\n',
  ',',
  ':',
  '"',
  '\\',
  '\\u0061',
  '\\/',
  '\\ud83d',
  '\\"',
  '{',
  '}',
  '[',
  ']',
  '[[',
  '{"b":1,"a":2}',
  '"a":1,',
  '{"a":1,"a":2}',
  '-',
  '-0',
  '0',
  '01',
  '9',
  '1.50',
  '1.',
  '.5',
  '1e2',
  '1E400',
  '-1e999',
  '12345678901234567890',
  'null',
  'tru',
  'NaN',
  'Infinity',
  '😀',
  '"nemesis"',
  '"invoke"',
  '"key":"k",',
  ',"error":"x"',
  '\0',
]
  .map((snippet) => Buffer.from(snippet))
  .concat([Buffer.from([0xc3]), Buffer.from([0xff]), Buffer.from([0xed, 0xa0, 0x80])]);

/** A change of bytes anywhere, or of a whole token: there most changes leave a line that is JSON. */
interface Edit {
  readonly isOfToken: boolean;
  readonly at: number;
  readonly removed: number;
  readonly inserted: Uint8Array;
}
const edit: fc.Arbitrary<Edit> = fc.record({
  isOfToken: fc.boolean(),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.oneof(fc.constantFrom(0, 0, 1, 1), fc.nat(30)),
  inserted: fc.oneof(fc.constantFrom(...snippets), fc.uint8Array({ maxLength: 2 })),
});

const token = /"(?:[^"\\]|\\.)*"|[-\w.+]+|[{}[\],:]/g;

function edited(bytes: Buffer, edits: readonly Edit[]): Buffer {
  return edits.reduce((whole, { isOfToken, at, removed, inserted }) => {
    let from = Math.floor(at * whole.length);
    let to = from + removed;
    if (isOfToken) {
      const tokens = [...whole.toString('latin1').matchAll(token)];
      const chosen = tokens[Math.floor(at * tokens.length)];
      from = chosen?.index ?? 0;
      to = from + (removed === 0 ? 0 : (chosen?.[0].length ?? 0));
    }
    return Buffer.concat([whole.subarray(0, from), inserted, whole.subarray(to)]);
  }, bytes);
}

const linesOf = (ops: readonly Op[]): Buffer =>
  Buffer.from(ops.map((op) => `${JSON.stringify(op)}\n`).join(''));

describe('the fast reader of history.jsonl', () => {
  agreesOn(
    'reads what was written',
    fc.tuple(history, fc.integer({ min: 1, max: 300 })),
    ([ops, atATime]) => {
      const outcome = fastOutcome(linesOf(ops), atATime);
      const expected = renewed(ops);
      assert.deepEqual(plain(outcome), plain(expected));
      assert.deepEqual(plain({ ...expected, ops: [...History.of(expected.ops).ops()] }), plain(outcome));
    },
  );

  agreesOn(
    'reads or refuses whatever else a file holds as the slow one does, with the same words',
    fc.tuple(history, fc.array(edit, { maxLength: 3 }), fc.integer({ min: 1, max: 2000 })),
    ([ops, edits, atATime]) => {
      const bytes = edited(linesOf(ops), edits);
      assert.deepEqual(plain(fastOutcome(bytes, atATime)), plain(slowOutcome(bytes)), bytes.toString());
    },
  );

  agreesOn('takes only lines that the slow one reads alike', fc.tuple(history, edit), ([ops, change]) => {
    const bytes = edited(linesOf(ops), [change]);
    const builder = new HistoryBuilder();
    const scanner = new JsonlScanner(builder);
    let at = 0;
    while (bytes.indexOf(10, at) !== -1) {
      const next = scanner.take(bytes, at);
      if (next === unrecognised) break;
      at = next;
    }
    const lines = bytes.subarray(0, at).toString().split('\n').slice(0, -1);
    assert.equal(builder.length, lines.length);
    assert.deepEqual(
      plain({ ops: [...builder.build().ops()], warnings: 0 }),
      plain({ ops: lines.map((line) => JSON.parse(line) as Op), warnings: 0 }),
    );
  });

  agreesOn(
    'takes a value as it stands only where it stands as canonical text',
    fc.tuple(json, fc.array(edit, { maxLength: 2 })),
    ([value, edits]) => {
      const bytes = edited(Buffer.from(JSON.stringify([value])), edits);
      const scanned = new CanonicalJson();
      scanned.bytes = Buffer.concat([bytes, Buffer.from('\n')]);
      if (bytes[0] !== 0x5b && bytes[0] !== 0x7b) return;
      const end = scanned.endOfContainer(0);
      if (end === unrecognised || scanned.isBeyondAscii) return;
      const found = bytes.toString('utf8', 0, end);
      assert.equal(canonicalText(JSON.parse(found) as Json), found);
    },
  );
});
