/** The session guarantees as they are defined, with sets instead of algorithms. */
import { happens, type Act } from '../causal/definitions.ts';
import type { SessionLevel } from '../../../../harness/checkers/sessions/sessionGuarantee.ts';

type At = number;

/** Some choice of the open operations, with which every value that was read was written, keeps the guarantee. */
export function keeps(level: SessionLevel, acts: readonly Act[]): boolean {
  const isWritten = (by: readonly Act[], { key, seen }: Act): boolean =>
    by.some((act) => act.key === key && act.left !== undefined && act.left === seen);
  return happens(
    acts,
    (real) =>
      real.every((act) => act.seen === undefined || isWritten(real, act) || !isWritten(acts, act)) &&
      guarantees[level](real),
  );
}

const guarantees: Readonly<Record<SessionLevel, (acts: readonly Act[]) => boolean>> = {
  'read-your-writes': (acts) =>
    reads(acts).every((read) => {
      const own = before(acts, read).filter((at) => isWriteOf(acts, at, read));
      const last = own.at(-1);
      if (last === undefined) return true;
      return acts[read]?.seen !== null && !own.slice(0, -1).some((at) => acts[at]?.left === acts[read]?.seen);
    }),

  'monotonic-reads': (acts) =>
    reads(acts).every((read) => {
      const earlier = before(acts, read).filter(
        (at) => isReadOf(acts, at, read) && sourceOf(acts, at) !== undefined,
      );
      if (acts[read]?.seen === null) return earlier.length === 0;
      const source = sourceOf(acts, read);
      if (source === undefined) return true;
      const first = earlier.findIndex((at) => sourceOf(acts, at) === source);
      const returns = first !== -1 && earlier.slice(first).some((at) => sourceOf(acts, at) !== source);
      const older = earlier.some((at) => {
        const seen = sourceOf(acts, at);
        return seen !== undefined && isBefore(acts, source, seen);
      });
      return !returns && !older;
    }),

  'monotonic-writes': (acts) =>
    reads(acts).every((read) => {
      const seen = before(acts, read).flatMap((at) => {
        const source = sourceOf(acts, at);
        return source === undefined ? [] : [source, ...before(acts, source)];
      });
      return !misses(acts, read, new Set(seen), (a, b) => isBefore(acts, a, b));
    }),

  'writes-follow-reads': (acts) => {
    // a before b: the session of b read from a before it wrote b, or with it.
    const direct = acts.map((_, b) =>
      acts[b]?.left === undefined ? [] : [...before(acts, b), b].flatMap((at) => sourceOf(acts, at) ?? []),
    );
    const past = acts.map((_, at) => reachable(direct, at));
    if (past.some((members, at) => members.has(at))) return false;
    return reads(acts).every((read) => {
      const sources = before(acts, read).flatMap((at) => sourceOf(acts, at) ?? []);
      const seen = new Set(sources.flatMap((source) => [source, ...(past[source] ?? [])]));
      return !misses(acts, read, seen, (a, b) => past[b]?.has(a) ?? false);
    });
  },
};

/** Whether a read returns the initial value, or a write older than one of its key, although that one was seen. */
function misses(
  acts: readonly Act[],
  read: At,
  seen: ReadonlySet<At>,
  isOlder: (a: At, b: At) => boolean,
): boolean {
  const ofKey = [...seen].filter((at) => isWriteOf(acts, at, read));
  if (acts[read]?.seen === null) return ofKey.length > 0;
  const source = sourceOf(acts, read);
  return source !== undefined && ofKey.some((at) => isOlder(source, at));
}

function reachable(direct: readonly (readonly At[])[], from: At): Set<At> {
  const found = new Set<At>();
  const open = [...(direct[from] ?? [])];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (found.has(at)) continue;
    found.add(at);
    open.push(...(direct[at] ?? []));
  }
  return found;
}

function reads(acts: readonly Act[]): At[] {
  return acts.flatMap(({ seen }, at) => (seen === undefined ? [] : [at]));
}

function isBefore(acts: readonly Act[], a: At, b: At): boolean {
  return acts[a]?.session === acts[b]?.session && a < b;
}

function before(acts: readonly Act[], at: At): At[] {
  return acts.flatMap((_, other) => (isBefore(acts, other, at) ? [other] : []));
}

function isWriteOf(acts: readonly Act[], at: At, read: At): boolean {
  return acts[at]?.key === acts[read]?.key && acts[at]?.left !== undefined;
}

function isReadOf(acts: readonly Act[], at: At, read: At): boolean {
  return acts[at]?.key === acts[read]?.key && acts[at]?.seen !== undefined;
}

/** The write that an operation read from. */
function sourceOf(acts: readonly Act[], read: At): At | undefined {
  const { key, seen } = acts[read] as Act;
  const found = acts.findIndex((act) => act.key === key && act.left !== undefined && act.left === seen);
  return seen === undefined || found === -1 ? undefined : found;
}
