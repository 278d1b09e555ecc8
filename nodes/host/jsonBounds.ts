/**
 * What JSON text can say, and nodes cannot keep. `1e999` is read as infinity and written as null, so that a node would
 * hold one value and its journal and peers another one; and what is nested very deeply overflows the stack of whoever
 * writes it again. Both are refused at the door.
 */
import type { Json } from '../kernel/wire.ts';

/** Arrays and objects within each other. */
export const jsonDepthMax = 100;
/** In messages of peers, where what a client has sent lies deeper: in entries of logs, or sessions of snapshots. */
export const messageDepthMax = 2 * jsonDepthMax;

/** Why this value cannot be kept, or null. O(size). */
export function unkeepable(value: Json, depthMax = jsonDepthMax): string | null {
  const found = firstUnkeepable(value, depthMax);
  if (found === null) return null;
  return found === 'deep'
    ? `arrays and objects are nested more than ${depthMax} deep`
    : 'a number is too large for a 64-bit float';
}

function firstUnkeepable(value: Json, depthLeft: number): 'large' | 'deep' | null {
  if (typeof value === 'number') return Number.isFinite(value) ? null : 'large';
  if (typeof value !== 'object' || value === null) return null;
  if (depthLeft === 0) return 'deep';
  for (const item of Array.isArray(value) ? (value as readonly Json[]) : Object.values(value)) {
    const found = firstUnkeepable(item, depthLeft - 1);
    if (found !== null) return found;
  }
  return null;
}
