/** Holds values to be JSON, and keeps them from being changed. */
import type { Json } from '../../nodes/kernel/wire.ts';

/** Deeper than any state should be, and far from the end of the stack. */
const depthMax = 1_000;

export class FrozenJson {
  /** What was looked through already. */
  private readonly known = new WeakSet();

  /** The value, frozen. Throws TypeError, naming `what`, when it is no JSON. O(what is new of it). */
  of<T extends Json>(value: T, what: string): T {
    this.freeze(value, what, 0);
    return value;
  }

  private freeze(value: unknown, what: string, depth: number): void {
    if (value === null || typeof value === 'boolean' || typeof value === 'string') return;
    if (typeof value === 'number') {
      if (!Number.isFinite(value)) throw new TypeError(`${what} holds ${value}, which is no JSON`);
      return;
    }
    if (typeof value !== 'object')
      throw new TypeError(
        `${what} holds ${typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`}, which is no JSON`,
      );
    if (this.known.has(value)) return;
    if (depth === depthMax) throw new TypeError(`${what} holds itself, or is nested too deeply`);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null)
      throw new TypeError(`${what} holds a ${value.constructor.name}, which is no JSON`);
    for (const inner of Object.values(value)) this.freeze(inner, what, depth + 1);
    this.known.add(Object.freeze(value));
  }
}
