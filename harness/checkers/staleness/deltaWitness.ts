/** Why a read was staler than allowed, in words. */
import type { History } from '../../columns/history.ts';
import type { Accesses } from '../accesses.ts';
import type { Anomaly } from '../checker.ts';
import { known, notAgain } from '../polynomial/facts.ts';
import type { Conflict, Slack, Zones } from './conflicts.ts';
import { anomaly, factAt } from './regularWitness.ts';
import { initialVersion } from './versions.ts';

export interface Scene {
  readonly history: History;
  readonly accesses: Accesses;
  readonly timeline: Int32Array;
  readonly zones: Zones;
}

const nsPerMs = 1e6;

const elapsedNs = (clock: Float64Array, from: number, to: number): number =>
  (clock[to] ?? 0) - (clock[from] ?? 0);

/** Two versions each of which was there before something of the other began, by more than the slack. */
export function tooStale(scene: Scene, { outer, inner }: Conflict, { readsNs }: Slack): Anomaly {
  const { history, accesses, timeline, zones } = scene;
  const { firstEnd, lastRead, writeStart } = zones.versions;
  const lastStart = (version: number): number => Math.max(lastRead[version] ?? 0, writeStart[version] ?? 0);
  const agoNs = (old: number, newer: number): number => {
    const [read, end] = [lastRead[old] ?? 0, firstEnd[newer] ?? 0];
    return read > end ? elapsedNs(zones.clock, end, read) : -1;
  };
  // Of two that conflict, at least one was read too late; the initial version cannot have replaced the other.
  const isTooLate = (old: number, newer: number): boolean =>
    newer !== initialVersion && agoNs(old, newer) > (readsNs === 0 ? -1 : readsNs);
  const isSwapped =
    !isTooLate(outer, inner) || (isTooLate(inner, outer) && (lastRead[inner] ?? 0) > (lastRead[outer] ?? 0));
  const [old, newer] = isSwapped ? [inner, outer] : [outer, inner];
  const at = (event: number): number => Math.abs(timeline[event] ?? 0) - 1;
  const fact = (event: number): ReturnType<typeof factAt> => factAt(history, accesses, at(event));
  const read = fact(lastRead[old] ?? 0);
  const replacing = fact(firstEnd[newer] ?? 0);
  const others = [fact(lastStart(newer)), ...(old === initialVersion ? [] : [fact(firstEnd[old] ?? 0)])];
  const late =
    readsNs === 0
      ? ''
      : `, that was ${agoNs(old, newer) / nsPerMs} ms earlier, more than ${readsNs / nsPerMs} ms,`;
  const why = `${known(replacing)}${late} and ${notAgain(history, read.seen)}`;
  return anomaly('staler-than-delta', [read, replacing, ...others], why);
}
