/** Operations of sessions as sentences: "process 1 wrote 5 to x (ops 0–1); process 2 read that (ops 2–3), then …". */
import type { Json } from '../../../nodes/kernel/wire.ts';
import { describeValue } from '../../specs/describe.ts';
import type { Anomaly } from '../checker.ts';
import { indicesOf, reference } from '../phrases.ts';
import { fromInitial, none, type ReadsFrom } from '../readsFrom.ts';
import type { Way } from './paths.ts';

/** Collects the operations that a sentence names. */
export class Story {
  private readonly readsFrom: ReadsFrom;
  private readonly rows = new Set<number>();

  constructor(readsFrom: ReadsFrom) {
    this.readsFrom = readsFrom;
  }

  /** `wrote 5 to x (ops 0–1)`, `read 5 of x (ops 2–3)`, `changed x from 5 to 6 (ops 4–5)`. */
  deed(id: number): string {
    const { history, writes, from, row } = this.readsFrom;
    const operation = history.operation(this.named(row[id] ?? 0));
    const { invocation, completion } = operation;
    const key = invocation.key;
    const where = reference(operation);
    if (writes[id] === 0) {
      const initial = from[id] === fromInitial ? 'the initial value ' : '';
      const seen = describeValue(completion?.value ?? null);
      return `read ${initial}${invocation.f === 'cas' ? describeValue(pairOf(invocation.value)[0]) : seen}${key === undefined ? '' : ` of ${key}`} (${where})`;
    }
    if (invocation.f === 'delete') return `deleted ${key ?? 'the value'} (${where})`;
    if (invocation.f !== 'cas')
      return `wrote ${describeValue(invocation.value)}${key === undefined ? '' : ` to ${key}`} (${where})`;
    const [seen, left] = pairOf(invocation.value);
    return `changed ${key ?? 'the value'} from ${describeValue(seen)} to ${describeValue(left)} (${where})`;
  }

  /** `process 1 wrote 5 to x (ops 0–1)`. */
  act(id: number): string {
    return `process ${this.process(id)} ${this.deed(id)}`;
  }

  /** What happened in this order, each session's operations together. */
  chain(ids: readonly number[]): string {
    let text = '';
    let last = none;
    for (const id of ids) {
      if (id === last) continue;
      const isSame = last !== none && this.readsFrom.session[id] === this.readsFrom.session[last];
      text += isSame ? `, then ${this.deed(id)}` : `${text === '' ? '' : '; '}${this.act(id)}`;
      last = id;
    }
    return text;
  }

  process(id: number): number | 'nemesis' {
    const { history, row } = this.readsFrom;
    return history.operation(row[id] ?? 0).invocation.process;
  }

  /** The key, or `the value` of an object that has one only. */
  key(id: number): string {
    return this.keyName(id) ?? 'the value';
  }

  /** The value that an operation left behind, or, of a read, that it saw. */
  value(id: number): string {
    const { history, row, writes } = this.readsFrom;
    const { invocation, completion } = history.operation(row[id] ?? 0);
    if (invocation.f === 'cas') return describeValue(pairOf(invocation.value)[writes[id] === 1 ? 1 : 0]);
    return describeValue(writes[id] === 1 ? invocation.value : (completion?.value ?? null));
  }

  /** The value that a read, or a cas, saw. */
  seen(id: number): string {
    const { history, row } = this.readsFrom;
    const { invocation, completion } = history.operation(row[id] ?? 0);
    return describeValue(invocation.f === 'cas' ? pairOf(invocation.value)[0] : (completion?.value ?? null));
  }

  /** An anomaly about what was named so far. */
  anomaly(kind: string, explanation: string, about: number = none): Anomaly {
    const { history } = this.readsFrom;
    const ops = [...this.rows].flatMap((row) => indicesOf(history.operation(row)));
    const key = about === none ? undefined : this.keyName(about);
    return {
      kind,
      ops: ops.sort((a, b) => a - b),
      explanation,
      ...(key === undefined ? {} : { key }),
    };
  }

  private keyName(id: number): string | undefined {
    const { history, row } = this.readsFrom;
    return history.operation(row[id] ?? 0).invocation.key;
  }

  /** A row that is named now. */
  private named(row: number): number {
    this.rows.add(row);
    return row;
  }
}

/** The operations on a way, its ends included. */
export function stationsOf(start: number, way: Way, goal: number): number[] {
  return [start, ...way.flatMap(({ from, to }) => [from, to]), goal];
}

function pairOf(value: Json): readonly [Json, Json] {
  const [seen = null, left = null] = Array.isArray(value) ? (value as readonly Json[]) : [];
  return [seen, left];
}
