/**
 * Deliberately planted mistakes, for `--bug NAME`: each replaces a rule or two of rules.ts. The tests show for each
 * runs in which it does harm, and the same runs clean without it.
 */
import { bugsOf, type Bug } from '../kernel/bugs.ts';
import { majority } from './options.ts';
import { correctRules, type Rules } from './rules.ts';

const bugs: readonly Bug<Rules>[] = [
  {
    name: 'ack-before-write',
    mistake: 'a write is acknowledged while it is in memory only, and never written to the journal',
    revealedBy: 'replica-forward, and linearizable, when replicas crash',
    rules: { versionRecord: () => null },
  },
  {
    name: 'hint-lost-on-crash',
    mistake: 'hints are kept in memory only',
    revealedBy: 'hints-durable, when a coordinator crashes while another node is down',
    rules: { journalsHints: false },
  },
  {
    name: 'hint-overwrites-newer',
    mistake: 'a hint that is handed over replaces whatever is there, without a look at its timestamp',
    revealedBy: 'replica-forward, and linearizable, when a node is down or cut off for a while',
    rules: {
      replaces: (offered, held, isHandoff) => isHandoff || correctRules.replaces(offered, held, false),
    },
  },
  {
    name: 'hints-count-as-writes',
    mistake: 'a hint for a replica that does not answer counts towards the quorum as if the replica had it',
    revealedBy: 'promise-kept, and linearizable, when a coordinator is cut off',
    rules: {
      count: (reached) => correctRules.count(reached) + (reached.areHinted ? reached.silent : 0),
    },
  },
  {
    name: 'no-write-back',
    mistake: 'a read answers at once, and its repair comes when it comes',
    revealedBy: 'promise-kept, and linearizable: two reads see a write and then not, on slow links',
    rules: { awaitsRepair: false },
  },
  {
    name: 'no-timestamp-query',
    mistake: 'a write takes the counter after the one that its coordinator knows, without asking others',
    revealedBy:
      'linearizable: a write is acknowledged and never seen, when its coordinator was cut off or down',
    rules: { asksHighest: false },
  },
  {
    name: 'quorum-of-live-nodes',
    mistake: 'a majority of the replicas that answer counts as a quorum',
    revealedBy: 'promise-kept, and linearizable, when the cluster is split',
    rules: {
      needed: (quorum, { replicas, silent }) => Math.min(quorum, majority(replicas - silent)),
    },
  },
  {
    name: 'definite-error-after-write',
    mistake:
      'a write that missed its quorum is refused as if it had never begun, though some replica may have it',
    revealedBy: 'linearizable and only-written: a value is read whose write was refused, when links are cut',
    rules: { outcomeOfIssued: 'temporarily-unavailable' },
  },
  {
    name: 'counts-same-replica-twice',
    mistake: 'two answers of one replica count as two',
    revealedBy: 'promise-kept, and linearizable, when messages are lost, late or doubled',
    rules: { count: ({ answered }) => answered.length },
  },
  {
    name: 'last-range-skipped',
    mistake: 'anti-entropy forgets the last of the ranges that differ',
    revealedBy: 'convergence, without hinted handoff, when nodes were cut off',
    rules: { differing: (places) => places.slice(0, -1) },
  },
];

export const { bugSpecs, rulesOf } = bugsOf('quorum', correctRules, bugs);
