/** The bytes that EDN is made of. */

/** What a byte does to a token: 0 goes on, `space` and `border` end it. */
export const space = 1;
const border = 2;
export const kinds = new Uint8Array(256);
// Control characters stand in no token.
kinds.fill(border, 0, 0x20);
for (const byte of Buffer.from(' ,\t\n\r\f\v\x1c\x1d\x1e\x1f')) kinds[byte] = space;
for (const byte of Buffer.from('()[]{}";\\@^`~\x7f')) kinds[byte] = border;

const code = (character: string): number => character.charCodeAt(0);
export const lineFeed = code('\n');
export const quote = code('"');
export const backslash = code('\\');
export const hash = code('#');
export const colon = code(':');
export const semicolon = code(';');
export const underscore = code('_');
export const minus = code('-');
export const plus = code('+');
export const zero = code('0');
export const nine = code('9');
export const openBrace = code('{');
export const closeBrace = code('}');
export const openBracket = code('[');
export const closeBracket = code(']');
export const openParenthesis = code('(');
export const closeParenthesis = code(')');
