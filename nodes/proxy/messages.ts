/**
 * The six types of the protocol. What a proxy says to nodes are client requests, carried as such; what it hears are
 * their answers. Everything is plain JSON.
 */
import type { NodeId } from '../kernel/ids.ts';
import type { Protocol } from '../kernel/protocol.ts';
import type { WireAnswer, WireRequest } from '../kernel/wire.ts';

/** Who leads since when, as a node said it. */
export interface Leading {
  readonly leader: NodeId;
  readonly term: number;
}

export type Message =
  /** One attempt to have a client's request answered. */
  | { readonly type: 'pass-on'; readonly attempt: number; readonly request: WireRequest }
  /** How it ended; null when nobody knows. */
  | { readonly type: 'answered'; readonly attempt: number; readonly answer: WireAnswer | null }
  | { readonly type: 'who-leads' }
  /** Null: no answer, or nobody is known to lead. */
  | { readonly type: 'leads'; readonly said: Leading | null };

export type Request =
  | { readonly type: 'pass-on'; readonly isRead: boolean; readonly request: WireRequest }
  /** Passed the schema, and still makes no sense. */
  | { readonly type: 'malformed'; readonly why: string };

export type Timer = 'poll' | 'sweep';

/** What a proxy shows of itself. */
export interface Status {
  readonly role: 'proxy';
  /** To whom it takes writes, and since which term that node leads. */
  readonly leader: NodeId | null;
  readonly term: number;
  /** The latest term in which anybody was said to lead. */
  readonly latestTerm: number;
  /** Requests that wait for an answer. */
  readonly open: number;
}

export interface ProxyProtocol extends Protocol {
  message: Message;
  request: Request;
  response: WireAnswer;
  timer: Timer;
  /** A proxy keeps nothing. */
  record: never;
  status: Status;
}
