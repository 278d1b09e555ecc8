/**
 * Histories of transactions as people draw them: a line is a process, columns are time, and micro-operations are
 * separated by a comma and a space:
 *
 *     spec: list-append
 *     p0  |- append x 1, r y -> [] -|                          -| completes, -x fails, -? is left open
 *     p1         |- append y 1, r x -> [] -|                   reads are asked with null
 *
 * Transactions that touch in a column overlap. After an open one, a line goes on as a new process. Headers say what is
 * expected: `holds:` the levels that the history does not refute, `finds:` and `says:` (pairs of lines) the
 * anomalies that refute strict serializability, in order.
 */
import type { Op } from '../../../../harness/history.ts';
import type { Json } from '../../../../nodes/kernel/wire.ts';

export interface DrawnTransactions {
  readonly spec: string;
  readonly holds: string;
  readonly finds: readonly string[];
  readonly says: readonly string[];
  readonly history: readonly Op[];
}

export function parseTransactions(text: string): DrawnTransactions {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const header = (name: string): string[] =>
    lines.flatMap((line) => (line.startsWith(`${name}: `) ? [line.slice(name.length + 2).trim()] : []));
  const events = lines.flatMap((line) => eventsOf(line));
  if (events.length === 0) throw new Error('nothing is drawn');
  // Closed intervals: what begins in the column in which something else ends overlaps it.
  const order = events.sort((a, b) => a.column - b.column || rank(a) - rank(b));
  return {
    spec: header('spec')[0] ?? '',
    holds: header('holds')[0] ?? '',
    finds: header('finds'),
    says: header('says'),
    history: order.map(({ column, ...event }, index) => ({ ...event, index, timeNs: column * 1_000_000 })),
  };
}

interface DrawnEvent extends Omit<Op, 'index' | 'timeNs'> {
  readonly column: number;
}

const rank = ({ type }: DrawnEvent): number => (type === 'invoke' ? 0 : 1);

function eventsOf(line: string): DrawnEvent[] {
  const [, lane] = /^p(\d+) /.exec(line) ?? [];
  if (lane === undefined) {
    if (!/^(spec|holds|finds|says): /.test(line)) throw new Error(`no process and no header: ${line}`);
    return [];
  }
  let process = Number(lane);
  return [...line.matchAll(/\|-+ (.*?) -+([|x?])/g)].flatMap(([whole, drawn = '', end], at, all) => {
    const column = all[at]?.index ?? 0;
    const micros = drawn.split(', ').map(microOf);
    const asked = micros.map(([f, key, value]) => [f, key, f === 'r' ? null : value]);
    const type = end === '|' ? 'ok' : end === 'x' ? 'fail' : 'info';
    const common = { process, f: 'txn' };
    if (type === 'info') process += 100;
    return [
      { ...common, column, type: 'invoke' as const, value: asked },
      { ...common, column: column + whole.length - 1, type, value: type === 'ok' ? micros : asked },
    ];
  });
}

function microOf(text: string): readonly [f: string, key: string, value: Json] {
  const [, f = '', key = '', value] = /^(\w+) (\w+)(?: (?:-> )?(.*))?$/.exec(text) ?? [];
  if (f === '') throw new Error(`no micro-operation: ${text}`);
  return [f, key, value === undefined ? null : (JSON.parse(value) as Json)];
}
