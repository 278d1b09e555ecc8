/**
 * What JSON text can say, and nodes cannot keep. `1e999` is read as infinity and written as null, so that a node would
 * hold one value and its journal and peers another one; and what is nested very deeply overflows the stack of whoever
 * writes it again. Both are refused at the door.
 */
import type { Json } from '../kernel/wire.ts';

/** Arrays and objects within each other. */
export const jsonDepthMax = 100;

/** Why this value cannot be kept, or null. O(size). */
export function unkeepable(value: Json, depth = 0): string | null {
  if (typeof value === 'number') {
    return Number.isFinite(value) ? null : 'a number is too large for a 64-bit float';
  }
  if (typeof value !== 'object' || value === null) return null;
  if (depth === jsonDepthMax) return `arrays and objects are nested more than ${jsonDepthMax} deep`;
  for (const item of Array.isArray(value) ? (value as readonly Json[]) : Object.values(value)) {
    const problem = unkeepable(item, depth + 1);
    if (problem !== null) return problem;
  }
  return null;
}
