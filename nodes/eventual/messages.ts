/** The six types of the protocol. Everything is plain JSON. */
import type { ErrorName } from '../kernel/errors.ts';
import type { Protocol } from '../kernel/protocol.ts';
import type { Json } from '../kernel/wire.ts';
import type { Clock } from './clock.ts';
import type { Versions } from './versions.ts';

/** Keys and what is kept of each: a part of a replica's state. */
export type Entries = readonly (readonly [key: string, versions: Versions])[];

export type Message =
  /** Carried as `POST /sync`: everything (`sync=full`), or what the digests told (`sync=digest`). */
  | { readonly type: 'sync'; readonly entries: Entries }
  /** How a `sync` ended: taken, or nobody knows. */
  | { readonly type: 'synced'; readonly taken: boolean }
  /** What I have, in a few numbers: a hash of each bucket of keys, and `root` over all of them. */
  | { readonly type: 'digest'; readonly root: string; readonly buckets: readonly string[] }
  /** Where I differ from the digest with that root: my keys in those buckets, and the hash of each. */
  | {
      readonly type: 'summary';
      readonly root: string;
      readonly buckets: readonly number[];
      readonly hashes: readonly (readonly [key: string, hash: string])[];
    };

export type Request =
  | { readonly type: 'get'; readonly key: string }
  /** The value null deletes. Without a context the client says nothing of what it has seen. */
  | { readonly type: 'put'; readonly key: string; readonly value: Json; readonly context: Clock | null }
  | { readonly type: 'sync'; readonly entries: Entries }
  /** Passed the schema, and still makes no sense. */
  | { readonly type: 'malformed'; readonly why: string };

export type Response =
  /** What the key holds: one value, several that nobody decided between, or none; and the clock of all that. */
  | {
      readonly type: 'read';
      readonly key: string;
      readonly values: readonly Json[];
      readonly clock: Clock | null;
    }
  /** `values` are those that stand beside the written one, if any: the clock covers them, so the client is told. */
  | {
      readonly type: 'written';
      readonly key: string;
      readonly value: Json;
      readonly clock: Clock;
      readonly siblings: readonly Json[];
    }
  | { readonly type: 'sync-received' }
  | { readonly type: 'refused'; readonly error: ErrorName; readonly why: string };

export type Timer = 'sync';

/** A line of the journal: what these keys hold from now on. */
export interface JournalRecord {
  readonly entries: Entries;
}

/** What a node shows of itself. */
export interface Status {
  readonly keys: number;
  /** Keys that were deleted. */
  readonly deleted: number;
  /** Keys with values that nobody has decided between. */
  readonly conflicts: number;
  /** Whether this is the first status of an incarnation; then `changed` is all that it has recovered. */
  readonly isFirst: boolean;
  /** What the last step changed. */
  readonly changed: Entries;
  /** The write that the last step took, if it took one. */
  readonly write: Write | null;
}

/** A client's write at this node: what it was told, and what became of it. */
export interface Write {
  readonly key: string;
  readonly context: Clock;
  readonly clock: Clock;
}

export interface EventualProtocol extends Protocol {
  message: Message;
  request: Request;
  response: Response;
  timer: Timer;
  record: JournalRecord;
  status: Status;
}
