/** What refutes a level, and operations on lists in words. */
import { describeValue } from '../../specs/describe.ts';
import type { Anomaly } from '../checker.ts';
import { indicesOf, reference } from '../phrases.ts';
import { none, type Lists } from './lists.ts';
import type { Orders } from './orders.ts';

/** The nodes that refute a level, and a sentence about them. */
export interface Finding {
  readonly kind: string;
  readonly nodes: readonly number[];
  readonly sentence: string;
}

export function anomalyOf({ history, row }: Lists, { kind, nodes, sentence }: Finding): Anomaly {
  const operations = [...new Set(nodes)].map((node) => history.operation(row[node] ?? 0));
  const keys = new Set(operations.map(({ invocation }) => invocation.key));
  const [key] = keys;
  return {
    kind,
    ops: [...new Set(operations.flatMap(indicesOf))].sort((a, b) => a - b),
    explanation: `${sentence}.`,
    ...(keys.size === 1 && key !== undefined && { key }),
  };
}

/** `appended 3 to x (ops 0–1)`, `read [1,3] of x (ops 2–3)`. */
export function deed({ history, row }: Lists, node: number): string {
  const operation = history.operation(row[node] ?? 0);
  const { invocation, completion } = operation;
  const { f, key, value } = invocation;
  const where = reference(operation);
  if (f !== 'read')
    return `appended ${describeValue(value)}${key === undefined ? '' : ` to ${key}`} (${where})`;
  return `read ${describeValue(completion?.value ?? [])}${key === undefined ? '' : ` of ${key}`} (${where})`;
}

/** `process 1 appended 3 to x (ops 0–1)`. */
export function act(lists: Lists, node: number): string {
  const { invocation } = lists.history.operation(lists.row[node] ?? 0);
  return `process ${invocation.process} ${deed(lists, node)}`;
}

/** The element that an append added. */
export function element({ history, row }: Lists, node: number): string {
  return describeValue(history.operation(row[node] ?? 0).invocation.value);
}

/** A read of what nobody appended, or of an element twice, if there is one: no order of any appends explains it. */
export function strangeness(lists: Lists, { strange }: Orders): Finding | undefined {
  if (strange === undefined) return undefined;
  const isInvented = lists.elements[strange]?.includes(none) ?? false;
  const what = isInvented ? 'shows an element that nobody appended' : 'shows an element twice';
  const kind = isInvented ? 'garbage-read' : 'duplicate-elements';
  return { kind, nodes: [strange], sentence: `${act(lists, strange)}, which ${what}` };
}

/** Two reads that cannot be of one list that grows, if there are such. */
export function incompatibility(lists: Lists, { incompatible }: Orders): Finding | undefined {
  if (incompatible === undefined) return undefined;
  const [a, b] = incompatible;
  return {
    kind: 'incompatible-order',
    nodes: [a, b],
    sentence: `${act(lists, a)}, and ${act(lists, b)}: neither is the beginning of the other`,
  };
}
