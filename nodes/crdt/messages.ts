/** The six types of the protocol. Everything is plain JSON. */
import type { NodeId } from '../kernel/ids.ts';
import type { Protocol } from '../kernel/protocol.ts';
import type { Body, Family, Operation, Refusal, State } from './dataType.ts';

/** The counter of the course has no name; a name in a route is never empty. */
export const unnamed = '';

/** Objects by name, and what is known of each: a part of a replica's state, or what is added to it. */
export type Entries = readonly (readonly [key: string, state: State])[];

/** A node that keeps nothing takes what it is sent, too, and a program of others does not say whether it will have it. */
export type Receipt = 'kept' | 'taken' | 'none';

export type Message =
  /** Carried as `POST /sync`: everything that the sender has, or what it has added since the other one kept the rest. */
  | {
      readonly type: 'sync';
      readonly dataType: string;
      readonly entries: Entries;
      readonly size: number;
      /** How many of its changes the sender has told with it and before, as it counts them; 0 when it does not. */
      readonly through: number;
    }
  /** How that `sync` ended. */
  | { readonly type: 'synced'; readonly through: number; readonly receipt: Receipt }
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
  | {
      readonly type: 'sync';
      readonly states: Readonly<Record<string, Entries>>;
      /** How many replicas they speak of. */
      readonly width: number;
    }
  /** Passed the schema, and still makes no sense. */
  | { readonly type: 'malformed'; readonly why: string };

export type Response =
  | { readonly type: 'view'; readonly body: Body }
  | { readonly type: 'done'; readonly body: Body }
  /** `kept`: it is there for good, whatever happens to this node. */
  | { readonly type: 'sync-received'; readonly kept: boolean }
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
  /** How many changes this incarnation has counted, and how many of them each peer keeps; with sync=delta. */
  readonly changes: number;
  readonly kept: readonly (readonly [peer: NodeId, changes: number])[];
}

export interface CrdtProtocol extends Protocol {
  message: Message;
  request: Request;
  response: Response;
  timer: Timer;
  record: JournalRecord;
  status: Status;
}
