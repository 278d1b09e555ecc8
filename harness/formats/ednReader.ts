/**
 * EDN from a stream of bytes, form by form, as JSON values: keywords, symbols and characters become strings, lists and
 * vectors arrays, sets arrays in order, maps objects; tags are skipped, and so are comments and discarded forms.
 * Source: the EDN specification (github.com/edn-format/edn).
 */
import { isUtf8 } from 'node:buffer';
import type { Json } from '../../nodes/kernel/wire.ts';
import { Names, nullId, type Values } from '../columns/interner.ts';
import { HistoryFileError } from '../historyFile.ts';
import { nameOfValue } from '../specs/describe.ts';
import type { ByteWindow } from './byteWindow.ts';
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

/** Deeper nesting is refused: it could exhaust the stack of whoever walks over the value. */
const depthMax = 100;
/** A single form larger than this is refused: memory is bounded. */
const formBytesMax = 64 * 1024 * 1024;

/** The answer of `attempt` at the end of the stream. */
export const ended = Symbol('the end of the stream');
/** Thrown where the bytes at hand end, caught by `attempt`. */
const needsMore = new Error('more bytes are needed');

/** An integer of fewer digits than this needs no care. */
const easyDigits = 15;

export class EdnReader {
  /** The line of the next byte, from 1. */
  line = 1;
  /** Whether a tag said that something is a tuple of jepsen.independent. */
  sawTupleTag = false;
  /** Keywords and symbols, as they were seen. */
  readonly tokens = new Names();
  private readonly window: ByteWindow;
  private readonly file: string;
  private at = 0;
  private depth = 0;
  private isPlainString = true;

  /** `known` are the first tokens, numbered from 0. */
  constructor(window: ByteWindow, file: string, known: readonly string[] = []) {
    this.window = window;
    this.file = file;
    for (const token of known) this.tokens.idOf(token);
  }

  /**
   * Runs `parse` from where this stands. If the bytes at hand end before it does, it is run again with more of them;
   * at the end of the stream the answer is `ended`, and nothing was read.
   */
  attempt<T>(parse: () => T): T | typeof ended {
    for (;;) {
      const { at, line } = this;
      try {
        return parse();
      } catch (error) {
        if (error !== needsMore) throw error;
        this.line = line;
        this.at = at;
        this.depth = 0;
        if (this.window.end - at > formBytesMax)
          this.refuse(`expected nothing larger than ${formBytesMax / 1024 / 1024} MB in one piece`);
        if (!this.window.advance(at)) return ended;
        this.at = 0;
      }
    }
  }

  refuse(problem: string, line = this.line): never {
    throw new HistoryFileError(this.file, line, problem);
  }

  /** Goes back to a place that is still good. */
  goBack(place: number, line: number): void {
    this.at = place;
    this.line = line;
  }

  /** Goes to the next form, or to what closes the one around it; answers its first byte. */
  peek(): number {
    for (;;) {
      const byte = this.byteAt(this.at);
      if (kinds[byte] === space) {
        if (byte === lineFeed) this.line++;
        this.at++;
      } else if (byte === semicolon) this.skipLine();
      else if (byte === hash && this.byteAt(this.at + 1) === underscore) this.discard();
      else return byte;
    }
  }

  /** Takes the byte that `peek` saw. */
  take(): void {
    this.at++;
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
    const from = this.at + 1;
    const to = this.tokenEnd(from);
    if (to === from) this.refuse(`expected a keyword, found ${this.excerpt()}`);
    this.at = to;
    return this.tokens.idOfCanonical(this.window.bytes, from, to);
  }

  /** Reads a form that is a value of the history: its id. The usual ones make no objects. */
  valueId(values: Values): number {
    const first = this.peek();
    if (first === quote) {
      const from = this.at;
      this.skipString();
      const { bytes } = this.window;
      return this.isPlainString
        ? values.idOfCanonical(bytes, from, this.at)
        : values.idOf(this.textOf(from + 1, this.at - 1));
    }
    const value = this.form();
    return value === null ? nullId : values.idOf(value);
  }

  /** Reads the tag of a form, without the form. */
  tag(): string {
    const from = this.at + 1;
    const to = this.tokenEnd(from);
    if (to === from) this.refuse(`expected a tag, found ${this.excerpt()}`);
    const tag = this.window.bytes.toString('utf8', from, to);
    if (/independent|MapEntry/.test(tag)) this.sawTupleTag = true;
    this.at = to;
    return tag;
  }

  /** Whether a number begins with this byte, which `peek` saw. */
  isNumberAhead(first: number): boolean {
    const digit = first === minus || first === plus ? this.byteAt(this.at + 1) : first;
    return digit >= zero && digit <= nine;
  }

  /** Where the next byte stands; good until more bytes are needed. */
  get place(): number {
    return this.at;
  }

  /** What stands at a place, for messages: the rest of its line, or the beginning of that. */
  excerpt(place = this.at): string {
    const text = this.window.bytes.toString('utf8', place, Math.min(this.window.end, place + 60));
    const line = text.split('\n')[0]?.trimEnd() ?? '';
    return line === '' ? 'the end of the line' : `'${line}${text.includes('\n') ? '' : '…'}'`;
  }

  private byteAt(at: number): number {
    if (at >= this.window.end) throw needsMore;
    return this.window.bytes[at] ?? 0;
  }

