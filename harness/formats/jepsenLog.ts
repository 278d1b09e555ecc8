/**
 * Logs of Jepsen, as its etcd test wrote them and as Porcupine keeps them:
 *
 *     INFO  jepsen.util - 3	:invoke	:cas	[1 2]
 *     INFO  jepsen.util - 3	:fail	:cas	[1 2]
 *     INFO  jepsen.util - 0	:info	:write	:timed-out
 *
 * Process, type, operation, value, perhaps an error, as EDN, between tabs or spaces. Other lines of the log are skipped.
 * A keyword in the place of the value of what failed or is open says why: it is an error, not a value.
 */
import { infoType, nemesisProcess, okType, opTypes, usualReading } from '../columns/events.ts';
import { Growing } from '../columns/growing.ts';
import { History, HistoryBuilder } from '../columns/history.ts';
import { noName } from '../columns/interner.ts';
import { HistoryFileError } from '../historyFile.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import { ByteWindow, type ByteSource } from './byteWindow.ts';
import { EdnCursor, ended } from './ednCursor.ts';
import { EdnReader } from './ednReader.ts';
import { colon } from './ednSyntax.ts';
import { withBytesOf } from './fileBytes.ts';
import type { HistoryFormat, HistoryRead } from './format.ts';
import { linesOf } from './lines.ts';
import { retireProcesses } from './retiredProcesses.ts';

/** Where a line begins to tell of an operation: a process, then a keyword. Bounded, so that no line takes long. */
const operation = /\bjepsen\S{0,40}[ \t]{1,8}(?:-[ \t]{1,8})?(?=(?:\d{1,20}|:[\w-]{1,40})[ \t]{1,8}:)/;
/** What nearly all operations look like. */
const usual =
  /^(\d+)[ \t]+:(invoke|ok|fail|info)[ \t]+:(read|write|cas)[ \t]+(nil|\d{1,15}|\[\d{1,15} \d{1,15}\]|:[a-z-]{1,40})\s*$/;
const logLine = /\b(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL)\b/;
const example = "'INFO  jepsen.util - 3 :invoke :read nil'";

interface Event {
  readonly process: number | 'nemesis';
  readonly type: number;
  readonly f: string;
  readonly value: Json;
  readonly error?: string;
}

/** Reads the operations of a log; `file` is for messages. O(bytes). */
export function readJepsenLog(file: string, source: ByteSource): HistoryRead {
  const refuse = (line: number, problem: string): never => {
    throw new HistoryFileError(file, line, problem);
  };
  const builder = new HistoryBuilder();
  const lines = new Growing(Int32Array);
  let isLog = false;
  let other: number | undefined;
  for (const { number, text } of linesOf(source, refuse)) {
    const start = operation.exec(text);
    if (start) {
      const rest = text.slice(start.index + start[0].length);
      append(builder, usualEvent(rest) ?? unusualEvent(file, number, rest));
      lines.push(number);
    } else if (text.trim() !== '') {
      isLog ||= logLine.test(text);
      other ??= number;
    }
  }
  if (builder.length === 0 && !isLog && other !== undefined)
    refuse(other, `expected a log with lines like ${example}, found none in the whole file`);
  const { events, warnings } = retireProcesses(builder.build().events);
  const isSilent = builder.length === 0 && isLog;
  return {
    history: new History(events),
    lineOf: (index) => lines.at(index) ?? 1,
    warnings: [...warnings, ...(isSilent ? [`the log has no line like ${example}`] : [])].map(
      (warning) => `${file}: ${warning}`,
    ),
  };
}

function append(builder: HistoryBuilder, { process, type, f, value, error }: Event): void {
  if (error !== undefined) builder.errors.add(builder.length, builder.errors.texts.idOf(error));
  const isNemesis = process === 'nemesis';
  builder.appendIds(
    isNemesis ? infoType : type,
    isNemesis ? nemesisProcess : builder.processes.codeOf(process),
    builder.fNames.idOf(f),
    noName,
    builder.values.idOf(value),
    builder.length,
  );
}

function usualEvent(text: string): Event | undefined {
  const [, actor, name = '', f = '', value = ''] = usual.exec(text) ?? [];
  if (actor === undefined) return undefined;
  const process = Number(actor);
  const type = opTypes.indexOf(name as (typeof opTypes)[number]);
  if (value.startsWith(':'))
    return type === okType ? undefined : { process, type, f, value: null, error: value.slice(1) };
  return { process, type, f, value: value === 'nil' ? null : (JSON.parse(value.replace(' ', ',')) as Json) };
}

/** Reads the elements as EDN; refuses what is no operation after all. */
function unusualEvent(file: string, line: number, text: string): Event {
  const reader = new EdnReader(
    new EdnCursor(new ByteWindow(bytesOf(text), Buffer.byteLength(text) + 2), file),
  );
  reader.cursor.line = line;
  const refuse = (what: string): never => {
    throw new HistoryFileError(file, line, `expected ${what}, found '${text.slice(0, 80)}'`);
  };
  const elements: { readonly form: Json; readonly isKeyword: boolean }[] = [];
  for (const what of ['a process', 'a type', 'an operation', 'a value', 'an error']) {
    const element = reader.cursor.attempt(() => ({
      isKeyword: reader.peek() === colon,
      form: reader.form(),
    }));
    if (element !== ended) elements.push(element);
    else if (elements.length < 4) return refuse(`${what} in a line like ${example}`);
  }
  const [actor, type, f, value, error] = elements;
  const typeCode = opTypes.findIndex((name) => name === type?.form);
  if (typeCode === -1) return refuse('a type, :invoke, :ok, :fail or :info');
  if (typeof f?.form !== 'string') return refuse('the name of an operation');
  const isReason = value?.isKeyword === true && typeCode !== okType;
  const reason = error?.form ?? (isReason ? value.form : null);
  return {
    process: typeof actor?.form === 'number' ? actor.form : 'nemesis',
    type: typeCode,
    f: f.form,
    value: isReason ? null : (value?.form ?? null),
    ...(reason === null ? {} : { error: typeof reason === 'string' ? reason : JSON.stringify(reason) }),
  };
}

function bytesOf(text: string): ByteSource {
  let rest = Buffer.from(text);
  return (into) => {
    const count = rest.copy(into);
    rest = rest.subarray(count);
    return count;
  };
}

export const jepsenLog: HistoryFormat = {
  name: 'jepsen-log',
  meaning: `Jepsen's log of its etcd test: lines ${example}`,
  readings: [{ of: 'operations', reading: usualReading }],
  recognises: (file, head) => operation.test(head) || (logLine.test(head) && file.endsWith('.log')),
  read: (file, onBytes) => withBytesOf(file, (source) => readJepsenLog(file, source), onBytes),
};
