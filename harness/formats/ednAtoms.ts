/**
 * The atoms of EDN as JSON values. What JSON cannot hold exactly is kept as a string, spelled as in the file, so that
 * values are equal exactly if they were: integers beyond 2^53, decimals with more digits than a float has, ratios.
 * Source: the EDN specification, and what Clojure's printer writes beyond it (`0x1f` in `#object[…]`).
 */
import type { Json } from '../../nodes/kernel/wire.ts';

const integer = /^[+-]?(?:0|[1-9]\d*)N?$/;
const decimal = /^[+-]?(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][+-]?\d+)?M?$/;
const other = /^[+-]?(?:\d+\/\d+|0[xX][\da-fA-F]+N?|\d+r[\da-zA-Z]+)$/;
/** A float holds every decimal of so many digits. */
const exactDigits = 15;

/** A token that begins as a number does; undefined if it is none. */
export function numberOf(token: string): Json | undefined {
  if (integer.test(token)) {
    const value = Number(token.endsWith('N') ? token.slice(0, -1) : token);
    if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
    return `${token.replace(/^\+|N$/g, '')}N`;
  }
  if (decimal.test(token)) {
    const value = Number(token.endsWith('M') ? token.slice(0, -1) : token);
    const isExact = token.endsWith('M') ? token.replace(/[eE].*|\D/g, '').length <= exactDigits : true;
    return isExact && Number.isFinite(value) ? value : token;
  }
  return other.test(token) ? token : undefined;
}

const namedCharacters: Readonly<Record<string, string>> = {
  newline: '\n',
  return: '\r',
  space: ' ',
  tab: '\t',
  formfeed: '\f',
  backspace: '\b',
};

/** What stands after the backslash of a character; undefined if it is none. */
export function characterOf(token: string): string | undefined {
  if ([...token].length === 1) return token;
  if (Object.hasOwn(namedCharacters, token)) return namedCharacters[token];
  if (/^u[\da-fA-F]{4}$/.test(token)) return String.fromCharCode(parseInt(token.slice(1), 16));
  if (/^o[0-3]?[0-7]{1,2}$/.test(token)) return String.fromCharCode(parseInt(token.slice(1), 8));
  return undefined;
}

const escaped: Readonly<Record<string, string>> = {
  t: '\t',
  r: '\r',
  n: '\n',
  b: '\b',
  f: '\f',
  '\\': '\\',
  '"': '"',
};

/** A string's text without its quotes, its escapes resolved; undefined if one of them is none. */
export function unescaped(text: string): string | undefined {
  let isKnown = true;
  const plain = text.replace(/\\(u[\da-fA-F]{4}|[0-3]?[0-7]{1,2}|[^])/g, (_, escape: string) => {
    if (escape.length > 1 && escape.startsWith('u'))
      return String.fromCharCode(parseInt(escape.slice(1), 16));
    if (/^[0-7]/.test(escape)) return String.fromCharCode(parseInt(escape, 8));
    const character = Object.hasOwn(escaped, escape) ? escaped[escape] : undefined;
    isKnown &&= character !== undefined;
    return character ?? '';
  });
  return isKnown ? plain : undefined;
}
