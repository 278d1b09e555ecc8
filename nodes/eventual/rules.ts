/**
 * The decisions of the protocol, each a small named function. The core asks these rules and takes no such decision
 * anywhere else, so that a planted bug (bugs.ts) is one rule replaced.
 */
import { joined, type Clock } from './clock.ts';
import { clockOf, closedContext, merged, type Versions } from './versions.ts';

export interface Rules {
  /** What is left when a peer's versions of a key meet those of this node, whose name in clocks is `self`. */
  merge(local: Versions, remote: Versions, self: string): Versions;
  /**
   * What the writer of a new version has seen: what its client says, and with `lww` also what the node has, since
   * whoever does not look at siblings takes the node's state for granted.
   */
  contextOfWrite(client: Clock | null, local: Versions, resolve: 'lww' | 'siblings'): Clock;
  /** What is kept of a key after a change: tombstones too, or what was deleted comes back from whoever has it still. */
  keep(versions: Versions): Versions;
  /** What is journaled of a key; own entries are part of it, as a counter that is used again makes new writes look old. */
  journal(versions: Versions, self: string): Versions;
  /** A peer that did not answer is tried again at the next interval. */
  retriesPeers: boolean;
}

export const correctRules: Rules = {
  merge: merged,
  contextOfWrite: (client, local, resolve) =>
    resolve === 'lww' ? joined(clockOf(local), client ?? {}) : closedContext(client ?? {}, local),
  keep: (versions) => versions,
  journal: (versions) => versions,
  retriesPeers: true,
};
