/**
 * The transitions between the roles (Figure 3.3):
 *
 *     follower ──timeout──▶ pre-candidate ──pre-votes──▶ candidate ──votes──▶ leader
 *        ▲                        │                          │                  │
 *        └──── a leader or a later term is seen, or no majority is heard of ────┘
 */
import { assert } from '../kernel/assert.ts';
import type { NodeId } from '../kernel/ids.ts';
import { unavailable } from '../machines/machine.ts';
import type { Term } from './messages.ts';
import { Progress } from './progress.ts';
import { appendEntries, setHardState, type Leadership, type Raft } from './raft.ts';
import { leaveReaders } from './reads.ts';

/** Waits for a leader anew. Each timeout is drawn again, so that split votes do not repeat (§3.4). */
export function resetElectionTimer(raft: Raft): void {
  const { electionTimeoutMs } = raft.options;
  raft.out.setTimer('election', electionTimeoutMs + raft.prng.next() * electionTimeoutMs);
}

/** Follows `leader`, or whoever will lead, in this or a later term. */
export function becomeFollower(raft: Raft, term: Term, leader: NodeId | null): void {
  assert(term >= raft.term, 'terms never decrease');
  const { leadership } = raft;
  if (term > raft.term) setHardState(raft, term, null);
  raft.role = 'follower';
  raft.leader = leader;
  raft.votes = new Set();
  raft.leadership = null;
  if (leadership === null) return;
  raft.out.probe('leader-stepped-down');
  raft.out.cancelTimer('heartbeat');
  resetElectionTimer(raft);
  leaveClients(raft, leadership);
}

/** Answers everyone who waits for a leader that is none any more. */
function leaveClients(raft: Raft, leadership: Leadership): void {
  // The entries are in the log, perhaps on other nodes too: the next leader may commit them, or not.
  const error = raft.rules.outcomeAfterStepDown;
  for (const id of leadership.pending.values()) {
    raft.out.reply(id, {
      type: 'refused',
      error,
      why: 'the leader stepped down before the entry was committed',
    });
  }
  leaveReaders(raft, leadership);
  const { change } = leadership;
  if (change?.phase === 'catching-up') {
    raft.out.reply(change.id, unavailable('the leader stepped down'));
  }
  if (change?.phase === 'committing') {
    raft.out.reply(change.id, {
      type: 'refused',
      error: 'timeout',
      why: 'the leader stepped down before the change was committed',
    });
  }
}

/** Asks whether an election could be won, before it disturbs anyone (§9.6). */
export function becomePreCandidate(raft: Raft): void {
  assert(raft.role !== 'leader', 'a leader does not run for election');
  raft.role = 'pre-candidate';
  raft.leader = null;
  raft.votes = new Set([raft.self]);
}

/** Runs for election in the next term, with the own vote (§3.4). */
export function becomeCandidate(raft: Raft): void {
  assert(raft.role !== 'leader', 'a leader does not run for election');
  setHardState(raft, raft.term + 1, raft.self);
  raft.role = 'candidate';
  raft.leader = null;
  raft.votes = new Set([raft.self]);
  raft.out.probe('election-started');
}

/** Leads: a no-op shows what is committed (§6.4), and goes out with the first round of heartbeats. */
export function becomeLeader(raft: Raft): void {
  assert(raft.role === 'candidate', 'only candidates are elected');
  const { now, log, self } = raft;
  raft.role = 'leader';
  raft.leader = self;
  raft.incoming = null;
  raft.leadership = {
    followers: new Map(
      raft.membership.members
        .filter((member) => member !== self)
        .map((member) => [member, new Progress(log.lastIndex + 1, now.monotonicMs)]),
    ),
    round: 1,
    openRounds: [{ round: 1, sentAtMs: now.monotonicMs }],
    confirmedRound: 0,
    leaseUntilMs: 0,
    leaseEnded: false,
    pending: new Map(),
    reads: [],
    change: null,
    transfer: null,
  };
  if (raft.rules.appendsNoOp) {
    appendEntries(raft, [{ term: raft.term, index: log.lastIndex + 1, command: { type: 'no-op' } }]);
  }
  raft.out.cancelTimer('election');
  raft.out.setTimer('heartbeat', raft.options.heartbeatMs);
  raft.out.probe('election-won');
}
