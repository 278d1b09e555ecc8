/** Texts as the readers of formats get them: bytes, in pieces. */
import type { ByteSource } from '../../../harness/formats/byteWindow.ts';

/** The bytes of a text, at most `pieceBytes` at a time. */
export function sourceOf(text: string | Uint8Array, pieceBytes = Infinity): ByteSource {
  let rest = Buffer.from(text);
  return (into) => {
    const piece = rest.subarray(0, Math.min(pieceBytes, into.length));
    into.set(piece);
    rest = rest.subarray(piece.length);
    return piece.length;
  };
}
