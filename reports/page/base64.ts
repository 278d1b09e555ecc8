/** Base64 of bytes, without the platform's help (`btoa` wants strings, `Buffer` is Node's). */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export function base64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = [bytes[at], bytes[at + 1], bytes[at + 2]];
    const triple = (a << 16) | (b << 8) | c;
    parts.push(digit(triple >> 18) + digit(triple >> 12) + digit(triple >> 6) + digit(triple));
  }
  const missing = (3 - (bytes.length % 3)) % 3;
  const text = parts.join('');
  return missing === 0 ? text : text.slice(0, -missing) + '='.repeat(missing);
}

function digit(bits: number): string {
  return alphabet.charAt(bits & 63);
}
