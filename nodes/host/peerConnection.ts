/**
 * A kept-alive connection to a peer: one question at a time, head and body in one write, and its answer. It is an HTTP
 * client for nothing but the server in http.ts, whose answers are whole and say their length: all that `node:http`
 * does besides would cost a busy leader a good part of its processor time (README.md).
 */
import { connect, type Socket } from 'node:net';

/** What an answer may have at most; its sender keeps far below (peers.ts). */
const answerBytesMax = 1024 * 1024;
const headEnd = '\r\n\r\n';

export class PeerConnection {
  readonly url: URL;
  private readonly socket: Socket;
  private readonly onClosed: () => void;
  private chunks: Buffer[] = [];
  private onAnswer: ((body: string | null) => void) | null = null;
  private isClosed = false;

  constructor(url: URL, onClosed: () => void) {
    this.url = url;
    this.onClosed = onClosed;
    this.socket = connect({ host: url.hostname, port: Number(url.port || 80), noDelay: true });
    this.socket.on('data', (chunk: Buffer) => this.onData(chunk));
    this.socket.on('error', () => this.close());
    this.socket.on('close', () => this.close());
  }

  /** Asks while nothing else is asked. `onAnswer` gets the body of a 200, or null if none can come any more; once. */
  ask(path: string, body: string, onAnswer: (body: string | null) => void): void {
    this.onAnswer = onAnswer;
    this.socket.write(
      `POST ${path} HTTP/1.1\r\nHost: ${this.url.host}\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}${headEnd}${body}`,
    );
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.socket.destroy();
    this.onClosed();
    this.finish(null);
  }

  private onData(chunk: Buffer): void {
    this.chunks.push(chunk);
    const bytes = this.chunks.length === 1 ? chunk : Buffer.concat(this.chunks);
    const answer = this.onAnswer === null ? 'malformed' : answerIn(bytes);
    if (answer === 'malformed') return this.close();
    if (answer === 'incomplete') {
      this.chunks = [bytes];
      return;
    }
    this.chunks = [];
    this.finish(answer.body);
  }

  private finish(body: string | null): void {
    const { onAnswer } = this;
    this.onAnswer = null;
    onAnswer?.(body);
  }
}

/** Takes bytes for malformed, too, that no question has asked for, and answers that refuse the question. */
function answerIn(bytes: Buffer): { body: string } | 'incomplete' | 'malformed' {
  const headBytes = bytes.indexOf(headEnd, 0, 'latin1');
  if (headBytes < 0) return bytes.length > answerBytesMax ? 'malformed' : 'incomplete';
  const head = bytes.toString('latin1', 0, headBytes);
  const length = /\r\ncontent-length: *(\d{1,9})(?:\r\n|$)/i.exec(head)?.[1];
  if (!head.startsWith('HTTP/1.1 200 ') || length === undefined) return 'malformed';
  const bodyAt = headBytes + headEnd.length;
  const end = bodyAt + Number(length);
  if (Number(length) > answerBytesMax || bytes.length > end) return 'malformed';
  return bytes.length < end ? 'incomplete' : { body: bytes.toString('utf8', bodyAt) };
}
