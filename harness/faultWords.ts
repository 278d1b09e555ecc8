/** A fault in words, for people who watch a run. */
import type { Json } from '../nodes/kernel/wire.ts';

/** A fault in a few words: `partition isolate-leader n3 (hold)`, `kill minority n1 n4`. */
export function describeFault(fault: string, resolved: { readonly [name: string]: Json }): string {
  const { shape, target, nodes, mode } = resolved;
  const aim = typeof shape === 'string' ? shape : target;
  const words = [fault, aim, ...(Array.isArray(nodes) ? (nodes as readonly Json[]) : [])];
  if (typeof mode === 'string') words.push(`(${mode})`);
  return words.filter((word) => typeof word === 'string').join(' ');
}
