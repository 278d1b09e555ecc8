/**
 * EDN from a stream of bytes, form by form, as JSON values: keywords, symbols and characters become strings, lists and
 * vectors arrays, sets arrays in order, maps objects; tags are skipped, and so are comments and discarded forms.
 * Source: the EDN specification (github.com/edn-format/edn).
 */
import { isUtf8 } from 'node:buffer';
import type { Json } from '../../nodes/kernel/wire.ts';
import { Names, nullId, type Values } from '../columns/interner.ts';
import { nameOfValue } from '../specs/describe.ts';
import type { EdnCursor } from './ednCursor.ts';
import { characterOf, numberOf, unescaped } from './ednAtoms.ts';
import {
  backslash,
  closeBrace,
  closeBracket,
  closeParenthesis,
  colon,
  hash,
  kinds,
  lineFeed,
  minus,
  nine,
  openBrace,
  openBracket,
  openParenthesis,
  plus,
  quote,
  semicolon,
  space,
  underscore,
  zero,
} from './ednSyntax.ts';

/** An integer of fewer digits than this needs no care. */
const easyDigits = 15;

export class EdnReader {
  readonly cursor: EdnCursor;
  /** Whether a tag said that something is a tuple of jepsen.independent. */
  sawTupleTag = false;
  /** Keywords and symbols, as they were seen. */
  readonly tokens = new Names();

  /** `known` are the first tokens, numbered from 0. */
  constructor(cursor: EdnCursor, known: readonly string[] = []) {
    this.cursor = cursor;
    for (const token of known) this.tokens.idOf(token);
  }

  /** Goes to the next form, or to what closes the one around it; answers its first byte. */
  peek(): number {
    for (;;) {
      const byte = this.cursor.byteAt(this.cursor.at);
      if (kinds[byte] === space) {
        if (byte === lineFeed) this.cursor.line++;
        this.cursor.at++;
      } else if (byte === semicolon) this.cursor.skipLine();
      else if (byte === hash && this.cursor.byteAt(this.cursor.at + 1) === underscore) this.discard();
      else return byte;
    }
  }

  /** Takes the byte that `peek` saw. */
  take(): void {
    this.cursor.at++;
  }

  /** Reads a form. O(bytes). */
  form(): Json {
    const first = this.peek();
    switch (first) {
      case quote:
        return this.string();
      case colon:
        return this.tokens.get(this.keyword());
      case openBracket:
        return this.list(closeBracket);
      case openParenthesis:
        return this.list(closeParenthesis);
      case openBrace:
        return this.map();
      case hash:
        return this.dispatched();
      case backslash:
        return this.character();
      default:
        return this.isNumberAhead(first) ? this.number() : this.symbol();
    }
  }

  /** Reads a keyword, without its colon: its number in `tokens`. */
  keyword(): number {
    const from = this.cursor.at + 1;
    const to = this.cursor.tokenEnd(from);
    if (to === from) this.cursor.refuse(`expected a keyword, found ${this.cursor.excerpt()}`);
    this.cursor.at = to;
    return this.tokens.idOfCanonical(this.cursor.bytes, from, to);
  }

  /** Reads a form that is a value of the history: its id. The usual ones make no objects. */
  valueId(values: Values): number {
    const first = this.peek();
    if (first === quote) {
      const from = this.cursor.at;
      return this.cursor.skipString()
        ? values.idOfCanonical(this.cursor.bytes, from, this.cursor.at)
        : values.idOf(this.unescaped(from + 1, this.cursor.at - 1));
    }
    const value = this.form();
    return value === null ? nullId : values.idOf(value);
  }

  /** Reads the tag of a form, without the form. */
  tag(): string {
    const from = this.cursor.at + 1;
    const to = this.cursor.tokenEnd(from);
    if (to === from) this.cursor.refuse(`expected a tag, found ${this.cursor.excerpt()}`);
    const tag = this.cursor.text(from, to);
    if (/independent|MapEntry/.test(tag)) this.sawTupleTag = true;
    this.cursor.at = to;
    return tag;
  }

  /** Whether a number begins with this byte, which `peek` saw. */
  isNumberAhead(first: number): boolean {
    const digit = first === minus || first === plus ? this.cursor.byteAt(this.cursor.at + 1) : first;
    return digit >= zero && digit <= nine;
  }

  /** Where the next byte stands; good until more bytes are needed. */
  get place(): number {
    return this.cursor.at;
  }

  private discard(): void {
    this.cursor.at += 2;
    this.cursor.enter();
    this.form();
    this.cursor.leave();
  }

  private list(close: number): Json[] {
    const items: Json[] = [];
    this.cursor.enter();
    this.cursor.at++;
    while (this.peek() !== close) items.push(this.form());
    this.cursor.at++;
    this.cursor.leave();
    return items;
  }

