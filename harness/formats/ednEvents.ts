/**
 * The operations of a Jepsen or Knossos file, from EDN into the columns of a history: maps like
 * `{:process 0, :type :invoke, :f :read, :value nil}`, or tuples `[process type f value]`.
 */
import { infoType, nemesisProcess, opTypes } from '../columns/events.ts';
import type { HistoryBuilder } from '../columns/history.ts';
import { noName, nullId } from '../columns/interner.ts';
import { Growing } from '../columns/growing.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import { nameOfValue } from '../specs/describe.ts';
import type { EdnReader } from './ednReader.ts';
import {
  closeBrace,
  closeBracket,
  closeParenthesis,
  colon,
  hash,
  openBrace,
  openBracket,
  openParenthesis,
} from './ednSyntax.ts';
import { isTransaction, normalized, transactionF } from './transactions.ts';

/** The code of the process of operations that name none; all those are one process. */
export const unnamedProcess = -2;

/** The keys of an operation's map that mean something, then the types: the first tokens of the reader. */
export const knownTokens = [
  ...['process', 'type', 'f', 'value', 'time', 'index', 'error', 'key', 'node'],
  ...opTypes,
] as const;
const tokenOf = (name: (typeof knownTokens)[number]): number => knownTokens.indexOf(name);
const processField = tokenOf('process');
const typeField = tokenOf('type');
const fField = tokenOf('f');
const valueField = tokenOf('value');
const timeField = tokenOf('time');
const indexField = tokenOf('index');
const errorField = tokenOf('error');
const keyField = tokenOf('key');
const nodeField = tokenOf('node');
const invokeToken = tokenOf('invoke');

const noType = -1;
const example = 'a map like {:process 0, :type :invoke, :f :read, :value nil}';

/** Reads one operation after the other into a builder. */
export class EdnEvents {
  /** The line of each event. */
  readonly lines = new Growing(Int32Array);
  /** Whether an `:index` was another one than the place in the file. */
  hasOtherIndices = false;
  private readonly reader: EdnReader;
  private readonly builder: HistoryBuilder;

  // The operation that is being read.
  private process = unnamedProcess;
  private type = noType;
  private f: string | undefined;
  private value = nullId;
  private isTransaction = false;
  private timeNs = 0;
  private error: string | undefined;
  private key: string | undefined;
  private node: string | undefined;

  constructor(reader: EdnReader, builder: HistoryBuilder) {
    this.reader = reader;
    this.builder = builder;
  }

  /** Reads the operation that is ahead and appends it. */
  read(): void {
    const { reader } = this;
    this.clear();
    let first = reader.peek();
    while (first === hash) {
      reader.tag();
      first = reader.peek();
    }
    const { line } = reader.cursor;
    if (first === openBrace) this.readMap();
    else if (first === openBracket) this.readTuple(closeBracket);
    else if (first === openParenthesis) this.readTuple(closeParenthesis);
    else reader.cursor.refuse(`expected an operation, ${example}, found ${reader.cursor.excerpt()}`);
    this.append(line);
  }

  private clear(): void {
    this.process = unnamedProcess;
    this.type = noType;
    this.f = undefined;
    this.value = nullId;
    this.isTransaction = false;
    this.timeNs = this.builder.length;
    this.error = undefined;
    this.key = undefined;
    this.node = undefined;
  }

  private readMap(): void {
    const { reader } = this;
    reader.take();
    for (let first = reader.peek(); first !== closeBrace; first = reader.peek()) {
      if (first === colon) this.readField(reader.keyword());
      else {
        reader.form();
        this.expectValue();
        reader.form();
      }
    }
    reader.take();
  }

  private readField(field: number): void {
    this.expectValue();
    const { reader } = this;
    switch (field) {
      case processField:
        return this.readProcess();
      case typeField:
        return this.readType();
      case fField:
        return this.readF();
      case valueField:
        return this.readValue();
      case timeField:
        return this.readTime();
      case indexField:
        this.hasOtherIndices = reader.form() !== this.builder.length || this.hasOtherIndices;
        return;
      case errorField:
        this.error = errorText(reader.form());
        return;
      case keyField:
        this.key = keyText(reader.form());
        return;
      case nodeField:
        this.node = errorText(reader.form());
        return;
      default:
        reader.form();
    }
  }

