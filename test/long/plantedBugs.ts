/**
 * The planted bugs, and the flags of `npm run jepsen` under which clients see each of them on real processes. There nobody
 * looks into nodes, so invariants say nothing; the history has to. What it does not tell within reason has its reason
 * here, and is left to the simulator.
 */

/** How a bug is seen from outside, or why it is not. */
export type Sight = { readonly flags: string } | { readonly unseen: string };

const found = (flags: string): Sight => ({ flags });
const unseen = (unseen: string): Sight => ({ unseen });

export const plantedBugs: Readonly<Record<string, Readonly<Record<string, Sight>>>> = {
  raft: {
    'vote-not-persisted': unseen(
      'a voter has to die, start and be asked again in the same term: a pre-vote asks for a later one, so only the request of a candidate of the same moment can do that, which arrives after the restart',
    ),
    'term-not-persisted': found('--workload leader --faults restart-all --fault-interval 1'),
    'log-not-persisted': found('--faults restart-all,kill --fault-interval 1'),
    'old-term-committed-by-count': unseen(
      'four leaders have to follow each other in one order (Figure 3.7), each before it has replicated a write',
    ),
    'majority-off-by-one': found('--faults partition --fault-interval 1'),
    'votes-twice': found(
      '--workload leader --set electionTimeoutMs=40 --set heartbeatMs=10 --faults slow,pause --fault-interval 1',
    ),
    'no-election-restriction': found('--faults partition,kill --fault-interval 1'),
    'election-restriction-by-length': found(
      '--nodes 3 --rate 100 --concurrency 60 --set checkQuorum=off --schedule test/long/schedules/longer-log.json',
    ),
    'stale-votes-counted': unseen(
      'a vote has to arrive after its election, while its node runs again and another one is elected in that very term; and both have to be asked before they hear of a later one',
    ),
    'accepts-stale-append': found(
      '--set checkQuorum=off --set reads=follower --guarantee convergence --faults partition --fault-interval 2',
    ),
    'no-previous-term-check': found(
      '--nodes 3 --rate 100 --concurrency 60 --workload append --set checkQuorum=off --set reads=follower --guarantee convergence --schedule test/long/schedules/longer-log.json',
    ),
    'truncates-always': found(
      '--nodes 3 --rate 400 --concurrency 60 --workload append --set electionTimeoutMs=600 --schedule test/long/schedules/overtaken.json',
    ),
    'commit-past-last-new-entry': found(
      '--nodes 3 --rate 100 --concurrency 60 --workload append --set checkQuorum=off --schedule test/long/schedules/deposed.json',
    ),
    'match-from-last': found('--schedule test/long/schedules/slow-cut-drop.json'),
    'ack-before-commit': found('--faults partition'),
    'definite-error-after-append': found('--faults partition --fault-interval 1'),
    'statements-split': found('--set machine=sql --workload bank --faults none'),
    'no-request-dedup': found('--workload append --faults flaky,partition --fault-interval 1'),
    'sessions-not-in-snapshot': found(
      '--workload append --set snapshotEntries=4 --faults kill,flaky --fault-interval 1',
    ),
    'installs-older-snapshot': unseen(
      'the entries behind an old snapshot come again with the next message, and are applied again: only who reads in these milliseconds what he has read just before misses them',
    ),
    'stale-leader-read': found('--set checkQuorum=off --faults partition'),
    'read-confirmed-by-old-acks': found(
      '--set checkQuorum=off --schedule test/long/schedules/slow-then-cut.json',
    ),
    'read-before-own-term-commit': found(
      '--nodes 3 --rate 300 --concurrency 60 --schedule test/long/schedules/unheard-commits.json',
    ),
    'follower-read-without-index': found('--set proxy=on --faults partition'),
    'quorum-read-of-commit-index': found('--set proxy=on --set proxyReads=quorum --faults partition'),
    'lease-from-receive-time': found(
      '--nodes 3 --rate 300 --concurrency 60 --set reads=lease --set checkQuorum=off --schedule test/long/schedules/late-acknowledgements.json',
    ),
    'lease-too-long': found(
      '--set reads=lease --set checkQuorum=off --set electionTimeoutMs=1000 --concurrency 60 --faults partition',
    ),
    'lease-survives-transfer': unseen('neither clients nor faults ask a leader to hand its leadership over'),
    'restart-votes-at-once': unseen(
      'only a node that has all entries, and has not heard the leader for an election timeout, can be elected while the lease lasts: so nothing may be written for most of that time, and something at its end',
    ),
    'members-changed-before-own-commit': unseen(
      'two leaders have to append changes of members that no majority receives, one after the other',
    ),
    'two-changes-at-once': found('--nodes 5 --schedule test/long/schedules/two-removed.json'),
    'commit-not-journaled': found('--set reads=follower --workload session --faults kill --fault-interval 1'),
    'retries-unsafe': found('--set proxy=on --workload append --faults partition,kill --fault-interval 1'),
    'definite-error-after-send': found('--set proxy=on --faults partition --fault-interval 1'),
    'stale-leader-cached': unseen(
      'proxies refuse what they could serve while the first leader is away, and answer nothing that is wrong: fewer operations succeed, and no guarantee says how many',
    ),
  },
  'leader-follower': {
    'no-fencing': found('--set failover=highest-log --workload leader --faults partition'),
    'promise-not-persisted': found(
      '--nodes 3 --workload leader --set failover=highest-log --set heartbeatTimeout=1000 --schedule test/long/schedules/promise-forgotten.json',
    ),
    'ack-before-replication': found('--set failover=highest-log --faults partition --fault-interval 1'),
    'counts-same-follower-twice': found(
      '--nodes 5 --workload append --set failover=highest-log --schedule test/samples/leader-lost-for-good.json',
    ),
    'ack-received-not-persisted': found(
      '--set failover=highest-log --faults restart-all,kill --fault-interval 1',
    ),
    'rejoin-keeps-suffix': found(
      '--workload append --set failover=highest-log --set reads=any --guarantee convergence --faults partition --fault-interval 2',
    ),
    'promotes-any-follower': found('--set failover=highest-log --schedule test/long/schedules/lagging.json'),
    'gap-skipped': found('--set failover=highest-log --faults partition,kill --fault-interval 1'),
    'snapshot-without-sessions': found(
      '--workload append --set snapshotEntries=4 --faults kill,flaky --fault-interval 1',
    ),
    'statements-split': found('--set machine=sql --workload bank --faults none'),
    'stale-leader-read': found(
      '--nodes 5 --rate 60 --concurrency 60 --set failover=highest-log --set heartbeatTimeout=1000 --faults partition',
    ),
    'shows-unconfirmed': found(
      '--set failover=highest-log --set reads=any --faults partition --fault-interval 1',
    ),
    'follower-read-without-index': found('--set proxy=on --faults partition'),
    'retries-unsafe': found(
      '--set proxy=on --set failover=highest-log --workload append --faults partition,kill --fault-interval 1',
    ),
    'definite-error-after-send': found('--set proxy=on --faults partition --fault-interval 1'),
    'stale-leader-cached': unseen(
      'proxies refuse what they could serve while the first leader is away, and answer nothing that is wrong: fewer operations succeed, and no guarantee says how many',
    ),
  },
  quorum: {
    'ack-before-write': found('--faults restart-all,kill --fault-interval 1'),
    'hint-lost-on-crash': found(
      '--set r=1 --set w=1 --set readRepair=off --set antiEntropyInterval=0 --schedule test/long/schedules/hints-lost.json',
    ),
    'hint-overwrites-newer': found('--faults partition --fault-interval 1'),
    'hints-count-as-writes': found('--concurrency 60 --schedule test/long/schedules/straddled.json'),
    // A read that asks one replica sees what only that one has; the next one asks another.
    'no-write-back': found('--set r=1 --set w=3 --faults slow --fault-interval 1'),
    'no-timestamp-query': found(
      '--set antiEntropyInterval=0 --set handoff=off --faults partition --fault-interval 1',
    ),
    'quorum-of-live-nodes': found('--faults partition --fault-interval 1'),
    'definite-error-after-write': found('--faults partition --fault-interval 1'),
    'counts-same-replica-twice': found('--nodes 5 --schedule test/long/schedules/doubled.json'),
    'last-range-skipped': found(
      '--set handoff=off --set readRepair=off --set r=1 --set w=1 --faults partition --fault-interval 1',
    ),
  },
  eventual: {
    'first-key-tie-break': found(
      '--workload session --set syncInterval=100 --schedule test/long/schedules/straddled.json',
    ),
    // Here and below: so few operations that a key is in use for seconds, and its nodes hear of each other meanwhile.
    'merge-keeps-local-clock': found('--set syncInterval=50 --rate 300 --concurrency 30 --faults none'),
    'receive-ticks-clock': found('--set syncInterval=50 --rate 300 --concurrency 30 --faults none'),
    'counter-not-durable': found('--faults kill --fault-interval 1'),
    'tombstone-dropped': found('--workload deletion --faults none'),
    'missing-entry-as-equal': found('--faults partition'),
    'put-ignores-context': found('--workload session --set resolve=siblings --faults partition'),
    'unreachable-peer-given-up': found('--faults partition'),
  },
  crdt: {
    'merge-adds': found('--workload counter --faults partition'),
    'decrements-in-same-map': found('--workload counter --set type=pn-counter --faults partition'),
    'counter-not-durable': found('--workload counter --faults kill --fault-interval 1'),
    'remove-unseen': found('--workload set --faults partition'),
    // Elements are taken away, and peers hear of it, before the node that gave their dots dies.
    'dot-reused-after-restart': found(
      '--workload set --set syncInterval=50 --rate 300 --concurrency 30 --faults kill --fault-interval 0.7',
    ),
    'lww-by-arrival': found('--workload register --set type=lww-register --faults partition'),
    'mv-keeps-dominated': found('--workload register --set type=mv-register --faults partition'),
    'escrow-without-transfer-record': found(
      '--workload inventory --set type=bounded-counter --faults partition',
    ),
    'delta-dropped-on-loss': found('--workload set --set sync=delta --faults partition --fault-interval 1'),
  },
  causal: {
    'dependencies-ignored': found(
      '--workload session --set syncInterval=3000 --schedule test/long/schedules/bridged.json',
    ),
    'own-writes-only-as-dependencies': found(
      '--workload session --set syncInterval=3000 --schedule test/long/schedules/bridged.json',
    ),
    'context-ignored': found('--set sessions=roaming --workload session --faults slow --fault-interval 1'),
    'lamport-not-advanced-on-receive': found('--workload session --faults slow --fault-interval 1'),
    'applied-vector-not-journaled': found(
      '--workload session --set keptWrites=1 --faults kill,restart-all --fault-interval 0.7',
    ),
    'gap-skipped': found('--workload session --faults slow,flaky --fault-interval 1'),
    'last-arrival-wins': found('--workload session --faults slow --fault-interval 1'),
    'state-overwrites': found(
      '--workload session --set keptWrites=1 --faults slow,partition --fault-interval 1',
    ),
  },
};
