/**
 * Values under dots, with the causal context that says which dots a replica has seen (Bieniusa et al. 2012, §4; Almeida
 * et al. 2018, §7). A dot that was seen and is not there was removed: that is what makes tombstones unnecessary. A
 * replica gives each dot once; its next one is above all of its own in the context, so the context is its counter.
 */
import type { JsonSchema } from '../kernel/model.ts';
import type { Json } from '../kernel/wire.ts';
import { countMax, objectSchema, replicasMax, vectorSchema } from './dataType.ts';
import { countOf, greatestOf, joined, only, type Vector } from './vector.ts';

export type Dot = readonly [replica: number, counter: number];
export type DottedValue = readonly [replica: number, counter: number, value: Json];

/** All dots up to `vector`, and those of the `cloud`: deltas have seen dots without having seen those before. */
export interface Context {
  readonly vector: Vector;
  readonly cloud: readonly Dot[];
}

export interface Dotted {
  /** What is there, in the order of dots. */
  readonly dots: readonly DottedValue[];
  readonly context: Context;
}

export const nothingSeen: Context = { vector: [], cloud: [] };
export const nothingDotted: Dotted = { dots: [], context: nothingSeen };

const dotItems: readonly JsonSchema[] = [
  { type: 'integer', minimum: 0, maximum: replicasMax - 1 },
  { type: 'integer', minimum: 1, maximum: countMax },
];
/** Of states with such values. */
export function dottedSchema(value: JsonSchema): JsonSchema {
  const tuple = (items: readonly JsonSchema[]): JsonSchema => ({
    type: 'array',
    items,
    minItems: items.length,
    additionalItems: false,
  });
  return objectSchema({
    dots: { type: 'array', items: tuple([...dotItems, value]) },
    context: objectSchema({ vector: vectorSchema, cloud: { type: 'array', items: tuple(dotItems) } }),
  });
}

/** Tells whether a dot was seen. O(cloud) once. */
function seenIn({ vector, cloud }: Context): (dot: Dot) => boolean {
  const names = new Set(cloud.map(nameOf));
  return (dot) => dot[1] <= countOf(vector, dot[0]) || names.has(nameOf(dot));
}

export const dotOf = ([replica, counter]: DottedValue): Dot => [replica, counter];
const nameOf = ([replica, counter]: Dot): string => `${replica}.${counter}`;
const compareDots = (a: Dot, b: Dot): number => a[0] - b[0] || a[1] - b[1];

/** Both contexts; dots of the cloud that follow the vector without a gap go into it. `a` itself when `b` adds nothing. */
export function joinedContexts(a: Context, b: Context): Context {
  const seen = seenIn(a);
  const hasAll = b.vector.every((count, replica) => count <= countOf(a.vector, replica));
  if (hasAll && b.cloud.every(seen)) return a;
  let vector = joined(a.vector, b.vector);
  const cloud: Dot[] = [];
  const dots = new Map([...a.cloud, ...b.cloud].map((dot) => [nameOf(dot), dot]));
  for (const [replica, counter] of [...dots.values()].sort(compareDots)) {
    const known = countOf(vector, replica);
    if (counter === known + 1) vector = joined(vector, only(replica, counter));
    else if (counter > known) cloud.push([replica, counter]);
  }
  return { vector, cloud };
}

/** The context that has seen just these dots. */
export function contextOf(dots: readonly Dot[]): Context {
  return joinedContexts(nothingSeen, { vector: [], cloud: dots });
}

/** The dot that this replica gives next. */
export function nextDot({ context: { vector, cloud } }: Dotted, self: number): Dot {
  const own = cloud.filter(([replica]) => replica === self).map(([, counter]) => counter);
  return [self, Math.max(countOf(vector, self), ...own) + 1];
}

/**
 * What both have stays; what one has and the other has not seen comes in; what the other has seen and does not have goes
 * out. O(n log n). A dot without a context, as a stranger may send it, counts as seen.
 */
export function mergedDots(a: Dotted, b: Dotted): Dotted {
  const theirs = joinedContexts(b.context, contextOf(b.dots.map(dotOf)));
  const [seenByA, seenByB] = [seenIn(a.context), seenIn(theirs)];
  const inB = new Map(b.dots.map((dot) => [nameOf(dotOf(dot)), dot]));
  const kept: DottedValue[] = [];
  for (const dot of a.dots) {
    const name = nameOf(dotOf(dot));
    const twin = inB.get(name);
    if (twin !== undefined) kept.push(greater(dot, twin));
    else if (!seenByB(dotOf(dot))) kept.push(dot);
  }
  const coming = [...inB.values()].filter((dot) => !seenByA(dotOf(dot)));
  const context = joinedContexts(a.context, theirs);
  const isSame =
    context === a.context &&
    coming.length === 0 &&
    kept.length === a.dots.length &&
    kept.every((dot, at) => dot === a.dots[at]);
  if (isSame) return a;
  return {
    dots: [...kept, ...coming].sort((one, other) => compareDots(dotOf(one), dotOf(other))),
    context,
  };
}

/** A dot has one value. Should a program of others give it another one, all still come to the same. */
function greater(a: DottedValue, b: DottedValue): DottedValue {
  return JSON.stringify(b[2]) > JSON.stringify(a[2]) ? b : a;
}

/** How many replicas a state speaks of. */
export function widthOfDotted({ dots, context: { vector, cloud } }: Dotted): number {
  return greatestOf([vector.length, ...[...dots, ...cloud].map(([replica]) => replica + 1)]);
}

/** Puts a value under a new dot, in place of these dots; as a delta. */
export function replacing(
  state: Dotted,
  self: number,
  value: Json,
  replaced: readonly DottedValue[],
): Dotted {
  const dot = nextDot(state, self);
  return {
    dots: [[...dot, value]],
    context: contextOf([dot, ...replaced.map(dotOf)]),
  };
}
