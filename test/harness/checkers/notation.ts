/**
 * Histories as people draw them. A line is a process, columns are time:
 *
 *     spec: register
 *     says: read of x by process 0 (ops 4–5) answered 1, but …     (only of invalid ones; a line per anomaly)
 *     checker: convergence                                         (where it is not linearizable)
 *
 *     p0  |- x: write 1 -|                      |- x: read -> 1 -|
 *     p1                   |- x: write 2 -|
 *
 * `-|` completes, `-x` fails, `-?` is left open. What stands after `->` is the answer, else it repeats the question;
 * words are strings, everything else is JSON. A key is optional. Operations that touch in a column overlap. After an
 * open operation, a line goes on as a new process (0, then 100, 200 …). `p0@n1` asks node n1. `#` begins a comment.
 */
import type { Op } from '../../../harness/history.ts';
import type { NodeId } from '../../../nodes/kernel/ids.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';

export interface DrawnHistory {
  readonly spec: string;
  readonly says: readonly string[];
  /** The checker that it is drawn for; empty where that goes without saying. */
  readonly checker: string;
  readonly history: readonly Op[];
}

interface DrawnEvent extends Omit<Op, 'index' | 'timeNs'> {
  readonly column: number;
}

export function parseDrawing(text: string): DrawnHistory {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const header = (name: string): string[] =>
    lines.flatMap((line) => (line.startsWith(`${name}: `) ? [line.slice(name.length + 2).trim()] : []));
  const events = lines.flatMap((line) => eventsOf(line));
  if (events.length === 0) throw new Error('nothing is drawn');
  // Closed intervals: what begins in the column in which something else ends overlaps it.
  const order = events.sort((a, b) => a.column - b.column || rank(a) - rank(b));
  const history = order.map(({ column, ...event }, index) => ({
    ...event,
    index,
    timeNs: column * 1_000_000,
  }));
  return {
    spec: header('spec')[0] ?? '',
    says: header('says'),
    checker: header('checker')[0] ?? '',
    history,
  };
}

const rank = ({ type }: DrawnEvent): number => (type === 'invoke' ? 0 : 1);

function eventsOf(line: string): DrawnEvent[] {
  const [, lane, node] = /^p(\d+)(?:@(\w+))? /.exec(line) ?? [];
  if (lane === undefined) {
    if (!/^(spec|says|checker): /.test(line)) throw new Error(`no process and no header: ${line}`);
    return [];
  }
  let process = Number(lane);
  return [...line.matchAll(/\|-+ (.*?) -+([|x?])/g)].flatMap(([whole, text = '', end], at, all) => {
    const column = all[at]?.index ?? 0;
    const { f, key, asked, answered } = operationOf(text);
    const common = {
      process,
      f,
      ...(key === undefined ? {} : { key }),
      ...(node === undefined ? {} : { node: node as NodeId }),
    };
    const type = end === '|' ? 'ok' : end === 'x' ? 'fail' : 'info';
    if (type === 'info') process += 100;
    return [
      { ...common, column, type: 'invoke' as const, value: asked },
      { ...common, column: column + whole.length - 1, type, value: type === 'ok' ? answered : asked },
    ];
  });
}

function operationOf(text: string): { f: string; key: string | undefined; asked: Json; answered: Json } {
  const parts = /^(?:(\w+): )?(\w+)(?: (?!->)(.*?))?(?: -> (.*))?$/.exec(text);
  if (!parts) throw new Error(`no operation: ${text}`);
  const [, key, f = '', question, answer] = parts;
  const asked = question === undefined ? null : valueOf(question);
  return { f, key, asked, answered: answer === undefined ? asked : valueOf(answer) };
}

function valueOf(text: string): Json {
  return /^(?!null$|true$|false$)[a-z]\w*$/i.test(text) ? text : (JSON.parse(text) as Json);
}
