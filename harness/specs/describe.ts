/** How operations and values are spelled, in explanations, tables and tests alike. */
import type { Json } from '../../nodes/kernel/wire.ts';
import type { Input, Output } from './spec.ts';

/** A value as a person writes it: names without quotes where nothing is lost, and long ones without their middle. */
export function describeValue(value: Json): string {
  return withoutMiddle(wholeValue(value));
}

/** The same, however long. */
export function wholeValue(value: Json): string {
  if (typeof value === 'string') return isName(value) ? value : JSON.stringify(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  const fields = Object.entries(value);
  if (!fields.every(([name, field]) => isName(name) && isPlain(field))) return JSON.stringify(value);
  return `{${fields.map(([name, field]) => `${name}: ${wholeValue(field)}`).join(', ')}}`;
}

const lengthMax = 240;
/** Of a longer text so much is shown of its end: lists grow there. */
const endLength = 80;

/** Nobody reads thousands of characters; the history has them all. No character is cut in two. */
export function withoutMiddle(text: string): string {
  if (text.length <= lengthMax) return text;
  const head = text.slice(0, lengthMax - endLength).replace(/[\ud800-\udbff]$/, '');
  const tail = text.slice(-endLength).replace(/^[\udc00-\udfff]/, '');
  return `${head} … ${tail}`;
}

function isName(text: string): boolean {
  return /^[\w.:-]+$/.test(text) && !/^(-?\d|true$|false$|null$)/.test(text);
}

/** What an operation was asked, however long, beside its name: `5`, `3 of p0 in EU-WEST`, `5 from a0 to a1`, `append x 1, r y`. */
export function describeAsked({ f, value }: Input): string {
  if (f === 'txn') return describeMicros(value, false) ?? wholeValue(value);
  return describeSale(value) ?? describeTransfer(value) ?? wholeValue(value);
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
    ...(units === undefined ? [] : [`${wholeValue(units)} of`]),
    wholeValue(product),
    ...(region === undefined ? [] : [`in ${wholeValue(region)}`]),
  ].join(' ');
}

/** Whether its words name this product. */
export function isSaleOf(value: Json, product: string): boolean {
  if (describeSale(value) === undefined) return false;
  return (value as Readonly<Record<string, Json>>)['producto_id'] === product;
}

/** What was answered; of what the question named already, the number of units alone. */
export function describeAnswer(value: Json): string {
  if (describeSale(value) === undefined) return wholeValue(value);
  const { cantidad: units } = value as Readonly<Record<string, Json>>;
  return wholeValue(units ?? value);
}

/** Money from one account to another. */
function describeTransfer(value: Json): string | undefined {
  const [amount, from, to] = fieldsOf(value, ['amount', 'from', 'to']) ?? [];
  if (amount === undefined || from === undefined || to === undefined) return undefined;
  return `${wholeValue(amount)} from ${wholeValue(from)} to ${wholeValue(to)}`;
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
    if (f === 'r') return `r ${wholeValue(key)}${isAnswered ? ` → ${wholeValue(argument)}` : ''}`;
    return f === 'append' || f === 'w' ? `${f} ${wholeValue(key)} ${wholeValue(argument)}` : undefined;
  });
  return texts.includes(undefined) ? undefined : texts.join(', ');
}

/** `write(5)`, `read() → 3`, `dequeue() → ?` when the outcome is unknown. */
export function describeOperation(input: Input, output: Output): string {
  const asked = `${input.f}(${input.value === null ? '' : withoutMiddle(describeAsked(input))})`;
  if (output === 'unknown') return `${asked} → ?`;
  const repeats = JSON.stringify(output.value) === JSON.stringify(input.value);
  return repeats && input.value !== null
    ? asked
    : `${asked} → ${withoutMiddle(describeAnswer(output.value))}`;
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