  private map(): Json {
    const object: Record<string, Json> = {};
    this.cursor.enter();
    this.cursor.at++;
    while (this.peek() !== closeBrace) {
      const key = this.form();
      const name = typeof key === 'string' ? key : nameOfValue(key);
      if (Object.hasOwn(object, name))
        this.cursor.refuse(`expected different keys in a map, found '${name}' twice`);
      if (this.peek() === closeBrace) this.cursor.refuse(`expected a value after the key '${name}'`);
      put(object, name, this.form());
    }
    this.cursor.at++;
    this.cursor.leave();
    return object;
  }

  private set(): Json {
    const named = this.list(closeBrace).map((value) => ({ name: nameOfValue(value), value }));
    named.sort((a, b) => (a.name < b.name ? -1 : 1));
    const twice = named.find(({ name }, at) => name === named[at + 1]?.name);
    if (twice) this.cursor.refuse(`expected different elements in a set, found ${twice.name} twice`);
    return named.map(({ value }) => value);
  }

  private dispatched(): Json {
    const next = this.cursor.byteAt(this.cursor.at + 1);
    if (next === openBrace) {
      this.cursor.at++;
      return this.set();
    }
    if (next === quote) {
      this.cursor.at++;
      return this.string();
    }
    const tag = this.tag();
    // ##Inf, ##-Inf and ##NaN are no JSON.
    if (tag.startsWith('#')) return `#${tag}`;
    this.cursor.enter();
    const value = this.form();
    this.cursor.leave();
    return value;
  }

  private string(): string {
    const { cursor } = this;
    const from = cursor.at + 1;
    const isPlain = cursor.skipString();
    const to = cursor.at - 1;
    return isPlain ? cursor.bytes.toString('latin1', from, to) : this.unescaped(from, to);
  }

  /** The text of a string that JSON would write otherwise. */
  private unescaped(from: number, to: number): string {
    const { cursor } = this;
    if (!isUtf8(cursor.bytes.subarray(from, to))) cursor.refuse('expected UTF-8 text in a string');
    const text = cursor.text(from, to);
    return (
      unescaped(text) ??
      cursor.refuse(`expected the escapes of EDN in a string, found "${text.slice(0, 60)}"`)
    );
  }

  private character(): Json {
    const from = this.cursor.at + 1;
    // The first one may be a border of tokens: \( is a character too.
    this.cursor.byteAt(from);
    const to = this.cursor.tokenEnd(from + 1);
    const token = this.cursor.text(from, to);
    const character = characterOf(token);
    if (character === undefined) this.cursor.refuse(`expected a character, found '\\${token}'`);
    this.cursor.at = to;
    return character;
  }

  private number(): Json {
    const { bytes } = this.cursor;
    const isNegative = bytes[this.cursor.at] === minus;
    const from = this.cursor.at + (isNegative ? 1 : 0);
    let value = 0;
    let to = from;
    for (; to - from < easyDigits; to++) {
      const digit = this.cursor.byteAt(to) - zero;
      if (digit < 0 || digit > 9) break;
      value = 10 * value + digit;
    }
    const isPlain =
      to > from && kinds[this.cursor.byteAt(to)] !== 0 && (to - from === 1 || bytes[from] !== zero);
    if (isPlain) {
      this.cursor.at = to;
      return isNegative && value > 0 ? -value : value;
    }
    return this.unusualNumber();
  }

  private unusualNumber(): Json {
    const to = this.cursor.tokenEnd(this.cursor.at);
    const token = this.cursor.text(this.cursor.at, to);
    const value = numberOf(token);
    if (value === undefined) this.cursor.refuse(`expected a number, found '${token.slice(0, 60)}'`);
    this.cursor.at = to;
    return value;
  }

  private symbol(): Json {
    const to = this.cursor.tokenEnd(this.cursor.at);
    if (to === this.cursor.at) this.cursor.refuse(`expected a value, found ${this.cursor.excerpt()}`);
    const symbol = this.tokens.get(this.tokens.idOfCanonical(this.cursor.bytes, this.cursor.at, to));
    if (!/^[\p{L}_*+!?<>=$%&|./'-]/u.test(symbol))
      this.cursor.refuse(`expected a value, found ${this.cursor.excerpt()}`);
    this.cursor.at = to;
    if (symbol === 'nil') return null;
    return symbol === 'true' ? true : symbol === 'false' ? false : symbol;
  }
}

/** `__proto__` is a name like any other. */
function put(object: Record<string, Json>, name: string, value: Json): void {
  if (name === '__proto__')
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  else object[name] = value;
}
