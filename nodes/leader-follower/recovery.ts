/** Builds the state of a node from the journal of its earlier incarnations, or of a fresh one. */
import { assert, assertNever } from '../kernel/assert.ts';
import type { CoreInit } from '../kernel/model.ts';
import { Outbox } from '../kernel/outbox.ts';
import { Log } from '../log/log.ts';
import { noWaitingReads } from '../log/waitingReads.ts';
import { createMachine } from '../machines/index.ts';
import { Sessions } from '../machines/sessions.ts';
import { rulesOf } from './bugs.ts';
import { copiesOf } from './confirmations.ts';
import { addReplicated } from './courseLeader.ts';
import type { JournalRecord, LeaderFollowerProtocol } from './messages.ts';
import { parseOptions } from './options.ts';
import type { Replica } from './replica.ts';
import { restore, stateAt } from './snapshot.ts';

export function recover(init: CoreInit<LeaderFollowerProtocol>): Replica {
  const options = parseOptions(init.options);
  const rules = rulesOf(init.bug);
  const replica: Replica = {
    self: init.self,
    peers: init.peers,
    options,
    copies: rules.copies(copiesOf(options, init.peers.length + 1)),
    rules,
    prng: init.prng,
    out: new Outbox(),
    now: { monotonicMs: 0, wallMs: 0 },
    epoch: 1,
    log: new Log(({ epoch }) => epoch),
    snapshot: null,
    journaledShownIndex: 0,
    replicated: new Map(),
    replicatedRecords: 0,
    role: 'follower',
    leader: null,
    leaderHeardMs: Number.NEGATIVE_INFINITY,
    shownIndex: 0,
    safeIndex: 0,
    appliedIndex: 0,
    machine: createMachine({ name: options.machine, isAtomic: rules.appliesWhole }, null),
    sessions: new Sessions(options.sessionLimit),
    alive: [init.self],
    followerReads: noWaitingReads(init.incarnation ?? 1),
    tally: null,
    leadership: null,
  };
  for (const record of init.recovered) replay(replica, record);
  // An index without its entries comes from a journal that lost them: nothing but a broken rule does that.
  replica.journaledShownIndex = Math.min(replica.journaledShownIndex, replica.log.lastIndex);
  restore(replica, stateAt(replica, replica.journaledShownIndex));
  addReplicated(replica, [...replica.replicated]);
  assert(
    options.failover !== 'none' || replica.epoch === 1,
    'this data comes from a cluster with failover, in which other nodes have led: start it with failover',
  );
  return replica;
}

function replay(replica: Replica, record: JournalRecord): void {
  const { log } = replica;
  switch (record.type) {
    case 'epoch':
      replica.epoch = record.epoch;
      return;
    case 'entries': {
      const [first] = record.entries;
      if (first === undefined) return;
      log.truncateFrom(first.index);
      replica.journaledShownIndex = Math.min(replica.journaledShownIndex, first.index - 1);
      log.append(record.entries);
      return;
    }
    case 'shown':
      replica.journaledShownIndex = Math.max(replica.journaledShownIndex, record.index);
      return;
    case 'snapshot':
      log.reset(record.baseIndex, record.baseEpoch);
      replica.snapshot = record.snapshot;
      replica.journaledShownIndex = record.snapshot.index;
      replica.safeIndex = record.snapshot.index;
      return;
    case 'replicated':
      replica.replicated = new Map([...replica.replicated, ...record.values]);
      replica.replicatedRecords++;
      return;
    case 'replicated-no-more':
      replica.replicated = new Map();
      return;
    default:
      assertNever(record);
  }
}
