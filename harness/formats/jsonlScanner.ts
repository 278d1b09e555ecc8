/**
 * The fast way to read history.jsonl: lines as the harness itself writes them go from bytes straight into columns.
 *
 *   {"index":7,"timeNs":205941,"process":2,"type":"ok","f":"read","key":"k0","value":[1,2],"error":"…","node":"n3"}
 *
 * A line that differs from this by as much as a space is not taken. Then nothing has happened yet, and the slow way
 * says what the line means, or what is wrong with it.
 */
import { isUtf8 } from 'node:buffer';
import { failType, infoType, invokeType, okType } from '../columns/events.ts';
import type { HistoryBuilder } from '../columns/history.ts';
import { falseId, noName, nullId, trueId } from '../columns/interner.ts';
import { CanonicalJson, endOfConstant, endOfLiteral, unrecognised } from './canonicalJson.ts';

const literal = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const indexMember = literal('{"index":');
const timeMember = literal(',"timeNs":');
const processMember = literal(',"process":');
const nemesisName = literal('"nemesis"');
const nemesis = -1;
const typeMember = literal(',"type":"');
const types = [
  { code: invokeType, text: literal('invoke"') },
  { code: okType, text: literal('ok"') },
  { code: failType, text: literal('fail"') },
  { code: infoType, text: literal('info"') },
] as const;
const fMember = literal(',"f":"');
const keyMember = literal(',"key":"');
const valueMember = literal(',"value":');
const errorMember = literal(',"error":"');
const nodeMember = literal(',"node":"');

const quote = 0x22;
const comma = 0x2c;
const arrayStart = 0x5b;
const letterF = 0x66;
const letterN = 0x6e;
const letterT = 0x74;
const objectStart = 0x7b;
const objectEnd = 0x7d;
const lineFeed = 0x0a;

/** Takes lines into a builder. What a scan has found stands in the fields until the line is taken as a whole. */
export class JsonlScanner {
  private readonly builder: HistoryBuilder;
  private readonly json = new CanonicalJson();
  private timeNs = 0;
  /** The number of the process; −1 for the nemesis. */
  private process = nemesis;
  private type: number = invokeType;
  // Where the strings stand, without their quotes; a start of 0 means that there is none.
  private fStart = 0;
  private fEnd = 0;
  private keyStart = 0;
  private keyEnd = 0;
  private errorStart = 0;
  private errorEnd = 0;
  private nodeStart = 0;
  private nodeEnd = 0;
  /** Where a string, array or object stands that is the value; else the value is a number, or has the id. */
  private valueStart = 0;
  private valueEnd = 0;
  private valueId: number = nullId;
  private isNumber = false;
  private number = 0;

  constructor(builder: HistoryBuilder) {
    this.builder = builder;
  }

  /**
   * Takes the line that begins at `from` as the next event. Answers where the next line begins, or `unrecognised`;
   * then nothing was appended. Somewhere after `from` there must be a line feed.
   */
  take(bytes: Uint8Array, from: number): number {
    const { json } = this;
    json.bytes = bytes;
    json.isBeyondAscii = false;
    let at = this.afterHead(bytes, from);
    if (at !== unrecognised) at = this.afterNames(bytes, at);
    if (at !== unrecognised) at = this.afterValue(bytes, at);
    if (at !== unrecognised) at = this.afterTail(bytes, at);
    if (at === unrecognised || bytes[at] !== objectEnd || bytes[at + 1] !== lineFeed) return unrecognised;
    if (json.isBeyondAscii && !isUtf8(bytes.subarray(from, at))) return unrecognised;
    this.append(bytes);
    return at + 2;
  }

  /** Index, time, process and type. */
  private afterHead(bytes: Uint8Array, from: number): number {
    const { json } = this;
    let at = endOfLiteral(bytes, from, indexMember);
    if (at === unrecognised) return unrecognised;
    at = json.endOfNatural(at);
    if (at === unrecognised || json.number !== this.builder.length) return unrecognised;
    at = endOfLiteral(bytes, at, timeMember);
    if (at === unrecognised) return unrecognised;
    at = json.endOfDecimal(at);
    this.timeNs = json.number;
    if (at === unrecognised) return unrecognised;
    at = endOfLiteral(bytes, at, processMember);
    if (at === unrecognised) return unrecognised;
    at = this.afterProcess(bytes, at);
    if (at === unrecognised) return unrecognised;
    at = endOfLiteral(bytes, at, typeMember);
    return at === unrecognised ? unrecognised : this.afterType(bytes, at);
  }

