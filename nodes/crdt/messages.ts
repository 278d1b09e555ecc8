/** The six types of the protocol. Everything is plain JSON. */
import type { Protocol } from '../kernel/protocol.ts';
import type { Body, Family, Operation, Refusal, State } from './dataType.ts';

/** The counter of the course has no name; a name in a route is never empty. */
export const unnamed = '';

/** Objects by name, and what is known of each: a part of a replica's state, or what is added to it. */
export type Entries = readonly (readonly [key: string, state: State])[];

export type Message =
  /** Carried as `POST /sync`: everything that the sender has. */
  | { readonly type: 'sync'; readonly dataType: string; readonly entries: Entries; readonly size: number }
  /** How a `sync` ended: taken, or nobody knows. */
  | { readonly type: 'synced'; readonly taken: boolean }
  /** I lack rights to take that many in all: here is what I know of the counter. */
  | { readonly type: 'rights-wanted'; readonly key: string; readonly amount: number; readonly state: State }
  /** What I know of that counter, and what I gave you is in it. */
  | { readonly type: 'rights'; readonly key: string; readonly state: State };

export type Request =
  | { readonly type: 'read'; readonly family: Family; readonly key: string }
  | {
      readonly type: 'operate';
      readonly family: Family;
      readonly key: string;
      readonly operation: Operation;
    }
  /** States by the name of their type; those of other types than the node's make no sense to it. */
  | { readonly type: 'sync'; readonly states: Readonly<Record<string, Entries>> }
  /** Passed the schema, and still makes no sense. */
  | { readonly type: 'malformed'; readonly why: string };

export type Response =
  | { readonly type: 'view'; readonly body: Body }
  | { readonly type: 'done'; readonly body: Body }
  | { readonly type: 'sync-received' }
  | ({ readonly type: 'refused' } & Refusal);

export type Timer = 'sync' | 'patience';

/** A line of the journal: joined with what is known of these objects. */
export interface JournalRecord {
  readonly entries: Entries;
}

/** What a node shows of itself. */
export interface Status {
  readonly dataType: string;
  readonly objects: number;
  /** Clients that wait for rights. */
  readonly waiting: number;
  /** Whether this is the first status of an incarnation; then `changed` is all that it has recovered. */
  readonly isFirst: boolean;
  /** What the last step changed, and whether it changed by an operation of its own. */
  readonly changed: Entries;
  readonly isOwn: boolean;
}

export interface CrdtProtocol extends Protocol {
  message: Message;
  request: Request;
  response: Response;
  timer: Timer;
  record: JournalRecord;
  status: Status;
}
