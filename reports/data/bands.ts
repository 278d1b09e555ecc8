/**
 * When each fault was active, as the nemesis recorded it (harness/nemesis.ts): `start-FAULT` and `stop-FAULT` with the
 * entry's number. Whatever has no end was active until the history ended. A node that ended by itself is drawn like a
 * fault, until everything is healed.
 */
import type { Op } from '../../harness/history.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import { visible, visibleJson } from './text.ts';

export interface Band {
  readonly fault: string;
  readonly fromNs: number;
  readonly toNs: number;
  /** What it hit, in a few words: `isolate leader n3`. */
  readonly label: string;
  /** The nodes alone, for narrow bands. */
  readonly shortLabel: string;
  /** All that the nemesis recorded of its start. */
  readonly detail: string;
  /** The history's event with which it began. */
  readonly index: number;
}

type Fields = Readonly<Record<string, Json>>;
type OpenBand = Omit<Band, 'toNs'>;

/** The bands of a history in the order in which they began. O(events). */
export function bandsOf(history: readonly Op[], endNs: number): Band[] {
  const open = new Map<string, OpenBand>();
  const bands: Band[] = [];
  const close = (id: string, timeNs: number): void => {
    const begun = open.get(id);
    if (begun) bands.push({ ...begun, toNs: Math.max(timeNs, begun.fromNs) });
    open.delete(id);
  };
  for (const op of history) {
    if (op.process !== 'nemesis') continue;
    const { verb, fault } = eventOf(op.f);
    const id = identityOf(fault, fieldsOf(op.value));
    if (verb === 'start') {
      close(id, op.timeNs);
      open.set(id, beginning(op, fault));
    } else if (verb === 'stop') close(id, op.timeNs);
    else if (op.f === 'heal') for (const left of [...open.keys()]) close(left, op.timeNs);
  }
  for (const left of [...open.keys()]) close(left, endNs);
  return bands.sort((a, b) => a.fromNs - b.fromNs || a.index - b.index);
}

/** The bands that were active at some time of an interval. */
export function activeIn(bands: readonly Band[], fromNs: number, toNs: number): Band[] {
  return bands.filter((band) => band.fromNs <= toNs && band.toNs >= fromNs);
}

const exited = 'exited';

function eventOf(f: string): { readonly verb: 'start' | 'stop' | 'other'; readonly fault: string } {
  const [, verb, fault] = /^(start|stop)-(.+)$/su.exec(f) ?? [];
  if (fault !== undefined) return { verb: verb === 'start' ? 'start' : 'stop', fault: visible(fault, 40) };
  return { verb: f === 'node-exited' ? 'start' : 'other', fault: exited };
}

function identityOf(fault: string, fields: Fields): string {
  return JSON.stringify([fault, fields['entry'] ?? fields['node'] ?? null]);
}

function beginning(op: Op, fault: string): OpenBand {
  const detail = `${visible(op.f, 60)} ${visibleJson(op.value, 400)}`;
  return { fault, fromNs: op.timeNs, ...labelsOf(fieldsOf(op.value)), detail, index: op.index };
}

/** `isolate-leader n3 (hold)`, `minority n1 n4`. */
function labelsOf(fields: Fields): { readonly label: string; readonly shortLabel: string } {
  const { shape, target, nodes, node, mode } = fields;
  const hit = Array.isArray(nodes) ? (nodes as readonly Json[]) : [node];
  const text = (words: readonly (Json | undefined)[]): string =>
    visible(words.filter((word) => typeof word === 'string').join(' '), 60);
  const how = typeof mode === 'string' ? `(${mode})` : undefined;
  return { label: text([shape ?? target, ...hit, how]), shortLabel: text(hit) };
}

function fieldsOf(value: Json): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}
