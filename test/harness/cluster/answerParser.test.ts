import assert from 'node:assert/strict';
import fc from 'fast-check';
import { answerBytesMax, AnswerParser, type Parsed } from '../../../harness/cluster/answerParser.ts';

/** Feeds bytes in pieces that end at `cuts`; the result of the piece that settled it, else null. */
function feed(parser: AnswerParser, bytes: Buffer, cuts: readonly number[] = []): Parsed {
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  let from = 0;
  let parsed: Parsed = null;
  for (const end of ends) {
    if (end > from && parsed === null) parsed = parser.push(bytes.subarray(from, end));
    from = Math.max(from, end);
  }
  return parsed;
}

const sized = (body: string): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const chunked = (pieces: readonly string[]): string =>
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n' +
  pieces.map((piece) => `${Buffer.byteLength(piece).toString(16)};x=y\r\n${piece}\r\n`).join('') +
  '0\r\nTrailer: x\r\n\r\n';

describe('reading an answer', () => {
  it('gives the same whatever the pieces: by length, by chunks, after interim answers', () => {
    const text = fc.string({ maxLength: 200, unit: 'grapheme' });
    const answer = fc.oneof(
      text.map((body) => ({ body, wire: sized(body) })),
      fc
        .array(
          text.filter((piece) => piece !== ''),
          { maxLength: 4 },
        )
        .map((pieces) => ({ body: pieces.join(''), wire: chunked(pieces) })),
    );
    const interim = fc.constantFrom(
      '',
      'HTTP/1.1 100 Continue\r\n\r\n',
      'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n',
    );
    fc.assert(
      fc.property(answer, interim, fc.array(fc.nat(), { maxLength: 10 }), ({ body, wire }, before, cuts) => {
        const parser = new AnswerParser();
        const expected = { status: 200, body, close: false };
        assert.deepEqual(feed(parser, Buffer.from(before + wire), cuts), expected);
        assert.deepEqual(feed(parser, Buffer.from(sized('next'))), { ...expected, body: 'next' });
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('keeps what it needs when the memory of a piece is used again', () => {
    const parser = new AnswerParser();
    const wire = Buffer.from(sized('abcdef'));
    const piece = Buffer.from(wire.subarray(0, -3));
    assert.equal(parser.push(piece), null);
    piece.fill(0);
    assert.deepEqual(parser.push(wire.subarray(-3)), { status: 200, body: 'abcdef', close: false });
  });

  it('reads until the end of the connection when the answer names no length', () => {
    const parser = new AnswerParser();
    assert.equal(feed(parser, Buffer.from('HTTP/1.0 200 OK\r\n\r\n{"a"')), null);
    assert.equal(feed(parser, Buffer.from(':1}')), null);
    assert.deepEqual(parser.end(), { status: 200, body: '{"a":1}', close: true });
  });

  it('takes 204 and 304 for answers without a body', () => {
    for (const status of [204, 304])
      assert.deepEqual(feed(new AnswerParser(), Buffer.from(`HTTP/1.1 ${status} X\r\n\r\n`)), {
        status,
        body: '',
        close: false,
      });
  });

  it('does not use a connection again that the node closes, or that says more than it was asked', () => {
    const head = 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
    for (const wire of [head, sized('') + 'more', 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n']) {
      const parsed = feed(new AnswerParser(), Buffer.from(wire));
      assert.ok(parsed !== null && 'close' in parsed && parsed.close);
    }
  });

  for (const [name, wire] of [
    ['something else', 'hello\r\n\r\n'],
    ['contradictory lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    [
      'a length beside an encoding',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    ],
    ['a chunk without a size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n'],
    ['a chunk longer than its size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabcd\r\n'],
    ['a head without end', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(70_000)}`],
    ['a body beyond the limit', `HTTP/1.1 200 OK\r\nContent-Length: ${answerBytesMax + 1}\r\n\r\n`],
  ] as const) {
    it(`refuses ${name}`, () => {
      const parsed = feed(new AnswerParser(), Buffer.from(wire));
      assert.ok(parsed !== null && 'malformed' in parsed);
    });
  }

  it('refuses an answer that never stops', () => {
    const parser = new AnswerParser();
    const piece = Buffer.alloc(512 * 1024, 'x');
    let parsed: Parsed = parser.push(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'));
    for (let count = 0; count < 20 && parsed === null; count++) parsed = parser.push(piece);
    assert.ok(parsed !== null && 'malformed' in parsed);
  });

  it('takes the end of the connection before the end of the answer for a cut', () => {
    const parser = new AnswerParser();
    parser.push(Buffer.from(sized('abc').slice(0, -1)));
    assert.ok('malformed' in (parser.end() ?? {}));
  });
});
