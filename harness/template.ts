/**
 * Templates of requests. In a path, `{key}`, `{value}` … are percent-encoded. A string of a body that is exactly
 * `"{value}"` becomes the JSON value itself; a placeholder inside a longer string, or in the name of a member, is
 * replaced as text; `"{-amount}"` is the negative of a number. In a list, `"{each accounts}"` and the item after it
 * become that item once for each account, with the account as `{each}`.
 *
 * `{option.NAME}` is an option of the model, `{context.NAME}` what the client got from an earlier answer. Where there is
 * no such thing, the member of the body or the parameter of the query whose value it is, is left out. Nothing that was
 * filled in is looked at again.
 */
import type { Json } from '../nodes/kernel/wire.ts';

/** What placeholders stand for. */
export type Fields = Readonly<Record<string, Json>>;

const placeholder = /\{(-?[\w.]+)\}/g;
const wholePlaceholder = /^\{(-?[\w.]+)\}$/;
const optionalPlaceholder = /^\{((?:option|context)\.\w+)\}$/;
const eachItem = /^\{each (\w+)\}$/;

/** A path, and its query without the parameters that have no value. */
export function filledPath(template: string, fields: Fields): string {
  const [path = '', query] = template.split('?', 2);
  const parameters = (query ?? '').split('&').filter((parameter) => {
    const [, value = ''] = parameter.split('=', 2);
    return parameter !== '' && !isLeftOut(value, fields);
  });
  const filledIn = (text: string): string => inText(text, fields, encodeURIComponent);
  return parameters.length === 0 ? filledIn(path) : `${filledIn(path)}?${parameters.map(filledIn).join('&')}`;
}

/** A body, without the members that have no value. */
export function filledBody(template: Json, fields: Fields): Json {
  if (typeof template === 'string') {
    const whole = wholePlaceholder.exec(template)?.[1];
    const value = whole === undefined ? undefined : valueOf(whole, fields);
    return value === undefined ? inText(template, fields) : value;
  }
  if (template === null || typeof template !== 'object') return template;
  if (Array.isArray(template)) return filledList(template as readonly Json[], fields);
  return Object.fromEntries(
    Object.entries(template)
      .filter(([, value]) => !isLeftOut(value, fields))
      .map(([name, value]) => [inText(name, fields), filledBody(value, fields)]),
  );
}

function filledList(template: readonly Json[], fields: Fields): Json {
  const itemsAt = (at: number): readonly Json[] | null => {
    const member = template[at];
    const name = typeof member === 'string' ? eachItem.exec(member)?.[1] : undefined;
    const items = name === undefined ? undefined : fields[name];
    return Array.isArray(items) ? (items as readonly Json[]) : null;
  };
  return template.flatMap((member, at) => {
    if (itemsAt(at) !== null) return [];
    const items = itemsAt(at - 1);
    return items === null
      ? [filledBody(member, fields)]
      : items.map((each) => filledBody(member, { ...fields, each }));
  });
}

function isLeftOut(template: Json, fields: Fields): boolean {
  const optional = typeof template === 'string' ? optionalPlaceholder.exec(template)?.[1] : undefined;
  return optional !== undefined && fields[optional] === undefined;
}

/** What a placeholder stands for; undefined when nobody knows it. */
function valueOf(name: string, fields: Fields): Json | undefined {
  if (!name.startsWith('-')) return Object.hasOwn(fields, name) ? fields[name] : undefined;
  const positive = fields[name.slice(1)];
  return typeof positive === 'number' ? -positive : undefined;
}

function inText(
  template: string,
  fields: Fields,
  spelled: (text: string) => string = (text) => text,
): string {
  return template.replace(placeholder, (whole, name: string) => {
    const value = valueOf(name, fields);
    return value === undefined ? whole : spelled(typeof value === 'string' ? value : JSON.stringify(value));
  });
}
