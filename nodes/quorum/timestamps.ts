/**
 * The order of versions. Timestamps of both kinds stand in one total order: a number t counts as the pair (t, 0), and
 * nodes are numbered from 1. Should two versions have the same timestamp after all (two local puts with a timestamp of
 * the client's choice, a clock that was set back over a restart), the text of their values decides. So replicas that
 * have seen the same versions hold the same one, in whatever order they came.
 */
import type { Timestamp, Version } from './messages.ts';

export function counterOf(timestamp: Timestamp): number {
  return typeof timestamp === 'number' ? timestamp : timestamp[0];
}

function issuerOf(timestamp: Timestamp): number {
  return typeof timestamp === 'number' ? 0 : timestamp[1];
}

/** Below 0 when the left one is earlier, 0 when they are the same. */
export function compareTimestamps(left: Timestamp, right: Timestamp): number {
  return counterOf(left) - counterOf(right) || issuerOf(left) - issuerOf(right);
}

/** Below 0 when the left one is older; nothing at all is older than everything. */
export function compareVersions(left: Version | null, right: Version | null): number {
  if (left === null || right === null) return Number(left !== null) - Number(right !== null);
  return compareTimestamps(left.timestamp, right.timestamp) || compareTexts(left, right);
}

function compareTexts(left: Version, right: Version): number {
  const [leftText, rightText] = [JSON.stringify(left.value), JSON.stringify(right.value)];
  if (leftText === rightText) return 0;
  return leftText < rightText ? -1 : 1;
}

/** The newest of them; null when there is none. */
export function newest(versions: Iterable<Version | null>): Version | null {
  let found: Version | null = null;
  for (const version of versions) if (compareVersions(version, found) > 0) found = version;
  return found;
}

/** Whether who holds `held` has `version` or something newer. */
export function covers(held: Version | null, version: Version): boolean {
  return held !== null && compareTimestamps(held.timestamp, version.timestamp) >= 0;
}

/** Ticks of a node's clock are microseconds that leave its number when divided by this. */
const nodesTold = 64;

/**
 * The next tick of a wall clock: the first one of this node that is neither earlier than the time of day nor than the
 * tick before. In seconds, as programs of others have it. Up to 15 writes of a millisecond need no time of the future.
 */
export function wallTimestamp(wallMs: number, node: number, previous: number): number {
  const earliestUs = Math.max(Math.floor(wallMs) * 1000, Math.round(previous * 1e6) + 1);
  const behind = (node - earliestUs) % nodesTold;
  return (earliestUs + (behind < 0 ? behind + nodesTold : behind)) / 1e6;
}

/** `7.2` for the pair, the number as it is. */
export function describeTimestamp(timestamp: Timestamp): string {
  return typeof timestamp === 'number' ? String(timestamp) : `${timestamp[0]}.${timestamp[1]}`;
}
