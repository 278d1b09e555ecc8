/** Messages that are wrong in one place: a member is missing, or something is of another type than it should be. */
import type { Json } from '../../nodes/kernel/wire.ts';

type Path = readonly (string | number)[];
type Holder = readonly Json[] | { readonly [name: string]: Json };

export interface Altered {
  /** Where, as in "entries.0.index". */
  readonly place: string;
  readonly message: Json;
}

/** Members that may be missing. */
const optional = new Set(['serial', 'standsFor', 'isHandoff', 'params', 'changes', 'key']);
/** The members of these have names of their own, any of which may be missing. */
const vectors = new Set(['applied', 'dependencies']);

/** Here any JSON will do: what clients store, ask for or are answered. */
function isFree(path: Path, holder: Holder): boolean {
  const name = path.at(-1);
  const kind = Array.isArray(holder) ? (holder as readonly Json[])[0] : null;
  return (
    name === 'value' ||
    ((name === 'from' || name === 'to') && (holder as { readonly type?: Json }).type === 'cas') ||
    (name === 2 && typeof kind === 'string' && ['r', 'w', 'append', 'pop'].includes(kind)) ||
    /(^|\.)(txn\.\d+\.2\.\d+|state\.\d+\.1|rows\.\d+\.\d+|params\.\w+)$/.test(path.join('.'))
  );
}

function mayBeMissing(path: Path, holder: Holder): boolean {
  const [name, inside] = [path.at(-1), path.at(-2)];
  if (Array.isArray(holder) || vectors.has(String(inside))) return true;
  // A key may be missing in a refusal, and the number of changes in a statement, nowhere else.
  if (name === 'key') return (holder as { readonly type?: Json }).type === 'refused';
  if (name === 'changes') return inside !== 'results' && path.includes('statements');
  return optional.has(String(name));
}

/** Something of another type. */
function another(value: Json): Json {
  if (typeof value === 'string') return 7;
  // Where one of these may be, others may be, too: a number or a list.
  return typeof value === 'object' && value !== null ? false : 'x';
}

/** All alterations of a message, each in one place. */
export function alterations(message: Json): readonly Altered[] {
  return alteredAt(message, [], (altered) => altered);
}

function alteredAt(value: Json, path: Path, put: (altered: Json) => Json): readonly Altered[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder: Holder = value;
  return Object.entries(holder).flatMap(([name, member]: [string, Json]) => {
    const at = [...path, Array.isArray(holder) ? Number(name) : name];
    const place = at.join('.');
    const replaced = (altered: Json): Json => put(withMember(holder, name, altered));
    if (isFree(at, holder)) return [];
    const missing = mayBeMissing(at, holder)
      ? []
      : [{ place: `-${place}`, message: put(without(holder, name)) }];
    return [...missing, { place, message: replaced(another(member)) }, ...alteredAt(member, at, replaced)];
  });
}

function withMember(holder: Holder, name: string, member: Json): Json {
  if (Array.isArray(holder)) return (holder as readonly Json[]).with(Number(name), member);
  return { ...holder, [name]: member };
}

function without(holder: Holder, name: string): Json {
  return Object.fromEntries(Object.entries(holder).filter(([other]) => other !== name));
}
