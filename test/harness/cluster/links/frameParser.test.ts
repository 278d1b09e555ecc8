import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  answerParser,
  frameBytesMax,
  requestParser,
  type Frame,
  type FrameParser,
} from '../../../../harness/cluster/links/frameParser.ts';

/** Feeds `text` in pieces that end at `cuts`. */
function feed(parser: FrameParser, bytes: Buffer, cuts: readonly number[]): Frame[] {
  const ends = [...new Set([...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort(
    (a, b) => a - b,
  );
  let from = 0;
  return ends.flatMap((end) => {
    const frames = end > from ? parser.push(bytes.subarray(from, end)) : [];
    from = end;
    return frames;
  });
}

const texts = (frames: readonly Frame[]): string[] => frames.map(({ bytes }) => bytes.toString());
const post = (body: string): string =>
  `POST /p HTTP/1.1\r\ncontent-LENGTH: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const get = 'GET /k HTTP/1.1\r\nHost: x\r\n\r\n';

describe('cutting a stream into messages', () => {
  it('finds the same messages however the bytes are cut', () => {
    const message = fc.oneof(fc.constant(get), fc.string({ maxLength: 300, unit: 'grapheme' }).map(post));
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        (messages, cuts) => {
          const frames = feed(requestParser(), Buffer.from(messages.join('')), cuts);
          assert.deepEqual(texts(frames), messages);
          assert.ok(frames.every(({ opaque }) => !opaque));
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });

  it('loses, adds and reorders no byte of any stream, however little like HTTP', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        get,
        post('abc'),
        '\r\n\r\n',
        'HTTP/1.1 200 OK\r\n\r\n',
        'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n',
      ),
      fc.string({ maxLength: 40 }),
    );
    fc.assert(
      fc.property(
        fc.array(piece),
        fc.array(fc.nat(), { maxLength: 12 }),
        fc.boolean(),
        (pieces, cuts, isRequest) => {
          const parser = isRequest ? requestParser() : answerParser(() => 'GET');
          const bytes = Buffer.from(pieces.join(''));
          const frames = [...feed(parser, bytes, cuts), ...parser.becomeOpaque()];
          assert.equal(Buffer.concat(frames.map((frame) => frame.bytes)).compare(bytes), 0);
        },
      ),
      { seed: 2, numRuns: 500 },
    );
  });

  for (const [name, head] of [
    ['a chunked body', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['two different lengths', 'POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    [
      'a length beside an encoding',
      'POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    ],
    ['a length that is none', 'POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n'],
    ['a body too large to hold back', `POST / HTTP/1.1\r\nContent-Length: ${frameBytesMax + 1}\r\n\r\n`],
    ['a tunnel', 'CONNECT x:1 HTTP/1.1\r\n\r\n'],
    ['another protocol', 'PRI * HTTP/2.0\r\n\r\n'],
    ['a head without end', `GET /${'x'.repeat(70_000)}`],
    ['the first bytes of something else', 'hello\n'],
  ] as const) {
    it(`turns opaque at ${name}, and hands the bytes over as they are`, () => {
      const parser = requestParser();
      const frames = feed(parser, Buffer.from(get + head), []);
      assert.equal(parser.opaque, true);
      assert.deepEqual(texts(frames).join(''), get + head);
      assert.deepEqual(texts(parser.push(Buffer.from('rest'))), ['rest']);
    });
  }

  it('knows which answers have no body: interim, 204, 304, and answers to HEAD', () => {
    const methods = ['HEAD', 'GET', 'GET', 'POST'];
    const messages = [
      'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n',
      'HTTP/1.1 204 No Content\r\n\r\n',
      'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n',
      'HTTP/1.1 100 Continue\r\n\r\n',
      'HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}',
    ];
    const parser = answerParser(() => methods.shift());
    assert.deepEqual(texts(parser.push(Buffer.from(messages.join('')))), messages);
    assert.equal(parser.opaque, false);
  });

  it('turns opaque at a switch of protocols, and at an answer that goes on until the end', () => {
    for (const head of [
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n',
      'HTTP/1.0 200 OK\r\n\r\n',
    ]) {
      const parser = answerParser(() => 'GET');
      parser.push(Buffer.from(head));
      assert.equal(parser.opaque, true);
    }
  });

  it('frames a request that only offers an upgrade', () => {
    const offer = 'GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n';
    const parser = requestParser();
    assert.deepEqual(texts(parser.push(Buffer.from(offer + get))), [offer, get]);
  });
});
