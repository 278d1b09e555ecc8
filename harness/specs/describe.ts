/** How operations and values are spelled, in explanations, tables and tests alike. */
import type { Json } from '../../nodes/kernel/wire.ts';
import type { Input, Output } from './spec.ts';

/** A value as a person writes it: strings without quotes where nothing is lost. */
export function describeValue(value: Json): string {
  if (typeof value === 'string' && /^[\w.:-]+$/.test(value) && !/^(-?\d|true$|false$|null$)/.test(value))
    return value;
  return JSON.stringify(value);
}

/** `write(5)`, `read() → 3`, `dequeue() → ?` when the outcome is unknown. */
export function describeOperation(input: Input, output: Output): string {
  const asked = `${input.f}(${input.value === null ? '' : describeValue(input.value)})`;
  if (output === 'unknown') return `${asked} → ?`;
  const repeats = JSON.stringify(output.value) === JSON.stringify(input.value);
  return repeats && input.value !== null ? asked : `${asked} → ${describeValue(output.value)}`;
}

const isPlain = (value: Json): value is null | boolean | number | string =>
  value === null || typeof value !== 'object';

/** Equal values have equal names: the order of an object's fields does not count. */
export function nameOfValue(value: Json): string {
  if (isPlain(value)) return JSON.stringify(value);
  if (Array.isArray(value)) {
    const elements = value as readonly Json[];
    return elements.every(isPlain) ? JSON.stringify(elements) : `[${elements.map(nameOfValue).join(',')}]`;
  }
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${nameOfValue(field)}`).join(',')}}`;
}

/** Whether two values are the same, field by field. */
export function sameValue(a: Json, b: Json): boolean {
  if (a === b) return true;
  return typeof a === 'object' && typeof b === 'object' && nameOfValue(a) === nameOfValue(b);
}
