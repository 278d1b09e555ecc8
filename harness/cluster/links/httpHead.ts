/**
 * The head of an HTTP/1.1 message, as far as its framing needs it (RFC 9112 §6): where the body ends, and whether the
 * connection lives on. Used by the links, which cut streams into messages, and by the client, which reads answers.
 */

/** How the end of a body is found. `opaque`: not by counting bytes (chunked, until close, or contradictory). */
export type BodyLength = number | 'chunked' | 'opaque' | null;

export interface HttpHead {
  readonly startLine: string;
  /** null: the head names no length. */
  readonly body: BodyLength;
  /** The sender closes the connection after this message. */
  readonly close: boolean;
}

/** Bytes between the head and the body. */
export const headEnd = '\r\n\r\n';

const contentLengthHeader = /\r\ncontent-length:[ \t]*([^\r\n]*)/gi;
const transferEncodingHeader = /\r\ntransfer-encoding:[ \t]*([^\r\n]*)/i;
const connectionHeader = /\r\nconnection:[ \t]*([^\r\n]*)/i;

/** Parses a head, given without its final empty line. Linear in its length. */
export function parseHead(head: string): HttpHead {
  const lineEnd = head.indexOf('\r\n');
  const startLine = lineEnd < 0 ? head : head.slice(0, lineEnd);
  const connection = connectionHeader.exec(head)?.[1]?.toLowerCase() ?? '';
  const isOld = startLine.startsWith('HTTP/1.0') || startLine.endsWith('HTTP/1.0');
  return {
    startLine,
    body: bodyLength(head),
    close: connection.includes('close') || (isOld && !connection.includes('keep-alive')),
  };
}

/** Two different lengths, or a length beside an encoding, are how requests are smuggled: nobody may guess (§6.3). */
function bodyLength(head: string): BodyLength {
  const encoding = transferEncodingHeader.exec(head)?.[1];
  const lengths = [...head.matchAll(contentLengthHeader)].map((found) => (found[1] ?? '').trim());
  const length = lengths[0];
  if (encoding !== undefined)
    return length === undefined && encoding.trim().toLowerCase() === 'chunked' ? 'chunked' : 'opaque';
  if (length === undefined) return null;
  if (lengths.some((other) => other !== length) || !/^\d{1,15}$/.test(length)) return 'opaque';
  return Number(length);
}

/** The status of an answer's start line; NaN when it is none. */
export function statusOf(startLine: string): number {
  return Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(startLine)?.[1] ?? Number.NaN);
}

/** Whether an answer has no body whatever its head says (§6.3): interim, 204, 304, and answers to HEAD. */
export function isBodyless(status: number, method: string): boolean {
  return status < 200 || status === 204 || status === 304 || method === 'HEAD';
}
