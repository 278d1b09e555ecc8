/**
 * Cuts one direction of an HTTP/1.1 connection into whole messages, so that a link can decide on each as a whole. What
 * cannot be framed by a Content-Length (chunked bodies, upgrades, huge or malformed messages) turns the parser opaque:
 * from there on it hands over chunks of bytes as they come.
 */
import { headEnd, isBodyless, parseHead, statusOf, type HttpHead } from './httpHead.ts';

/** A whole message, or (opaque) a piece of a stream that nobody can cut into messages. */
export interface Frame {
  readonly bytes: Buffer;
  readonly opaque: boolean;
  /** The method of a request; empty for answers and opaque pieces. */
  readonly method: string;
}

/** What a parser may hold back while it waits for the rest of a message; beyond this it turns opaque. */
export const frameBytesMax = 16 * 1024 * 1024;
const headBytesMax = 64 * 1024;
/** Enough to tell a method or a protocol from anything else. */
const startBytes = 24;

/** Says how many bytes of body follow this head, or `opaque`. */
type BodyRule = (head: HttpHead) => number | 'opaque';

interface Grammar {
  /** Whether these first bytes can begin a message: what cannot must not wait for the end of a head. */
  mayBegin(start: string): boolean;
  readonly bodyRule: BodyRule;
}

export class FrameParser {
  private readonly grammar: Grammar;
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  /** Size of the message being read, known once its head is complete. */
  private expectedBytes: number | null = null;
  private method = '';
  private isOpaque = false;

  constructor(grammar: Grammar) {
    this.grammar = grammar;
  }

  get opaque(): boolean {
    return this.isOpaque;
  }

  /** Takes bytes and returns what is complete, in order. No byte is lost or changed. */
  push(chunk: Buffer): Frame[] {
    const frames: Frame[] = [];
    this.pending.push(chunk);
    this.pendingBytes += chunk.length;
    while (this.pendingBytes > 0) {
      const frame = this.take();
      if (frame === null) break;
      frames.push(frame);
    }
    return frames;
  }

  /** Gives up framing; returns what was held back. Also right at the end of a stream. */
  becomeOpaque(): Frame[] {
    this.isOpaque = true;
    const rest = this.take();
    return rest === null ? [] : [rest];
  }

  private take(): Frame | null {
    if (!this.isOpaque && this.expectedBytes === null) this.readHead();
    if (this.isOpaque) {
      const bytes = this.joined();
      this.pending = [];
      this.pendingBytes = 0;
      return bytes.length === 0 ? null : { bytes, opaque: true, method: '' };
    }
    const size = this.expectedBytes;
    if (size === null || this.pendingBytes < size) return null;
    const bytes = this.joined();
    this.pending = bytes.length === size ? [] : [bytes.subarray(size)];
    this.pendingBytes -= size;
    this.expectedBytes = null;
    return {
      bytes: bytes.length === size ? bytes : bytes.subarray(0, size),
      opaque: false,
      method: this.method,
    };
  }

  private readHead(): void {
    const bytes = this.joined();
    const end = bytes.indexOf(headEnd, 0, 'latin1');
    if (end < 0) {
      const start = bytes.toString('latin1', 0, startBytes);
      this.isOpaque = bytes.length > headBytesMax || !this.grammar.mayBegin(start);
      return;
    }
    const head = parseHead(bytes.toString('latin1', 0, end));
    const body = this.grammar.bodyRule(head);
    const size = body === 'opaque' ? Infinity : end + headEnd.length + body;
    if (size > frameBytesMax) {
      this.isOpaque = true;
      return;
    }
    this.expectedBytes = size;
    this.method = head.startLine.slice(0, Math.max(0, head.startLine.indexOf(' ')));
  }

  private joined(): Buffer {
    const [only] = this.pending;
    if (only !== undefined && this.pending.length === 1) return only;
    const bytes = Buffer.concat(this.pending);
    this.pending = [bytes];
    return bytes;
  }
}

/**
 * Frames a stream of requests. A request without a length has no body (RFC 9112 §6.3). One that offers an upgrade is
 * framed like any other: only the answer 101 changes the protocol.
 */
export function requestParser(): FrameParser {
  return new FrameParser({
    mayBegin: (start) => /^[A-Z]+( |$)/.test(start),
    bodyRule: ({ startLine, body }) => {
      if (!/ HTTP\/1\.[01]$/.test(startLine) || startLine.startsWith('CONNECT ')) return 'opaque';
      return typeof body === 'number' ? body : body === null ? 0 : 'opaque';
    },
  });
}

/**
 * Frames a stream of answers. `nextMethod` gives the method of the request that the next final answer belongs to. An
 * answer without a length goes on until the connection closes.
 */
export function answerParser(nextMethod: () => string | undefined): FrameParser {
  return new FrameParser({
    mayBegin: (start) => start.startsWith('HTTP/1.') || 'HTTP/1.'.startsWith(start),
    bodyRule: ({ startLine, body }) => {
      const status = statusOf(startLine);
      if (Number.isNaN(status) || status === 101) return 'opaque';
      if (status < 200) return 0;
      const method = nextMethod();
      if (method === undefined) return 'opaque';
      if (isBodyless(status, method)) return 0;
      return typeof body === 'number' ? body : 'opaque';
    },
  });
}