  private expectValue(): void {
    if (this.reader.peek() === closeBrace)
      this.reader.cursor.refuse('expected a value after every key of an operation, found the end of its map');
  }

  /** `[process type f value]`, the value may be missing. */
  private readTuple(close: number): void {
    const { reader } = this;
    reader.take();
    this.readProcess();
    this.readType();
    this.readF();
    if (reader.peek() !== close) this.readValue();
    if (reader.peek() !== close)
      reader.cursor.refuse(`expected [process type f value], found ${reader.cursor.excerpt()} beyond it`);
    reader.take();
  }

  private readProcess(): void {
    const { reader } = this;
    if (reader.peek() === colon) {
      reader.keyword();
      this.process = nemesisProcess;
      return;
    }
    const place = reader.cursor.at;
    const process = reader.form();
    if (process === null) return;
    if (typeof process !== 'number' || process < 0 || !Number.isSafeInteger(process))
      return reader.cursor.refuse(
        `expected a process, a whole number from 0 or a keyword, found ${reader.cursor.excerpt(place)}`,
      );
    this.process = this.builder.processes.codeOf(process);
  }

  private readType(): void {
    const { reader } = this;
    const isKeyword = reader.peek() === colon;
    const place = reader.cursor.at;
    const type = isKeyword ? reader.keyword() - invokeToken : noType;
    if (!(type >= 0 && type < opTypes.length))
      reader.cursor.refuse(
        `expected a type, :invoke, :ok, :fail or :info, found ${reader.cursor.excerpt(place)}`,
      );
    this.type = type;
  }

  private readF(): void {
    const { reader } = this;
    reader.peek();
    const place = reader.cursor.at;
    const f = reader.form();
    if (f === null) return;
    if (typeof f !== 'string' || f === '')
      return reader.cursor.refuse(
        `expected :f, the name of an operation, found ${reader.cursor.excerpt(place)}`,
      );
    this.f = f;
  }

  private readTime(): void {
    const time = this.reader.form();
    if (typeof time === 'number') this.timeNs = time;
  }

  /** Operations on transactions are called many things, or nothing: `:read` if they only read … */
  private readValue(): void {
    const { reader } = this;
    const { values } = this.builder;
    const first = reader.peek();
    if (first !== openBracket && first !== openParenthesis) {
      this.value = reader.valueId(values);
      return;
    }
    const value = reader.form();
    this.isTransaction = isTransaction(value);
    this.value = values.idOf(isTransaction(value) ? normalized(value) : value);
  }

  private append(line: number): void {
    const { builder, process, key, node, error } = this;
    if (this.type === noType)
      this.reader.cursor.refuse(`expected an operation with a :type, ${example}`, line);
    if (error !== undefined) builder.errors.add(builder.length, builder.errors.texts.idOf(error));
    builder.appendIds(
      process === nemesisProcess ? infoType : this.type,
      process,
      builder.fNames.idOf(this.fOrRefused(line)),
      key === undefined ? noName : builder.keyNames.idOf(key),
      this.value,
      this.timeNs,
      node === undefined ? noName : builder.nodeNames.idOf(node),
    );
    this.lines.push(line);
  }

  private fOrRefused(line: number): string {
    if (this.process === nemesisProcess) return this.f ?? 'nemesis';
    if (this.isTransaction) return transactionF;
    return this.f ?? this.reader.cursor.refuse(`expected an operation with an :f, ${example}`, line);
  }
}

/** An error of any form as a text. */
function errorText(error: Json): string {
  return typeof error === 'string' ? error : JSON.stringify(error);
}

/** A key of any form as a name. */
export function keyText(key: Json): string {
  return typeof key === 'string' ? key : nameOfValue(key);
}
