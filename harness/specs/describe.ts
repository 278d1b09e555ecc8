/** How operations and values are spelled, in explanations, tables and tests alike. */
import type { Json } from '../../nodes/kernel/wire.ts';
import type { Input, Output } from './spec.ts';

/** A value as a person writes it: names without quotes where nothing is lost. */
export function describeValue(value: Json): string {
  if (typeof value === 'string') return isName(value) ? value : JSON.stringify(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  const fields = Object.entries(value);
  if (!fields.every(([name, field]) => isName(name) && isPlain(field))) return JSON.stringify(value);
  return `{${fields.map(([name, field]) => `${name}: ${describeValue(field)}`).join(', ')}}`;
}

function isName(text: string): boolean {
  return /^[\w.:-]+$/.test(text) && !/^(-?\d|true$|false$|null$)/.test(text);
}

/** What an operation was asked, beside its name: `5`, `3 of p0 in EU-WEST`, `5 from a0 to a1`, `append x 1, r y`. */
export function describeAsked({ f, value }: Input): string {
  if (f === 'txn') return describeMicros(value, false) ?? describeValue(value);
  return describeSale(value) ?? describeTransfer(value) ?? describeValue(value);
}

/** Units of a product in a region, as far as they are named; undefined if it is something else. */
function describeSale(value: Json): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const {
    producto_id: product,
    cantidad: units,
    region,
    ...others
  } = value as Readonly<Record<string, Json>>;
  if (product === undefined || Object.keys(others).length > 0) return undefined;
  return [
    ...(units === undefined ? [] : [`${describeValue(units)} of`]),
    describeValue(product),
    ...(region === undefined ? [] : [`in ${describeValue(region)}`]),
  ].join(' ');
}

/** What was answered; of what the question named already, the number of units alone. */
export function describeAnswer(value: Json): string {
  if (describeSale(value) === undefined) return describeValue(value);
  const { cantidad: units } = value as Readonly<Record<string, Json>>;
  return describeValue(units ?? value);
}

/** Money from one account to another. */
function describeTransfer(value: Json): string | undefined {
  const [amount, from, to] = fieldsOf(value, ['amount', 'from', 'to']) ?? [];
  if (amount === undefined || from === undefined || to === undefined) return undefined;
  return `${describeValue(amount)} from ${describeValue(from)} to ${describeValue(to)}`;
}

/** The values of these fields, if it has them and no others. */
function fieldsOf(value: Json, names: readonly string[]): Json[] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const fields = value as Readonly<Record<string, Json>>;
  if (Object.keys(fields).length !== names.length) return undefined;
  return names.every((name) => Object.hasOwn(fields, name))
    ? names.map((name) => fields[name] ?? null)
    : undefined;
}

/** `append x 1, r y → [2]`, or without what reads saw; undefined if it is no transaction. */
export function describeMicros(value: Json, isAnswered: boolean): string | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const texts = (value as readonly Json[]).map((micro) => {
    if (!Array.isArray(micro) || micro.length < 2 || micro.length > 3) return undefined;
    const [f = null, key = null, argument = null] = micro as readonly Json[];
    if (f === 'r') return `r ${describeValue(key)}${isAnswered ? ` → ${describeValue(argument)}` : ''}`;
    return f === 'append' || f === 'w' ? `${f} ${describeValue(key)} ${describeValue(argument)}` : undefined;
  });
  return texts.includes(undefined) ? undefined : texts.join(', ');
}

/** `write(5)`, `read() → 3`, `dequeue() → ?` when the outcome is unknown. */
export function describeOperation(input: Input, output: Output): string {
  const asked = `${input.f}(${input.value === null ? '' : describeAsked(input)})`;
  if (output === 'unknown') return `${asked} → ?`;
  const repeats = JSON.stringify(output.value) === JSON.stringify(input.value);
  return repeats && input.value !== null ? asked : `${asked} → ${describeAnswer(output.value)}`;
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
