/**
 * Request-Ids for clients who gave none. Nodes remember for each client its latest number alone, so a name is used by
 * one request at a time: a lane. What makes a name unique is the number of the proxy's life, which is journaled; and, for
 * a proxy that is started by hand with an empty folder every time, the time of its start.
 */
import type { NodeId } from '../kernel/ids.ts';

export interface Lane {
  readonly name: string;
  lastNumber: number;
}

export class Lanes {
  private readonly prefix: string;
  private readonly free: Lane[] = [];
  private count = 0;

  constructor(self: NodeId, incarnation: number, wallMs: number) {
    this.prefix = `proxy-${self}-${incarnation}-${Math.trunc(wallMs)}`;
  }

  /** A lane that no open request uses; give it back at the end. */
  take(): Lane {
    return this.free.pop() ?? { name: `${this.prefix}-${++this.count}`, lastNumber: 0 };
  }

  giveBack(lane: Lane): void {
    this.free.push(lane);
  }
}

/** The next Request-Id of a lane. */
export function nextId(lane: Lane): string {
  return `${lane.name}/${++lane.lastNumber}`;
}
