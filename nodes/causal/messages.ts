/** The six types of the protocol, and what they are made of. Everything is plain JSON. */
import type { ErrorName } from '../kernel/errors.ts';
import type { Protocol } from '../kernel/protocol.ts';
import type { Json } from '../kernel/wire.ts';
import type { Vector } from './vector.ts';

/** What a key holds: the value null says that it was deleted. */
export interface Version {
  readonly value: Json;
  /** Lamport timestamp of the write, and the number of the node that took it: together a total order of all writes. */
  readonly lamport: number;
  readonly origin: string;
}

/** A client's write, as nodes tell each other. */
export interface Write extends Version {
  readonly key: string;
  /** The how many-eth write of its origin, from 1. */
  readonly sequence: number;
  /** What its origin had applied when it took it. */
  readonly dependencies: Vector;
}

export type Entries = readonly (readonly [key: string, version: Version])[];

/** All that a node holds, without the writes that made it so. */
export interface State {
  readonly applied: Vector;
  readonly lamport: number;
  readonly entries: Entries;
}

export type Message =
  /** Pushed as soon as they are taken, or because the other one lacks them. */
  | { readonly type: 'writes'; readonly writes: readonly Write[] }
  /** What the sender has applied: whoever has more sends it. */
  | { readonly type: 'have'; readonly applied: Vector }
  /** To one that lacks writes which the sender does not keep any more. */
  | { readonly type: 'state'; readonly state: State };

export type Request =
  /** `session` is what the client has seen: it is answered by a node that has applied all of that. */
  | { readonly type: 'get'; readonly key: string; readonly session: Vector }
  /** The value null deletes. */
  | { readonly type: 'put'; readonly key: string; readonly value: Json; readonly session: Vector };

export type Response =
  /** `session` is null where sessions stay at one node. */
  | {
      readonly type: 'read';
      readonly key: string;
      readonly value: Json;
      readonly session: Vector | null;
    }
  | {
      readonly type: 'written';
      readonly key: string;
      readonly value: Json;
      readonly session: Vector | null;
    }
  | { readonly type: 'refused'; readonly error: ErrorName; readonly why: string };

export type Timer =
  /** Between two rounds of anti-entropy. */
  | 'sync'
  /** When the oldest request has waited long enough. */
  | 'wait';

/** A line of the journal. */
export type JournalRecord =
  /** Applied, in this order. */
  | { readonly type: 'writes'; readonly writes: readonly Write[] }
  /** Joined with what the lines before it say; the first line of a compacted journal. */
  | { readonly type: 'state'; readonly state: State };

/** What a node shows of itself. */
export interface Status {
  readonly applied: Vector;
  readonly lamport: number;
  readonly keys: number;
  /** Writes that wait for others on which they depend, and requests that wait for what their session has seen. */
  readonly buffered: number;
  readonly waiting: number;
  /** Whether this is the first status of an incarnation; then `changed` is all that it has recovered. */
  readonly isFirst: boolean;
  /** What the last step has applied, in order; what came with a whole state is not among it. */
  readonly writes: readonly Write[];
  /** What the last step has changed. */
  readonly changed: Entries;
}

export interface CausalProtocol extends Protocol {
  message: Message;
  request: Request;
  response: Response;
  timer: Timer;
  record: JournalRecord;
  status: Status;
}
