/** The small parts that combinators share: what follows a step, and whom to ask when there are several. */
import type { Generator, GeneratorContext, Invocation, Step } from './generator.ts';

/** The same step, with the generator that follows it wrapped. */
export function followedBy(step: Step, wrap: (rest: Generator) => Generator): Step {
  switch (step.kind) {
    case 'op':
      return { kind: 'op', op: step.op, rest: wrap(step.rest) };
    case 'pending':
      return pending(wrap(step.rest), step.untilNs);
    case 'exhausted':
      return step;
  }
}

/** Nothing now; ask `rest` again, at `untilNs` at the latest if it is given. */
export function pending(rest: Generator, untilNs?: number): Step {
  return untilNs === undefined ? { kind: 'pending', rest } : { kind: 'pending', rest, untilNs };
}

/** The earlier of two times, where undefined is never. */
export function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : Math.min(a, b);
}

/** The members of a combinator; null stands for an exhausted one. */
export type Members = readonly (Generator | null)[];

/** What `firstDue` found. `members` are those that follow. */
export type Found =
  | { readonly kind: 'op'; readonly op: Invocation; readonly at: number; readonly members: Members }
  | { readonly kind: 'pending'; readonly members: Members; readonly untilNs?: number }
  | { readonly kind: 'exhausted' };

/**
 * Asks members one by one, in the order in which `draw` takes their positions out of `left`, until one has an
 * operation. A member that is pending holds up no other. `contextOf` narrows the context of a member; null when it
 * cannot do anything now.
 */
export function firstDue(
  context: GeneratorContext,
  members: Members,
  draw: (left: readonly number[]) => number,
  contextOf: (at: number) => GeneratorContext | null = () => context,
): Found {
  const left = positionsOf(members);
  if (left.length === 0) return { kind: 'exhausted' };
  let after = members;
  let untilNs: number | undefined;
  while (left.length > 0) {
    const at = left.splice(draw(left), 1)[0] as number;
    const narrowed = contextOf(at);
    if (narrowed === null) continue;
    const step = (members[at] as Generator).next(narrowed);
    if (step.kind === 'op') return { kind: 'op', op: step.op, at, members: replaced(after, at, step.rest) };
    after = replaced(after, at, step.kind === 'exhausted' ? null : step.rest);
    if (step.kind === 'pending') untilNs = earlier(untilNs, step.untilNs);
  }
  if (after.every((member) => member === null)) return { kind: 'exhausted' };
  return { kind: 'pending', members: after, ...(untilNs === undefined ? {} : { untilNs }) };
}

/** The positions of the members that have not ended. */
function positionsOf(members: Members): number[] {
  const positions: number[] = [];
  for (let at = 0; at < members.length; at++) if (members[at] !== null) positions.push(at);
  return positions;
}

function replaced(members: Members, at: number, member: Generator | null): Members {
  return members[at] === member ? members : members.with(at, member);
}

/** The step that stands for what was found, with the members that follow wrapped up again. */
export function stepOf(found: Found, wrap: (members: Members) => Generator): Step {
  switch (found.kind) {
    case 'op':
      return { kind: 'op', op: found.op, rest: wrap(found.members) };
    case 'pending':
      return pending(wrap(found.members), found.untilNs);
    case 'exhausted':
      return found;
  }
}

/** The members after an update of each by `update`; the same array when none changed. */
export function updateMembers(
  members: Members,
  update: (member: Generator, at: number) => Generator,
): Members {
  let after = members;
  for (const [at, member] of members.entries())
    if (member !== null) after = replaced(after, at, update(member, at));
  return after;
}
