/** A hash of texts: FNV-1a over UTF-16 units, mixed as in MurmurHash3, so that short names spread over all bits. */

/** 32 bits, unsigned; another `seed` gives an independent hash. O(length). */
export function hash32(text: string, seed = 0): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** 53 bits: the most that a JSON number holds exactly. */
export function digestOf(text: string): number {
  return (hash32(text, 0x9e3779b9) >>> 11) * 2 ** 32 + hash32(text);
}
