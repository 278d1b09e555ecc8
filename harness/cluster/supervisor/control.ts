/**
 * What the harness and its supervisor say to each other: JSON, one message a line, over the supervisor's stdin and
 * stdout. Both ends are built from this file, so the messages are trusted and not validated.
 */
import type { NodeId } from '../../../nodes/kernel/ids.ts';
import type { LinkTraffic } from '../links/link.ts';
import type { LinkAddress, LinkSetting } from '../links/mesh.ts';

/** How to start one node, or a job that runs beside the nodes. */
export interface Launch {
  readonly node: NodeId;
  readonly command: readonly string[];
  /** The whole environment of the process. */
  readonly env: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  /** Where it will listen: the links to it lead there. Null for a job, which nobody links to. */
  readonly port: number | null;
  /** Files that its output is appended to. */
  readonly stdout: string;
  readonly stderr: string;
  /** Written to its standard input, which is closed then. */
  readonly stdin: string;
}

export type Order =
  | { readonly kind: 'add-links'; readonly nodes: readonly NodeId[] }
  | { readonly kind: 'set-links'; readonly settings: readonly LinkSetting[] }
  | { readonly kind: 'traffic' }
  | { readonly kind: 'launch'; readonly launch: Launch }
  /** SIGKILL to the group; done when it is gone. */
  | { readonly kind: 'kill'; readonly node: NodeId }
  /** SIGTERM, after `graceMs` SIGKILL; done when it is gone. */
  | { readonly kind: 'stop'; readonly node: NodeId; readonly graceMs: number }
  /** SIGSTOP to the group; done when it is stopped. */
  | { readonly kind: 'pause'; readonly node: NodeId }
  | { readonly kind: 'resume'; readonly node: NodeId }
  /** Kill every node and end. */
  | { readonly kind: 'close' };

/** What each order is answered with. */
export interface OrderResult {
  'add-links': LinkAddress[];
  'set-links': null;
  traffic: LinkTraffic[];
  /** The process id, which is the group's id too. */
  launch: number;
  kill: null;
  stop: null;
  pause: null;
  resume: null;
  close: null;
}

export interface OrderLine {
  readonly id: number;
  readonly order: Order;
}

/** A node process ended, for whatever reason. */
export interface Exit {
  readonly node: NodeId;
  readonly processId: number;
  readonly code: number | null;
  readonly signal: string | null;
  /** Nobody had ordered it. */
  readonly isUnexpected: boolean;
  /** The last lines of its standard error. */
  readonly stderrTail: string;
}

export type NewsLine =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly why: string }
  | { readonly kind: 'exited'; readonly exit: Exit };

/** Calls `onLine` for every whole line of a stream of chunks. */
export function lineReader(onLine: (line: string) => void): (chunk: string) => void {
  let partial = '';
  return (chunk) => {
    const lines = (partial + chunk).split('\n');
    partial = lines.pop() ?? '';
    for (const line of lines) if (line !== '') onLine(line);
  };
}
