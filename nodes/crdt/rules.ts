/**
 * The decisions of the protocol, each a small named function. The core asks these rules and takes no such decision
 * anywhere else, so that a planted bug (bugs.ts) is one rule replaced.
 */
import type { Operation, Refusal, State } from './dataType.ts';
import type { AnyType } from './dataTypes.ts';
import type { Entries } from './messages.ts';
import type { Synced } from './stateSync.ts';

/** What an operation leads to here, and what is journaled of it. */
export interface Applied {
  readonly state: State;
  readonly delta: State;
}

export interface Rules {
  /** What is known of an object once another replica has told what it knows. */
  merge(type: AnyType, local: State, remote: State): State;
  apply(type: AnyType, state: State, self: number, operation: Operation): Applied | Refusal;
  /** What is durable of a replica's own operations before they are acknowledged. */
  journalOfOwn(deltas: Entries): Entries;
  /** What a restarted replica makes of what its journal says. */
  recovered(state: State, self: number): State;
  /** Who gives rights away has fewer from that moment on: the gift is part of its own state before it is told. */
  recordsGifts: boolean;
  /** Up to which change a peer has everything, now that this exchange with it has ended. */
  keptAfter(kept: number | null, synced: Synced): number | null;
}

export const correctRules: Rules = {
  merge: (type, local, remote) => type.merge(local, remote),
  apply: (type, state, self, operation) => {
    const mutation = type.mutate(state, self, operation);
    if (!('delta' in mutation)) return mutation;
    return { state: type.merge(state, mutation.delta), delta: mutation.delta };
  },
  journalOfOwn: (deltas) => deltas,
  recovered: (state) => state,
  recordsGifts: true,
  // Answers overtake each other: what was acknowledged once is kept.
  keptAfter: (kept, { receipt, through }) => (receipt === 'kept' ? Math.max(kept ?? 0, through) : kept),
};
