/**
 * The six types of the protocol: replicated registers that are read and written by quorums. Sources: Attiya, Bar-Noy &
 * Dolev 1995 (ABD) and Lynch & Shvartsman 1997 (many writers) for the strict quorums, DeCandia et al. 2007 (Dynamo) for
 * preference lists, sloppy quorums, hinted handoff and anti-entropy. Everything is plain JSON.
 */
import type { ErrorName } from '../kernel/errors.ts';
import type { NodeId } from '../kernel/ids.ts';
import type { Protocol } from '../kernel/protocol.ts';
import type { Json } from '../kernel/wire.ts';

/** A number is the time of day in seconds; a pair is a counter and the number of the node that issued it. */
export type Timestamp = number | readonly [counter: number, node: number];

/** What a register holds. The value null is a tombstone: it reads as if nothing were there. */
export interface Version {
  readonly value: Json;
  readonly timestamp: Timestamp;
}

export const levels = ['ONE', 'QUORUM', 'ALL'] as const;
/** How many replicas a request waits for: one, r or w, or all n. */
export type Level = (typeof levels)[number];

export type WriteStatus = 'success' | 'outdated';

/** A key, its timestamp, and a digest of the whole version. */
export type Summary = readonly [key: string, timestamp: Timestamp, digest: number];

export type Message =
  /** `operation` is never used again, not even by a later life of the coordinator: an old answer is not a new one. */
  | { readonly type: 'read'; readonly operation: number; readonly key: string }
  | {
      readonly type: 'version';
      readonly operation: number;
      readonly key: string;
      readonly version: Version | null;
    }
  | {
      readonly type: 'write';
      readonly key: string;
      readonly version: Version;
      /** The replica that cannot be reached; the receiver is no replica of the key, and keeps a hint for it. */
      readonly standsFor?: NodeId;
      /** It was kept as a hint, and may be old. */
      readonly isHandoff?: true;
    }
  /** The sender holds this key at this timestamp or a later one, on its disk. True for ever, whoever hears it when. */
  | {
      readonly type: 'written';
      readonly key: string;
      readonly timestamp: Timestamp;
      readonly status: WriteStatus;
    }
  /** Digests of places of one level of the Merkle tree that sender and receiver share. */
  | {
      readonly type: 'compare';
      readonly level: number;
      readonly digests: readonly (readonly [place: number, digest: number])[];
    }
  /** All that the sender holds in these leaves. */
  | { readonly type: 'summaries'; readonly leaves: readonly number[]; readonly summaries: readonly Summary[] }
  | {
      readonly type: 'versions';
      readonly versions: readonly (readonly [key: string, version: Version])[];
      /** Keys whose versions the sender would like in return. */
      readonly wanted: readonly string[];
    };

export type Request =
  /** Through a quorum; the level is that of the node unless it is given. */
  | { readonly type: 'read'; readonly key: string; readonly level?: Level }
  | { readonly type: 'write'; readonly key: string; readonly value: Json; readonly level?: Level }
  /** What this node holds, without a look at others. */
  | { readonly type: 'local-read'; readonly key: string }
  /** Keeps the newer one; without a timestamp it gets a new one. */
  | { readonly type: 'put'; readonly key: string; readonly value: Json; readonly timestamp?: Timestamp }
  /** The same, as one replica asks another. */
  | { readonly type: 'replica-write'; readonly key: string; readonly version: Version };

export type Response =
  /** Null, or a tombstone: there is nothing. */
  | { readonly type: 'value'; readonly key: string; readonly version: Version | null }
  | {
      readonly type: 'written';
      readonly key: string;
      readonly version: Version;
      readonly status: WriteStatus;
    }
  | { readonly type: 'replica-written'; readonly status: WriteStatus }
  /** No quorum in time. `timeout`: the write was started, and may yet take effect. */
  | {
      readonly type: 'no-quorum';
      readonly error: Extract<ErrorName, 'timeout' | 'temporarily-unavailable'>;
      readonly why: string;
    };

export type Timer = 'sweep' | 'handoff' | 'anti-entropy';

/** A line of the journal. */
export type JournalRecord =
  /** The start of a life. */
  | { readonly type: 'incarnation'; readonly number: number }
  /** This node holds the version as a replica. `missing`: it coordinates the write, and keeps hints for these. */
  | {
      readonly type: 'version';
      readonly key: string;
      readonly version: Version;
      readonly missing?: readonly NodeId[];
    }
  /** This node has issued the timestamp for a key of which it is no replica. */
  | { readonly type: 'issued'; readonly key: string; readonly timestamp: Timestamp }
  /** Kept for these nodes until they hold it. */
  | {
      readonly type: 'hint';
      readonly nodes: readonly NodeId[];
      readonly key: string;
      readonly version: Version;
    };

/** What a step has changed, for whoever watches: invariants and tests. */
export type Change =
  | { readonly type: 'stored'; readonly key: string; readonly timestamp: Timestamp }
  | { readonly type: 'issued'; readonly key: string; readonly timestamp: Timestamp }
  | {
      readonly type: 'hinted';
      readonly node: NodeId;
      readonly key: string;
      readonly timestamp: Timestamp;
    }
  /** The node has it now, so the hint is dropped. */
  | {
      readonly type: 'delivered';
      readonly node: NodeId;
      readonly key: string;
      readonly timestamp: Timestamp;
    }
  /** A client was told that it is there: so many replicas must have it, as the level says. Strict quorums only. */
  | {
      readonly type: 'promised';
      readonly key: string;
      readonly timestamp: Timestamp;
      readonly replicas: readonly NodeId[];
      readonly holders: number;
    };

/** What a node shows of itself. */
export interface Status {
  readonly incarnation: number;
  readonly keys: number;
  /** Versions kept for other nodes. */
  readonly hints: number;
  /** Client operations under way. */
  readonly coordinating: number;
  /** What the last step has changed; the first step of a life shows all that was recovered. */
  readonly changes: readonly Change[];
}

export interface QuorumProtocol extends Protocol {
  message: Message;
  request: Request;
  response: Response;
  timer: Timer;
  record: JournalRecord;
  status: Status;
}
