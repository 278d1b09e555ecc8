/**
 * Shortest ways from an operation to another: along sessions, which cost nothing, and along edges between them. Breadth
 * first, by edges; in every session all that follows the earliest operation that was reached is reached too.
 */
import { none, type ReadsFrom } from '../readsFrom.ts';
import { listsBy, type Edges, type Lists } from './edges.ts';

/** What leads from one session to another: a write and its reader, or an edge of a list. */
export interface Leap {
  readonly from: number;
  readonly to: number;
  /** The number of the edge, or `none` when `to` read from `from`. */
  readonly edge: number;
}

/** Which leaps there are. */
export interface Web {
  readonly readsFrom: ReadsFrom;
  readonly readers: Lists;
  /** Whether a read may be used as a leap from what it read; all by default. */
  readonly sees?: (read: number) => boolean;
  readonly edges?: Edges;
  /** Only the edges before this one; all by default. */
  readonly edgesMax?: number;
  /** Whether an operation, and so those after it in its session, may be passed at all; by default they may. */
  readonly isWithin?: (id: number) => boolean;
}

/** A way: leaps, each from an operation at or after the one where the last leap landed, in its session. */
export type Way = readonly Leap[];

/**
 * The way with the fewest leaps from `start` to `goal`, or undefined. It may be empty, when the goal is in the same
 * session, not before the start. O(operations + edges).
 */
export function wayFrom(web: Web, start: number, goal: number): Way | undefined {
  return new WaySearch(web, [start], (id) => id === goal).run()?.way;
}

/** A way with its ends. */
export interface Journey {
  readonly start: number;
  readonly way: Way;
  readonly goal: number;
}

/** The same from any of several starts to the first goal that is reached. */
export function journeyBetween(
  web: Web,
  starts: readonly number[],
  isGoal: (id: number) => boolean,
): Journey | undefined {
  return new WaySearch(web, starts, isGoal).run();
}

class WaySearch {
  private readonly web: Web;
  private readonly starts: ReadonlySet<number>;
  private readonly isGoal: (id: number) => boolean;
  private readonly outgoing: Lists | undefined;
  /** By session: its operations from here on were looked at. */
  private readonly explored: Int32Array;
  /** By operation that a leap reached: that leap. */
  private readonly leapTo = new Map<number, Leap>();
  private readonly landings: number[] = [];

  constructor(web: Web, starts: readonly number[], isGoal: (id: number) => boolean) {
    const { sessionStart, length } = web.readsFrom;
    this.web = web;
    this.starts = new Set(starts);
    this.isGoal = isGoal;
    this.outgoing = web.edges && listsBy(web.edges.before.filled(), length);
    this.explored = sessionStart.slice(1);
  }

  run(): Journey | undefined {
    const { isWithin } = this.web;
    for (const start of this.starts) this.landings.push(start);
    for (let at = 0; at < this.landings.length; at++) {
      const landing = this.landings[at] ?? 0;
      const session = this.web.readsFrom.session[landing] ?? 0;
      const end = this.explored[session] ?? 0;
      if (landing < end) this.explored[session] = landing;
      for (let id = landing; id < end && (!isWithin || isWithin(id)); id++) {
        if (this.isGoal(id)) return this.journeyTo(landing, id);
        this.leapFrom(id);
      }
    }
    return undefined;
  }

  private leapFrom(id: number): void {
    const { readers, sees, edges, edgesMax = Infinity } = this.web;
    const end = readers.start[id + 1] ?? 0;
    for (let at = readers.start[id] ?? 0; at < end; at++) {
      const read = readers.items[at] ?? 0;
      if (!sees || sees(read)) this.reach({ from: id, to: read, edge: none });
    }
    if (!edges || !this.outgoing) return;
    const last = this.outgoing.start[id + 1] ?? 0;
    for (let at = this.outgoing.start[id] ?? 0; at < last; at++) {
      const edge = this.outgoing.items[at] ?? 0;
      if (edge < edgesMax) this.reach({ from: id, to: edges.after.at(edge) ?? 0, edge });
    }
  }

  private reach(leap: Leap): void {
    const session = this.web.readsFrom.session[leap.to] ?? 0;
    if (leap.to >= (this.explored[session] ?? 0) || this.leapTo.has(leap.to)) return;
    this.leapTo.set(leap.to, leap);
    this.landings.push(leap.to);
  }

  private journeyTo(landing: number, goal: number): Journey {
    const way: Leap[] = [];
    let at = landing;
    for (let leap = this.leapTo.get(at); leap && !this.starts.has(at); leap = this.leapTo.get(at)) {
      way.push(leap);
      at = this.landingBefore(leap.from);
    }
    return { start: at, way: way.reverse(), goal };
  }

  /** The landing from which an operation was explored. */
  private landingBefore(id: number): number {
    const { session, sessionStart } = this.web.readsFrom;
    const first = sessionStart[session[id] ?? 0] ?? 0;
    for (let at = id; at >= first; at--) if (this.leapTo.has(at) || this.starts.has(at)) return at;
    return id;
  }
}
