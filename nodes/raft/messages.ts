/**
 * The six types of the protocol: Raft, as in Ongaro's thesis "Consensus: Bridging Theory and Practice" (all section
 * numbers in this folder are the thesis's). Everything is plain JSON. describe.ts prints each of them.
 */
import type { NodeId } from '../kernel/ids.ts';
import type { Protocol } from '../kernel/protocol.ts';
import type { Index, LogView } from '../log/log.ts';
import type { Ticket } from '../log/waitingReads.ts';
import type { MachineRequest, MachineState, Operation } from '../machines/index.ts';
import type { MachineResult } from '../machines/machine.ts';
import type { SavedSessions, Serial } from '../machines/sessions.ts';

export type { Index };
/** A number that increases with every election; at most one leader each (§3.3). */
export type Term = number;

/** What an entry of the log tells the state machine, or the cluster. */
export type Command =
  /** The first entry of every leader, so that it learns at once what is committed (§6.4). */
  | { readonly type: 'no-op' }
  | { readonly type: 'operation'; readonly operation: Operation; readonly serial?: Serial }
  /** The members from here on, in force as soon as the entry is in the log (§4.1). */
  | { readonly type: 'members'; readonly members: readonly NodeId[] };

export interface Entry {
  readonly term: Term;
  readonly index: Index;
  readonly command: Command;
}

/** Everything up to `index`, in place of the entries (§5.1). */
export interface Snapshot {
  readonly index: Index;
  readonly term: Term;
  readonly members: readonly NodeId[];
  readonly state: MachineState;
  readonly sessions: SavedSessions;
}

export type Message =
  | {
      readonly type: 'request-vote';
      /** The term in which the votes are wanted; for a pre-vote the candidate is not there yet. */
      readonly term: Term;
      readonly lastIndex: Index;
      readonly lastTerm: Term;
      /** A question without consequences: would you vote for me? (§9.6) */
      readonly preVote: boolean;
      /** The old leader wants this election: do not stick to it (§4.2.3, §3.10). */
      readonly transfer: boolean;
    }
  | { readonly type: 'vote'; readonly term: Term; readonly granted: boolean; readonly preVote: boolean }
  | {
      readonly type: 'append-entries';
      readonly term: Term;
      /** Echoed by the answer; an acknowledged round shows that the leader still led when the round began (§6.4). */
      readonly round: number;
      readonly previousIndex: Index;
      readonly previousTerm: Term;
      readonly entries: readonly Entry[];
      readonly commitIndex: Index;
    }
  | {
      readonly type: 'appended';
      readonly term: Term;
      readonly round: number;
      readonly success: true;
      /** The follower's log equals the leader's up to here. */
      readonly matchIndex: Index;
    }
  | {
      readonly type: 'appended';
      readonly term: Term;
      readonly round: number;
      readonly success: false;
      /** `previousIndex` of the request that is refused. */
      readonly previousIndex: Index;
      /** The last place where the logs may still agree: skips a whole term at a time (§3.5). */
      readonly conflictIndex: Index;
      readonly conflictTerm: Term;
    }
  | {
      readonly type: 'install-snapshot';
      readonly term: Term;
      readonly round: number;
      readonly lastIndex: Index;
      readonly lastTerm: Term;
      /** Where this chunk begins in the JSON text of the snapshot, in UTF-16 code units. */
      readonly offset: number;
      readonly chunk: string;
      readonly done: boolean;
    }
  | {
      readonly type: 'snapshot-received';
      readonly term: Term;
      readonly round: number;
      readonly lastIndex: Index;
      /** How much has arrived; the next chunk begins here. */
      readonly offset: number;
      /** The snapshot is in force, or was not needed any more. */
      readonly installed: boolean;
    }
  | { readonly type: 'timeout-now'; readonly term: Term }
  /** What is committed for sure, if you lead? From a node that takes reads without leading; echoed by the answer. */
  | ({ readonly type: 'ask-read-index'; readonly term: Term } & Ticket)
  /** Null: not from this node, which does not lead. */
  | ({ readonly type: 'read-index'; readonly term: Term; readonly index: Index | null } & Ticket)
  /** How far does your log reach, committed or not? */
  | ({ readonly type: 'ask-log-end'; readonly term: Term } & Ticket)
  | ({
      readonly type: 'log-end';
      readonly term: Term;
      readonly lastIndex: Index;
      readonly lastTerm: Term;
      /** The latest members that the log knows. */
      readonly members: readonly NodeId[];
    } & Ticket);

export type Request =
  | MachineRequest
  | { readonly type: 'add-member'; readonly node: NodeId }
  | { readonly type: 'remove-member'; readonly node: NodeId }
  | { readonly type: 'transfer'; readonly to: NodeId };

export type Response =
  | MachineResult
  | { readonly type: 'not-leader'; readonly leader: NodeId }
  | { readonly type: 'members'; readonly members: readonly NodeId[] }
  | { readonly type: 'transferred'; readonly leader: NodeId };

export type Timer = 'election' | 'heartbeat' | 'transfer' | 'reads';

/** A line of the journal. */
export type JournalRecord =
  /** Before a vote leaves, and before anything is said in a new term (§3.8). */
  | { readonly type: 'hard-state'; readonly term: Term; readonly votedFor: NodeId | null }
  /** Consecutive entries; they replace what the log held from the first one on. */
  | { readonly type: 'entries'; readonly entries: readonly Entry[] }
  | { readonly type: 'commit'; readonly index: Index }
  /** The log before the entries that follow ends at `baseIndex`, at or below the snapshot. */
  | {
      readonly type: 'snapshot';
      readonly snapshot: Snapshot;
      readonly baseIndex: Index;
      readonly baseTerm: Term;
    };

export type Role = 'follower' | 'pre-candidate' | 'candidate' | 'leader';

/** What a node shows of itself. O(1) to make: it shares the log. */
export interface Status {
  readonly role: Role;
  readonly term: Term;
  readonly votedFor: NodeId | null;
  readonly leader: NodeId | null;
  readonly log: LogView<Entry>;
  readonly commitIndex: Index;
  readonly appliedIndex: Index;
  /** The commit index as the journal has it: a restart does not go below. */
  readonly journaledCommitIndex: Index;
  readonly snapshotIndex: Index;
  /** The members in force (the latest in the log, committed or not), and the entry that says so. */
  readonly members: readonly NodeId[];
  readonly membersIndex: Index;
}

export interface RaftProtocol extends Protocol {
  message: Message;
  request: Request;
  response: Response;
  timer: Timer;
  record: JournalRecord;
  status: Status;
}