  private afterProcess(bytes: Uint8Array, at: number): number {
    if (bytes[at] === quote) {
      this.process = nemesis;
      return endOfLiteral(bytes, at, nemesisName);
    }
    const end = this.json.endOfNatural(at);
    if (end !== unrecognised) this.process = this.json.number;
    return end;
  }

  private afterType(bytes: Uint8Array, at: number): number {
    for (const { code, text } of types) {
      const end = endOfLiteral(bytes, at, text);
      if (end === unrecognised) continue;
      this.type = code;
      return this.process === nemesis && code !== infoType ? unrecognised : end;
    }
    return unrecognised;
  }

  /** The operation and its key. */
  private afterNames(bytes: Uint8Array, from: number): number {
    const { json } = this;
    let at = endOfLiteral(bytes, from, fMember);
    if (at === unrecognised) return unrecognised;
    this.fStart = at;
    this.fEnd = at = json.endOfString(at);
    if (at === unrecognised || at === this.fStart) return unrecognised;
    this.keyStart = 0;
    const start = endOfLiteral(bytes, ++at, keyMember);
    if (start === unrecognised) return at;
    this.keyStart = start;
    this.keyEnd = json.endOfString(start);
    return this.keyEnd === unrecognised ? unrecognised : this.keyEnd + 1;
  }

  private afterValue(bytes: Uint8Array, from: number): number {
    const { json } = this;
    const at = endOfLiteral(bytes, from, valueMember);
    if (at === unrecognised) return unrecognised;
    this.valueStart = 0;
    this.isNumber = false;
    const byte = bytes[at];
    if (byte === quote || byte === arrayStart || byte === objectStart) {
      this.valueStart = at;
      if (byte !== quote) return (this.valueEnd = json.endOfContainer(at));
      const end = json.endOfString(at + 1);
      return end === unrecognised ? unrecognised : (this.valueEnd = end + 1);
    }
    if (byte === letterN || byte === letterT || byte === letterF) {
      this.valueId = byte === letterN ? nullId : byte === letterT ? trueId : falseId;
      return endOfConstant(bytes, at);
    }
    this.isNumber = true;
    const end = json.endOfNumber(at);
    this.number = json.number;
    return end;
  }

  /** Error and node, where there are any. */
  private afterTail(bytes: Uint8Array, from: number): number {
    this.errorStart = 0;
    this.nodeStart = 0;
    let at = from;
    if (bytes[at] !== comma) return at;
    const error = endOfLiteral(bytes, at, errorMember);
    if (error !== unrecognised) {
      this.errorStart = error;
      this.errorEnd = this.json.endOfString(error);
      if (this.errorEnd === unrecognised) return unrecognised;
      at = this.errorEnd + 1;
      if (bytes[at] !== comma) return at;
    }
    const node = endOfLiteral(bytes, at, nodeMember);
    if (node === unrecognised) return unrecognised;
    this.nodeStart = node;
    this.nodeEnd = this.json.endOfString(node);
    return this.nodeEnd === unrecognised || this.nodeEnd === node ? unrecognised : this.nodeEnd + 1;
  }

  private append(bytes: Uint8Array): void {
    const { builder, keyStart, nodeStart } = this;
    const value = this.valueIdIn(bytes);
    if (this.errorStart !== 0)
      builder.errors.add(
        builder.length,
        builder.errors.texts.idOfCanonical(bytes, this.errorStart, this.errorEnd),
      );
    builder.appendIds(
      this.type,
      builder.processes.codeOf(this.process === nemesis ? 'nemesis' : this.process),
      builder.fNames.idOfCanonical(bytes, this.fStart, this.fEnd),
      keyStart === 0 ? noName : builder.keyNames.idOfCanonical(bytes, keyStart, this.keyEnd),
      value,
      this.timeNs,
      nodeStart === 0 ? noName : builder.nodeNames.idOfCanonical(bytes, nodeStart, this.nodeEnd),
    );
  }

  private valueIdIn(bytes: Uint8Array): number {
    const { values } = this.builder;
    if (this.isNumber) return values.idOf(this.number);
    return this.valueStart === 0 ? this.valueId : values.idOfCanonical(bytes, this.valueStart, this.valueEnd);
  }
}