  private skipLine(): void {
    while (this.byteAt(this.at) !== lineFeed) this.at++;
  }

  private discard(): void {
    this.at += 2;
    this.enter();
    this.form();
    this.depth--;
  }

  private enter(): void {
    if (++this.depth > depthMax) this.refuse(`expected at most ${depthMax} levels of nesting`);
  }

  private tokenEnd(from: number): number {
    const { bytes, end } = this.window;
    let to = from;
    let all = 0;
    for (; to < end && kinds[bytes[to] ?? 0] === 0; to++) all |= bytes[to] ?? 0;
    if (to === end) throw needsMore;
    if (all >= 0x80 && !isUtf8(bytes.subarray(from, to))) this.refuse('expected UTF-8 text');
    return to;
  }

  private list(close: number): Json[] {
    const items: Json[] = [];
    this.enter();
    this.at++;
    while (this.peek() !== close) items.push(this.form());
    this.at++;
    this.depth--;
    return items;
  }

  private map(): Json {
    const object: Record<string, Json> = {};
    this.enter();
    this.at++;
    while (this.peek() !== closeBrace) {
      const key = this.form();
      const name = typeof key === 'string' ? key : nameOfValue(key);
      if (Object.hasOwn(object, name)) this.refuse(`expected different keys in a map, found '${name}' twice`);
      if (this.peek() === closeBrace) this.refuse(`expected a value after the key '${name}'`);
      put(object, name, this.form());
    }
    this.at++;
    this.depth--;
    return object;
  }

  private set(): Json {
    const named = this.list(closeBrace).map((value) => ({ name: nameOfValue(value), value }));
    named.sort((a, b) => (a.name < b.name ? -1 : 1));
    const twice = named.find(({ name }, at) => name === named[at + 1]?.name);
    if (twice) this.refuse(`expected different elements in a set, found ${twice.name} twice`);
    return named.map(({ value }) => value);
  }

  private dispatched(): Json {
    const next = this.byteAt(this.at + 1);
    if (next === openBrace) {
      this.at++;
      return this.set();
    }
    if (next === quote) {
      this.at++;
      return this.string();
    }
    const tag = this.tag();
    // ##Inf, ##-Inf and ##NaN are no JSON.
    if (tag.startsWith('#')) return `#${tag}`;
    this.enter();
    const value = this.form();
    this.depth--;
    return value;
  }

  private string(): string {
    const from = this.at + 1;
    this.skipString();
    const to = this.at - 1;
    return this.isPlainString ? this.window.bytes.toString('latin1', from, to) : this.textOf(from, to);
  }

  /** Goes behind a string; `isPlainString` then says whether its bytes are what JSON would write. */
  private skipString(): void {
    const { bytes, end } = this.window;
    let to = this.at + 1;
    let isPlain = true;
    for (; to < end && bytes[to] !== quote; to++) {
      const byte = bytes[to] ?? 0;
      if (byte >= 0x20 && byte < 0x80 && byte !== backslash) continue;
      isPlain = false;
      if (byte === lineFeed) this.line++;
      if (byte === backslash) to++;
    }
    if (to >= end) throw needsMore;
    this.at = to + 1;
    this.isPlainString = isPlain;
  }

  /** The text of a string that is not plain. */
  private textOf(from: number, to: number): string {
    const { bytes } = this.window;
    if (!isUtf8(bytes.subarray(from, to))) this.refuse('expected UTF-8 text in a string');
    const text = bytes.toString('utf8', from, to);
    return (
      unescaped(text) ?? this.refuse(`expected the escapes of EDN in a string, found "${text.slice(0, 60)}"`)
    );
  }

  private character(): Json {
    const from = this.at + 1;
    // The first one may be a border of tokens: \( is a character too.
    this.byteAt(from);
    const to = this.tokenEnd(from + 1);
    const token = this.window.bytes.toString('utf8', from, to);
    const character = characterOf(token);
    if (character === undefined) this.refuse(`expected a character, found '\\${token}'`);
    this.at = to;
    return character;
  }

  private number(): Json {
    const { bytes } = this.window;
    const isNegative = bytes[this.at] === minus;
    const from = this.at + (isNegative ? 1 : 0);
    let value = 0;
    let to = from;
    for (; to - from < easyDigits; to++) {
      const digit = this.byteAt(to) - zero;
      if (digit < 0 || digit > 9) break;
      value = 10 * value + digit;
    }
    const isPlain = to > from && kinds[this.byteAt(to)] !== 0 && (to - from === 1 || bytes[from] !== zero);
    if (isPlain) {
      this.at = to;
      return isNegative && value > 0 ? -value : value;
    }
    return this.unusualNumber();
  }

  private unusualNumber(): Json {
    const to = this.tokenEnd(this.at);
    const token = this.window.bytes.toString('utf8', this.at, to);
    const value = numberOf(token);
    if (value === undefined) this.refuse(`expected a number, found '${token.slice(0, 60)}'`);
    this.at = to;
    return value;
  }

  private symbol(): Json {
    const to = this.tokenEnd(this.at);
    if (to === this.at) this.refuse(`expected a value, found ${this.excerpt()}`);
    const symbol = this.tokens.get(this.tokens.idOfCanonical(this.window.bytes, this.at, to));
    if (!/^[\p{L}_*+!?<>=$%&|./'-]/u.test(symbol)) this.refuse(`expected a value, found ${this.excerpt()}`);
    this.at = to;
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
