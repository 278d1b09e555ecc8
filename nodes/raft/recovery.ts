/** Builds the state of a node from the journal of its earlier incarnations (§3.8), or of a fresh one. */
import { assertNever } from '../kernel/assert.ts';
import { nodeNumber, type NodeId } from '../kernel/ids.ts';
import type { CoreInit } from '../kernel/model.ts';
import { Outbox } from '../kernel/outbox.ts';
import { Log } from '../log/log.ts';
import { noWaitingReads } from '../log/waitingReads.ts';
import { createMachine } from '../machines/index.ts';
import { Sessions } from '../machines/sessions.ts';
import { rulesOf } from './bugs.ts';
import { Membership } from './membership.ts';
import type { JournalRecord, RaftProtocol } from './messages.ts';
import { parseOptions } from './options.ts';
import type { Raft } from './raft.ts';
import { applyCommitted } from './requests.ts';
import { restoreSnapshot } from './snapshot.ts';

/**
 * The members of the cluster as it was set up. A node without peers is to be added to a running cluster, and belongs
 * to none until then; only the first node of all may be a cluster of its own.
 */
function initialMembers({ self, peers }: CoreInit<RaftProtocol>): readonly NodeId[] {
  if (peers.length === 0 && nodeNumber(self) !== 1) return [];
  return [self, ...peers].sort((left, right) => nodeNumber(left) - nodeNumber(right));
}

export function recover(init: CoreInit<RaftProtocol>): Raft {
  const options = parseOptions(init.options);
  const rules = rulesOf(init.bug);
  const raft: Raft = {
    self: init.self,
    options,
    rules,
    prng: init.prng,
    out: new Outbox(),
    now: { monotonicMs: 0, wallMs: 0 },
    term: 0,
    votedFor: null,
    log: new Log(({ term }) => term),
    membership: new Membership(initialMembers(init)),
    snapshot: null,
    journaledCommitIndex: 0,
    role: 'follower',
    leader: null,
    commitIndex: 0,
    appliedIndex: 0,
    machine: createMachine({ name: options.machine, isAtomic: rules.appliesWhole }, null),
    sessions: new Sessions(options.sessionLimit),
    votes: new Set(),
    leaderContactMs: Number.NEGATIVE_INFINITY,
    incoming: null,
    followerReads: noWaitingReads(init.incarnation ?? 1),
    transferClient: null,
    leadership: null,
  };
  for (const record of init.recovered) replay(raft, record);
  // A commit index without its entries comes from a journal that lost them: nothing but a broken rule does that.
  raft.commitIndex = Math.min(raft.commitIndex, raft.log.lastIndex);
  raft.journaledCommitIndex = raft.commitIndex;
  applyCommitted(raft);
  raft.out.drain();
  return raft;
}

function replay(raft: Raft, record: JournalRecord): void {
  const { log, membership } = raft;
  switch (record.type) {
    case 'hard-state':
      raft.term = record.term;
      raft.votedFor = record.votedFor;
      return;
    case 'entries': {
      const [first] = record.entries;
      if (first === undefined) return;
      log.truncateFrom(first.index);
      membership.truncateFrom(first.index);
      log.append(record.entries);
      membership.append(record.entries);
      return;
    }
    case 'commit':
      raft.commitIndex = Math.max(raft.commitIndex, record.index);
      return;
    case 'snapshot':
      log.reset(record.baseIndex, record.baseTerm);
      restoreSnapshot(raft, record.snapshot);
      return;
    default:
      assertNever(record);
  }
}
