/**
 * Versions of a key, and what is left of them when replicas meet.
 *
 * A version has the clock of its writer: all writes of the key that it knew of, its own included. `by` and `since` tell
 * which of them is its own (its dot, Preguiça et al. 2012): entry `by` was `since` before, and is what the clock says
 * now. So two writes at one node that did not know of each other are told apart. Programs that speak only the course's
 * routes send value and clock alone; such a version stands for everything its clock covers.
 *
 * One version obsoletes another if its writer knew of it. That is a partial order, and replicas keep the maximal
 * versions (siblings): the join of a semilattice, so replicas that have seen the same versions, in any order, split
 * and repeated in any way, have the same ones left.
 */
import type { Json } from '../kernel/wire.ts';
import { counterOf, covers, joined, sumOf, textOfClock, type Clock } from './clock.ts';

export interface Version {
  /** Null: deleted. Such a tombstone wins and loses like any other write. */
  readonly value: Json;
  readonly clock: Clock;
  /** The node that wrote it, if that is known. */
  readonly by?: string;
  /** What its writer knew of that node's earlier writes. */
  readonly since?: number;
}

/** What is kept of a key: no version obsoletes another one; the winner comes first. */
export type Versions = readonly Version[];

/** The counter up to which the writer knew of a node's writes, before its own; who does not say which is his knew all. */
function knownOf({ clock, by, since }: Version, node: string): number {
  return node === by && since !== undefined ? since : counterOf(clock, node);
}

/** Whether the writer of `newer` knew of `older`. */
function knows(newer: Version, older: Version): boolean {
  if (older.by !== undefined) return counterOf(older.clock, older.by) <= knownOf(newer, older.by);
  return Object.entries(older.clock).every(([node, counter]) => counter <= knownOf(newer, node));
}

/**
 * A partial order. Who knew of a version comes after it in the total order, too, with one exception: programs without
 * dots may decide differently between the same siblings, so that one clock has two values, each knowing of the other.
 */
export function obsoletes(newer: Version, older: Version): boolean {
  return knows(newer, older) && compareVersions(newer, older) > 0;
}

/**
 * A total order that extends "obsoletes": who knew of a write has the larger sum of entries, which is thus a Lamport
 * counter above all that the writer had seen. It is computed from the clock, since that is all that some programs send;
 * among equal sums clocks are compared as texts, then values. No wall time, no order of arrival. The same version
 * without its dot, as other programs send it back, comes after the one with it.
 */
export function compareVersions(one: Version, other: Version): number {
  return (
    sumOf(one.clock) - sumOf(other.clock) ||
    compareTexts(textOfClock(one.clock), textOfClock(other.clock)) ||
    compareTexts(textOfJson(one.value), textOfJson(other.value)) ||
    compareTexts(other.by ?? '', one.by ?? '') ||
    (one.since ?? 0) - (other.since ?? 0)
  );
}

function compareTexts(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

/** One text for copies of one write: a second copy of it tells nothing. */
export function textOfVersion({ value, clock, by, since }: Version): string {
  return `${textOfClock(clock)} ${by} ${since} ${textOfJson(value)}`;
}

/**
 * The maximal ones of both, the winner first; `local` itself when `remote` adds nothing to it. Associative, commutative,
 * idempotent. None of `local` obsoletes another one, so only what is new is compared with all: O(n·m) for m new ones.
 */
export function merged(local: Versions, remote: Versions): Versions {
  const news = new Map(remote.map((version) => [textOfVersion(version), version]));
  for (const version of local) news.delete(textOfVersion(version));
  if (news.size === 0) return local;
  const distinct = [...news.values()];
  const isObsolete = (version: Version, others: Versions): boolean =>
    others.some((other) => obsoletes(other, version));
  const all = [...local, ...distinct];
  const kept = local.filter((version) => !isObsolete(version, distinct));
  const coming = distinct.filter((version) => !isObsolete(version, all));
  if (coming.length === 0 && kept.length === local.length) return local;
  return [...kept, ...coming].sort((one, other) => compareVersions(other, one));
}

/** All writes that somebody who sees these versions knows of. */
export function clockOf(versions: Versions): Clock {
  return versions.reduce<Clock>((clock, version) => joined(clock, version.clock), {});
}

/**
 * The context of a write, closed: who knows of a version knows of all that its writer knew, whatever a client says. So
 * what was overwritten can never come back because it was overwritten twice.
 */
export function closedContext(context: Clock, versions: Versions): Clock {
  for (const version of versions) {
    const isKnown = knows({ value: null, clock: context }, version);
    if (isKnown && !covers(context, version.clock))
      return closedContext(joined(context, version.clock), versions);
  }
  return context;
}

/** The values between which nobody has decided, tombstones left out; equal ones once, in an order of their own. */
export function valuesOf(versions: Versions): readonly Json[] {
  const values = new Map<string, Json>();
  for (const { value } of versions) if (value !== null) values.set(textOfJson(value), value);
  return [...values].sort(([one], [other]) => compareTexts(one, other)).map(([, value]) => value);
}

/** One text for equal values, in whatever order the members of objects came. */
export function textOfJson(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(textOfJson).join()}]`;
  const members = Object.entries(value).sort(([one], [other]) => compareTexts(one, other));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${textOfJson(member)}`).join()}}`;
}
