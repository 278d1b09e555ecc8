/**
 * Exactly-once clients (Ongaro 2014, §6.3): for each client the number and the result of its latest request. The table is part of
 * the replicated state: it changes only as entries are applied, and travels in snapshots. It is bounded; the session
 * longest unused is evicted, and since use is decided by the log, every node evicts the same one.
 */
import { assert } from '../kernel/assert.ts';
import type { MachineResult } from './machine.ts';

/** A client's request number: the same client never has two in flight, and counts upwards. */
export interface Serial {
  readonly client: string;
  readonly number: number;
}

/** From the session longest unused to the latest, so that all who go on from here evict the same one. */
export type SavedSessions = readonly (readonly [client: string, number: number, result: MachineResult])[];

/** `<client>/<n>`; the client may contain slashes itself. Null when there is no number at the end. */
export function parseSerial(requestId: string): Serial | null {
  const slash = requestId.lastIndexOf('/');
  const digits = requestId.slice(slash + 1);
  if (slash < 1 || !/^\d{1,15}$/.test(digits)) return null;
  return { client: requestId.slice(0, slash), number: Number(digits) };
}

interface Session {
  readonly number: number;
  readonly result: MachineResult;
}

export class Sessions {
  /** In order of use, the longest unused first (a Map keeps the order of insertion). */
  private readonly sessions = new Map<string, Session>();
  private readonly limit: number;

  constructor(limit: number, saved: SavedSessions = []) {
    assert(limit > 0, 'a table of sessions that can hold none');
    this.limit = limit;
    for (const [client, number, result] of saved) this.sessions.set(client, { number, result });
  }

  /**
   * The earlier result if this request was applied before, else null. A number below the latest belongs to a request
   * whose client has gone on since, so its result is forgotten: nothing can be said about it any more.
   */
  resultOf({ client, number }: Serial): MachineResult | null {
    const session = this.sessions.get(client);
    if (session === undefined || number > session.number) return null;
    if (number === session.number) return session.result;
    return { type: 'refused', error: 'timeout', why: 'this client has sent a later request since' };
  }

  /** Remembers the result of the client's latest request. */
  record({ client, number }: Serial, result: MachineResult): void {
    assert(number > (this.sessions.get(client)?.number ?? -1), 'a request is recorded once');
    this.sessions.delete(client);
    this.sessions.set(client, { number, result });
    if (this.sessions.size <= this.limit) return;
    for (const longestUnused of this.sessions.keys()) {
      this.sessions.delete(longestUnused);
      break;
    }
  }

  snapshot(): SavedSessions {
    return [...this.sessions].map(([client, { number, result }]) => [client, number, result] as const);
  }
}
