/** How a node is started, whatever it is: a reference model, a submission, a toy of a test. */
import type { NodeId } from '../../nodes/kernel/ids.ts';

/** What a node must know of its place in the cluster. */
export interface NodePlace {
  readonly node: NodeId;
  /** From 1; the number in its name. */
  readonly number: number;
  readonly host: string;
  readonly port: number;
  /** Where this node reaches each of the others: the addresses of its own directed links. */
  readonly peers: readonly { readonly node: NodeId; readonly number: number; readonly url: string }[];
  /** Kept across its restarts. */
  readonly dataDirectory: string;
  /** How wrong its wall clock has to be when it starts; right when absent. */
  readonly clockOffsetMs?: number;
}

export interface NodeProgram {
  readonly command: readonly string[];
  /** Added to the clean environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Its data directory when absent. */
  readonly workingDirectory?: string;
  /** Written to its standard input. */
  readonly stdin?: string;
  /**
   * How its wall clock is moved: it is told by `POST /host/clock`, or it preloads libfaketime (faketime.ts). Not at all
   * when absent.
   */
  readonly clock?: 'told' | { readonly preload: string };
  /** Its data directory is that of a reference host, which says there what is durable. */
  readonly hasJournal?: true;
}

export type ProgramOf = (place: NodePlace) => NodeProgram;

/** A command as it could be typed into a shell. */
export function describeCommand(command: readonly string[]): string {
  return command
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
}
