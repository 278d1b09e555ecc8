/**
 * Registers of a long history that are linearizable, found in one sweep over all keys at once. It is the theorem of
 * `zones.ts`, asked in the order of the history instead of key by key: the operations of a key lie far apart in memory,
 * and so do the values that they saw and left, while what is read soon after it was written is still at hand.
 *
 * The sweep never refutes. It gives up a key where a value is not its own (written twice, met at another key before, or
 * there at first), where an operation is no plain read or write, and where zones conflict; such keys are decided one by
 * one. Where different values mean the same (`emptyIsAbsent`), the sweep holds them apart and asks too much: that is safe.
 */
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { History } from '../../columns/history.ts';
import { never, okOutcome, type Operations } from '../../columns/operations.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import { initialId } from '../accesses.ts';

/** The keys of a history. */
export interface Keys {
  readonly count: number;
  /** By row: its key, or `noKey` if it does not count. */
  readonly ofRow: Int32Array;
}

const noKey = -1;

/** Shorter histories fit into the caches, in whatever order they are read. */
export const sweepRowsMin = 1 << 15;

/** By key: 1 if it is linearizable, 0 if the sweep cannot tell. O(operations + values). */
export function sweptKeys(
  history: History,
  spec: SequentialSpec,
  keys: Keys,
  initial: Json | undefined,
): Uint8Array {
  if (!spec.accesses) return new Uint8Array(keys.count);
  const sweep = new Sweep(history, spec, keys, initialId(history, spec, initial));
  sweep.gather();
  sweep.findConflicts();
  return sweep.isSound;
}

/** How an operation accesses its key. */
const otherAccess = 0;
const plainRead = 1;
const plainWrite = 2;

/** No operation of the cluster began; what was there at first was written before all operations. */
const before = -1;

/**
 * Clusters as in `clusters.ts`: those of initial values are numbered as the keys are, after them come those of all other
 * values, by their ids.
 */
class Sweep {
  /** By key: 1 until the sweep gives it up. */
  readonly isSound: Uint8Array;
  private soundCount: number;
  private readonly operations: Operations;
  private readonly keys: Keys;
  private readonly initial: number;
  /** By id in `fNames`. */
  private readonly accessOf: Uint8Array;
  /** By cluster: its key + 1, negative as long as its value was only seen; 0 if nobody met it. */
  private readonly owner: Int32Array;
  private readonly firstEnd: Int32Array;
  private readonly lastStart: Int32Array;
  /** By row: its cluster, unless its key was given up. */
  private readonly clusterOf: Int32Array;

  constructor({ operations, events }: History, spec: SequentialSpec, keys: Keys, initial: number) {
    const clusterCount = keys.count + events.values.size;
    this.isSound = new Uint8Array(keys.count).fill(1);
    this.soundCount = keys.count;
    this.operations = operations;
    this.keys = keys;
    this.initial = initial;
    this.accessOf = Uint8Array.from({ length: events.fNames.size }, (_, id) =>
      plainAccess(spec, events.fNames.get(id)),
    );
    this.owner = new Int32Array(clusterCount);
    this.firstEnd = new Int32Array(clusterCount).fill(before, 0, keys.count);
    this.lastStart = new Int32Array(clusterCount).fill(before, 0, keys.count);
    for (let key = 0; key < keys.count; key++) this.owner[key] = key + 1;
    this.clusterOf = new Int32Array(operations.length);
  }

  /** Makes the clusters. */
  gather(): void {
    const { isSound, initial, accessOf, clusterOf, owner, firstEnd, lastStart } = this;
    const { count, ofRow } = this.keys;
    const { length, f, outcome, input, output, start, end } = this.operations;
    /** By key: how many values were seen and are not written yet. */
    const unwritten = new Int32Array(count);
    for (let row = 0; row < length && this.soundCount > 0; row++) {
      const key = ofRow[row] as number;
      if (key === noKey || isSound[key] === 0) continue;
      const access = accessOf[f[row] as number] as number;
      const isRead = access === plainRead;
      const to = outcome[row] === okOutcome ? (end[row] as number) : never;
      if (access === otherAccess || (isRead && to === never)) {
        this.giveUp(key);
        continue;
      }
      const value = (isRead ? output[row] : input[row]) as number;
      const cluster = value === initial ? key : count + value;
      const met = owner[cluster] as number;
      const first = firstEnd[cluster] as number;
      clusterOf[row] = cluster;
      if (met === 0) {
        owner[cluster] = isRead ? -key - 1 : key + 1;
        if (isRead) unwritten[key] = (unwritten[key] as number) + 1;
        firstEnd[cluster] = to;
      } else if (isRead && (met === key + 1 || met === -key - 1)) {
        if (to < first) firstEnd[cluster] = to;
      } else if (met === -key - 1 && (start[row] as number) < first) {
        // All that saw it overlap its write, which is met only now.
        owner[cluster] = key + 1;
        unwritten[key] = (unwritten[key] as number) - 1;
        if (to < first) firstEnd[cluster] = to;
      } else {
        this.giveUp(key);
        continue;
      }
      // Rows are in the order of their starts.
      lastStart[cluster] = start[row] as number;
    }
    for (let key = 0; key < count; key++) if (unwritten[key] !== 0) this.giveUp(key);
  }

  /** Gives up the keys in which two zones conflict: `conflictIn`, for all keys at once. */
  findConflicts(): void {
    const { isSound, clusterOf, firstEnd, lastStart } = this;
    const { count, ofRow } = this.keys;
    const { length, start } = this.operations;
    // By key: the forward zone that was met last. Nothing lies inside the first ones.
    const forwardEnd = new Int32Array(count).fill(never);
    const forwardStart = new Int32Array(count);
    for (let row = length - 1; row >= 0 && this.soundCount > 0; row--) {
      const key = ofRow[row] as number;
      if (key === noKey || isSound[key] === 0) continue;
      const cluster = clusterOf[row] as number;
      const to = lastStart[cluster] as number;
      if (to !== start[row]) continue;
      // A write without an answer that nobody saw may never have happened: it ends after everything, and lies nowhere.
      const from = firstEnd[cluster] as number;
      if ((forwardEnd[key] as number) < to && from < (forwardStart[key] as number)) this.giveUp(key);
      if (from >= to) continue;
      forwardEnd[key] = from;
      forwardStart[key] = to;
    }
  }

  private giveUp(key: number): void {
    if (this.isSound[key] === 0) return;
    this.isSound[key] = 0;
    this.soundCount--;
  }
}

function plainAccess({ accesses }: SequentialSpec, f: string): number {
  const kind = accesses && Object.hasOwn(accesses, f) ? accesses[f] : undefined;
  return kind === 'read' ? plainRead : kind === 'write' ? plainWrite : otherAccess;
}
