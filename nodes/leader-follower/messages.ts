/**
 * The six types of the protocol: a leader that writes a log, followers that copy it, and, if it is wanted, another
 * leader after it. Everything is plain JSON. describe.ts prints each of them.
 */
import type { NodeId } from '../kernel/ids.ts';
import type { Protocol } from '../kernel/protocol.ts';
import type { Json } from '../kernel/wire.ts';
import type { Index, LogView } from '../log/log.ts';
import type { Ticket } from '../log/waitingReads.ts';
import type { MachineRequest, MachineState, Operation } from '../machines/index.ts';
import type { KeyValues } from '../machines/keyValue.ts';
import type { MachineResult } from '../machines/machine.ts';
import type { SavedSessions, Serial } from '../machines/sessions.ts';

export type { Index };
/** Numbers the leaders: each epoch has one at most, and epoch 1 belongs to the first node. */
export type Epoch = number;

export type Command =
  /** The first entry of every later leader: with it all entries before it are confirmed. */
  | { readonly type: 'epoch-begins' }
  | { readonly type: 'operation'; readonly operation: Operation; readonly serial?: Serial };

export interface Entry {
  readonly epoch: Epoch;
  readonly index: Index;
  readonly command: Command;
}

/** Where a log ends. Of two logs the one with the later epoch is more advanced, then the longer one. */
export interface LogEnd {
  readonly lastEpoch: Epoch;
  readonly lastIndex: Index;
}

/** Everything up to `index`, in place of the entries. */
export interface Snapshot {
  readonly index: Index;
  readonly epoch: Epoch;
  readonly state: MachineState;
  readonly sessions: SavedSessions;
}

/** What a leader says carries whom it means: a node that was given the wrong number must not answer for another. */
export type Message =
  /** Entries, or none: then it is a heartbeat. */
  | {
      readonly type: 'append';
      readonly to: NodeId;
      readonly epoch: Epoch;
      /** Echoed by every answer; an answered round shows that the leader still led when the round began. */
      readonly round: number;
      readonly previousIndex: Index;
      readonly previousEpoch: Epoch;
      readonly entries: readonly Entry[];
      /** Up to here reads may show entries, and up to here no change of leaders loses any. */
      readonly shownIndex: Index;
      readonly safeIndex: Index;
    }
  | {
      readonly type: 'install';
      readonly to: NodeId;
      readonly epoch: Epoch;
      readonly round: number;
      readonly snapshot: Snapshot;
    }
  /** The follower's log, on its disk, equals the leader's up to `matchIndex`. */
  | { readonly type: 'confirmed'; readonly epoch: Epoch; readonly round: number; readonly matchIndex: Index }
  /** The follower lacks what comes before the entries; up to `conflictIndex` the logs may agree. */
  | {
      readonly type: 'mismatch';
      readonly epoch: Epoch;
      readonly round: number;
      readonly previousIndex: Index;
      readonly conflictIndex: Index;
      readonly conflictEpoch: Epoch;
    }
  /** A later epoch is known: whoever hears it does not lead any more. */
  | { readonly type: 'fenced'; readonly epoch: Epoch }
  /** Has the leader fallen silent for you, too? If `binding`: then follow nobody before this epoch any more. */
  | { readonly type: 'ask'; readonly to: NodeId; readonly epoch: Epoch; readonly binding: boolean }
  | { readonly type: 'promise'; readonly epoch: Epoch; readonly binding: boolean; readonly end: LogEnd }
  /** To the node with the most advanced log among a majority: this epoch is yours. */
  | { readonly type: 'lead'; readonly epoch: Epoch }
  /** What do you show, if you lead? From a node that takes reads without leading; echoed by the answer. */
  | ({ readonly type: 'ask-read-index'; readonly to: NodeId } & Ticket)
  /** Null: not from this node, which does not lead. */
  | ({ readonly type: 'read-index'; readonly index: Index | null } & Ticket)
  /** How far does your log reach? */
  | ({ readonly type: 'ask-log-end'; readonly to: NodeId } & Ticket)
  | ({ readonly type: 'log-end'; readonly lastIndex: Index } & Ticket);

/** The old routes answer with other words and other statuses than the key–value ones. */
export type Form = 'key-value' | 'course';

export type Request =
  | MachineRequest
  /** By the old route, to be answered in its words. */
  | { readonly type: 'write-all'; readonly operation: Operation; readonly serial?: Serial }
  | { readonly type: 'replicate'; readonly values: KeyValues }
  | { readonly type: 'heartbeat' }
  | { readonly type: 'about' };

/** What became of a read or a write. */
export type Outcome = MachineResult | { readonly type: 'not-leader'; readonly leader: NodeId };

export type Response =
  | Outcome
  /** In the words of the old routes. */
  | { readonly type: 'course'; readonly outcome: Outcome }
  | { readonly type: 'replicated' }
  /** A leader copies nobody. */
  | { readonly type: 'leads-itself' }
  | { readonly type: 'about'; readonly about: { readonly [name: string]: Json } };

export type Timer = 'heartbeat' | 'silence' | 'reads';

/** A line of the journal. */
export type JournalRecord =
  /** Before anything is said in a new epoch: no leader before it is followed any more. */
  | { readonly type: 'epoch'; readonly epoch: Epoch }
  /** Consecutive entries; they replace what the log held from the first one on. */
  | { readonly type: 'entries'; readonly entries: readonly Entry[] }
  | { readonly type: 'shown'; readonly index: Index }
  /** The log before the entries that follow ends at `baseIndex`, at or below the snapshot. */
  | {
      readonly type: 'snapshot';
      readonly snapshot: Snapshot;
      readonly baseIndex: Index;
      readonly baseEpoch: Epoch;
    }
  /** What a leader without epochs sent (POST /replicar), and that a leader with epochs has spoken since. */
  | { readonly type: 'replicated'; readonly values: KeyValues }
  | { readonly type: 'replicated-no-more' };

export type Role = 'follower' | 'asking' | 'leader';

/** What a node shows of itself. O(1) to make: it shares the log. */
export interface Status {
  readonly role: Role;
  readonly epoch: Epoch;
  readonly leader: NodeId | null;
  readonly log: LogView<Entry>;
  readonly shownIndex: Index;
  readonly safeIndex: Index;
  /** The shown index as the journal has it: a restart does not go below, unless entries are taken back. */
  readonly journaledShownIndex: Index;
  readonly snapshotIndex: Index;
  /** Who was heard of within the heartbeat timeout, this node included: a leader hears all, a follower its leader. */
  readonly alive: readonly NodeId[];
  /** How many keys a leader without epochs has sent; they go when one with epochs speaks. */
  readonly replicatedKeys: number;
}

export interface LeaderFollowerProtocol extends Protocol {
  message: Message;
  request: Request;
  response: Response;
  timer: Timer;
  record: JournalRecord;
  status: Status;
}
