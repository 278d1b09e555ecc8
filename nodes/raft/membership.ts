/**
 * Who belongs to the cluster (§4.1). A configuration is in force as soon as it is in the log, committed or not; it
 * falls with its entry when that is truncated. Changes add or remove a single node, so that any majority of the old
 * members meets any majority of the new ones.
 */
import { assert } from '../kernel/assert.ts';
import type { NodeId, RequestId } from '../kernel/ids.ts';
import type { Entry, Index } from './messages.ts';

interface Configuration {
  readonly index: Index;
  readonly members: readonly NodeId[];
}

export class Membership {
  /** Oldest first. The first one is the snapshot's, or that of the cluster as it was set up; it never falls. */
  private configurations: Configuration[];

  constructor(members: readonly NodeId[], index: Index = 0) {
    this.configurations = [{ index, members }];
  }

  private get latest(): Configuration {
    const latest = this.configurations.at(-1);
    assert(latest !== undefined, 'there is always a configuration');
    return latest;
  }

  get members(): readonly NodeId[] {
    return this.latest.members;
  }

  get index(): Index {
    return this.latest.index;
  }

  includes(node: NodeId): boolean {
    return this.members.includes(node);
  }

  /** Takes note of the configurations among entries that join the log. What the first one covers is known already. */
  append(entries: readonly Entry[]): void {
    for (const { index, command } of entries) {
      if (command.type !== 'members' || index <= this.index) continue;
      this.configurations.push({ index, members: command.members });
    }
  }

  /** The entries from `index` on have left the log. */
  truncateFrom(index: Index): void {
    this.configurations = this.configurations.filter((one, at) => at === 0 || one.index < index);
  }

  /** The members as of the entry at `index`, for a snapshot. */
  membersAt(index: Index): readonly NodeId[] {
    const at = this.configurations.findLast((one) => one.index <= index);
    assert(at !== undefined, 'a snapshot lies after the first configuration');
    return at.members;
  }
}

/** The new list of members, sorted by number, so that all nodes spell it alike. */
export function changedMembers(
  members: readonly NodeId[],
  kind: 'add' | 'remove',
  node: NodeId,
): readonly NodeId[] {
  if (kind === 'remove') return members.filter((member) => member !== node);
  return [...members, node].sort((left, right) => Number(left.slice(1)) - Number(right.slice(1)));
}

/** A change that a leader is carrying out; its progress is in changes.ts. */
export type MembershipChange =
  /** A new server first gets the log, in rounds, without a vote (§4.2.1). */
  | {
      readonly phase: 'catching-up';
      readonly id: RequestId;
      readonly node: NodeId;
      readonly round: number;
      readonly roundEnd: Index;
      readonly roundStartMs: number;
    }
  /** The entry is in the log. */
  | { readonly phase: 'committing'; readonly id: RequestId; readonly index: Index };
