/**
 * Reads HTTP/1.1 answers from the bytes of a connection: one at a time, since a client sends its next request only
 * after the answer to the last one. Bodies end by Content-Length, by chunks, or with the connection (RFC 9112 §6).
 */
import { headEnd, isBodyless, parseHead, statusOf } from './links/httpHead.ts';

export const answerBytesMax = 4 * 1024 * 1024;
const headBytesMax = 64 * 1024;

export interface Answer {
  readonly status: number;
  readonly body: string;
  /** No further request may be sent on this connection. */
  readonly close: boolean;
}

/** `null`: more bytes are needed. `malformed`: this is not HTTP, or too much of it. */
export type Parsed = Answer | { readonly malformed: string } | null;

interface OpenAnswer {
  readonly status: number;
  readonly close: boolean;
  /** Bytes of the head, with its empty line. */
  readonly headBytes: number;
  readonly body: number | 'chunked' | 'until-close';
}

const needMore = null;

export class AnswerParser {
  private bytes: Buffer | null = null;
  private open: OpenAnswer | null = null;

  /** Takes bytes; `chunk` is copied if it must be kept. After an answer the parser is ready for the next one. */
  push(chunk: Buffer): Parsed {
    let bytes = this.bytes === null ? chunk : Buffer.concat([this.bytes, chunk]);
    if (bytes.length > answerBytesMax + headBytesMax)
      return { malformed: `more than ${answerBytesMax} bytes` };
    while (this.open === null) {
      const head = readHead(bytes);
      if (head === null) return this.keep(bytes, chunk);
      if ('malformed' in head) return head;
      if (isInterim(head.status)) bytes = bytes.subarray(head.headBytes);
      else this.open = head;
    }
    return this.parseBody(this.open, bytes) ?? this.keep(bytes, chunk);
  }

  /** The connection has ended: that is the end of an answer without a length, and cuts every other one. */
  end(): Parsed {
    const { open, bytes } = this;
    if (open?.body !== 'until-close') return { malformed: 'the connection ended before the answer' };
    return this.finish(open, bytes?.toString('utf8', open.headBytes) ?? '', true);
  }

  private keep(bytes: Buffer, chunk: Buffer): null {
    this.bytes = bytes.buffer === chunk.buffer ? Buffer.from(bytes) : bytes;
    return needMore;
  }

  private parseBody(open: OpenAnswer, bytes: Buffer): Parsed {
    if (open.body === 'until-close') return needMore;
    if (open.body === 'chunked') {
      const chunks = readChunks(bytes, open.headBytes);
      if (chunks === null || 'malformed' in chunks) return chunks;
      return this.finish(open, chunks.body, open.close || chunks.end !== bytes.length);
    }
    const end = open.headBytes + open.body;
    if (bytes.length < end) return needMore;
    return this.finish(open, bytes.toString('utf8', open.headBytes, end), open.close || bytes.length > end);
  }

  /** Bytes behind the answer belong to no request: whoever sent them is not to be asked again (`close`). */
  private finish(open: OpenAnswer, body: string, close: boolean): Answer {
    this.bytes = null;
    this.open = null;
    return { status: open.status, body, close };
  }
}

/** 100 Continue and its like come before the answer proper. */
function isInterim(status: number): boolean {
  return status < 200 && status !== 101;
}

function readHead(bytes: Buffer): OpenAnswer | { malformed: string } | null {
  const end = bytes.indexOf(headEnd, 0, 'latin1');
  if (end < 0) return bytes.length > headBytesMax ? { malformed: 'a head without end' } : needMore;
  const head = parseHead(bytes.toString('latin1', 0, end));
  const status = statusOf(head.startLine);
  if (Number.isNaN(status)) return { malformed: 'not an HTTP answer' };
  if (head.body === 'opaque') return { malformed: 'contradictory lengths' };
  if (typeof head.body === 'number' && head.body > answerBytesMax)
    return { malformed: `more than ${answerBytesMax} bytes` };
  const body = isBodyless(status, '') ? 0 : (head.body ?? 'until-close');
  return { status, close: head.close || body === 'until-close', headBytes: end + headEnd.length, body };
}

/** Reads all chunks from `start`, with the trailer (RFC 9112 §7.1). Linear in the bytes. */
function readChunks(
  bytes: Buffer,
  start: number,
): { body: string; end: number } | { malformed: string } | null {
  const pieces: Buffer[] = [];
  let at = start;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at, 'latin1');
    if (lineEnd < 0) return needMore;
    const size = /^([0-9a-fA-F]{1,8})[ \t]*(?:;.*)?$/.exec(bytes.toString('latin1', at, lineEnd))?.[1];
    if (size === undefined) return { malformed: 'a chunk without a size' };
    const length = Number.parseInt(size, 16);
    at = lineEnd + 2;
    if (length === 0) return readTrailer(bytes, at, pieces);
    if (bytes.length < at + length + 2) return needMore;
    pieces.push(bytes.subarray(at, at + length));
    if (bytes.toString('latin1', at + length, at + length + 2) !== '\r\n')
      return { malformed: 'a chunk longer than its size' };
    at += length + 2;
  }
}

function readTrailer(bytes: Buffer, start: number, pieces: Buffer[]): { body: string; end: number } | null {
  let at = start;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at, 'latin1');
    if (lineEnd < 0) return needMore;
    const isLast = lineEnd === at;
    at = lineEnd + 2;
    if (isLast) return { body: Buffer.concat(pieces).toString('utf8'), end: at };
  }
}
