/** Planted bugs of terms, votes and the log: two leaders, or entries that are lost or differ. */
import assert from 'node:assert/strict';
import { entriesOf, append, voteRequest, depose, runFor, informOf, type Scenario } from './scenario.ts';
import { from, n1, n2, n3, n4, n5, ofType, to, type Stepper } from '../stepper.ts';

export const logScenarios: readonly Scenario[] = [
  {
    bug: 'vote-not-persisted',
    play: (cluster: Stepper): boolean | undefined => {
      cluster.hand({ from: n1, to: n3, message: voteRequest(1) });
      cluster.restart(n3);
      cluster.wait(1000);
      cluster.hand({ from: n2, to: n3, message: voteRequest(1) });
      return undefined;
    },
  },
  {
    bug: 'term-not-persisted',
    play: (cluster: Stepper): boolean | undefined => {
      cluster.elect(n1);
      cluster.restart(n2, n3);
      return undefined;
    },
  },
  {
    bug: 'log-not-persisted',
    play: (cluster: Stepper): boolean | undefined => {
      cluster.elect(n1);
      cluster.put(n1, 'x', 1);
      cluster.settle();
      cluster.restart(n2, n3);
      cluster.isolate(n1);
      cluster.elect(n2);
      const read = cluster.get(n2, 'x');
      cluster.settle();
      return cluster.valueRead(read) !== 1;
    },
  },
  {
    // Figure 3.7: n1 commits an entry of term 1 in term 3 by counting; n5, with one of term 2, overwrites it.
    bug: 'old-term-committed-by-count',
    size: 5,
    play: (cluster: Stepper): boolean | undefined => {
      cluster.elect(n1);
      cluster.settle();
      cluster.put(n1, 'x', 1);
      cluster.deliver(to(n2));
      cluster.drop();
      cluster.crash(n1);
      runFor(cluster, n5);
      cluster.put(n5, 'x', 2);
      cluster.drop();
      cluster.crash(n5);
      cluster.start(n1);
      cluster.isolate(n4);
      runFor(cluster, n1);
      cluster.settle();
      cluster.crash(n1);
      cluster.heal();
      cluster.start(n5);
      runFor(cluster, n5);
      return undefined;
    },
  },
  {
    bug: 'majority-off-by-one',
    size: 4,
    play: (cluster: Stepper): boolean | undefined => {
      cluster.isolate(n1, n2);
      runFor(cluster, n1);
      runFor(cluster, n3);
      for (const node of [n1, n3]) if (cluster.role(node) === 'leader') cluster.put(node, 'x', 1);
      cluster.settle();
      return undefined;
    },
  },
  {
    bug: 'votes-twice',
    play: (cluster: Stepper): boolean | undefined => {
      cluster.hand({ from: n1, to: n3, message: voteRequest(1) });
      cluster.hand({ from: n2, to: n3, message: voteRequest(1) });
      return undefined;
    },
  },
  {
    bug: 'no-election-restriction',
    play: (cluster: Stepper): boolean | undefined => {
      cluster.elect(n1);
      cluster.isolate(n3);
      cluster.put(n1, 'x', 1);
      cluster.settle();
      cluster.heal();
      runFor(cluster, n3);
      return undefined;
    },
  },
  {
    bug: 'election-restriction-by-length',
    play: (cluster: Stepper): boolean | undefined => {
      cluster.elect(n1);
      cluster.isolate(n1);
      for (let write = 0; write < 5; write++) cluster.put(n1, 'lost', write);
      cluster.drop();
      cluster.elect(n2);
      cluster.put(n2, 'x', 1);
      cluster.settle();
      cluster.crash(n2);
      cluster.heal();
      informOf(cluster, n1, 2);
      runFor(cluster, n1);
      return undefined;
    },
  },
  {
    bug: 'stale-votes-counted',
    play: (cluster: Stepper): boolean | undefined => {
      // n1 asks n2 in term 1, and its vote is late; in term 2 n3 is elected, and n1 runs in term 2 as well.
      cluster.wait(1000);
      cluster.fire(n1, 'election');
      cluster.settle(({ message }) => 'preVote' in message && message.preVote);
      cluster.drop(to(n3));
      cluster.deliver(to(n2));
      const late = cluster.letters.filter(({ message }) => message.type === 'vote');
      assert.equal(late.length, 1);
      cluster.drop();
      cluster.fire(n1, 'election');
      cluster.settle(({ message }) => 'preVote' in message && message.preVote);
      cluster.drop();
      cluster.isolate(n1);
      runFor(cluster, n3);
      if (cluster.role(n3) !== 'leader') runFor(cluster, n3);
      cluster.heal();
      for (const letter of late) cluster.hand(letter);
      return undefined;
    },
  },
  {
    bug: 'accepts-stale-append',
    play: (cluster: Stepper): boolean | undefined => {
      depose(cluster);
      cluster.put(n1, 'x', 3);
      cluster.heal();
      cluster.deliver(from(n1));
      cluster.settle();
      return undefined;
    },
  },
  {
    bug: 'no-previous-term-check',
    play: (cluster: Stepper): boolean | undefined => {
      cluster.hand({ from: n2, to: n1, message: append(1, [0, 0], entriesOf(1, 1, 2)) });
      cluster.hand({ from: n3, to: n2, message: append(2, [0, 0], entriesOf(2, 1, 3)) });
      cluster.hand({ from: n3, to: n1, message: append(2, [2, 2], entriesOf(2, 3, 3)) });
      return undefined;
    },
  },
  {
    bug: 'truncates-always',
    play: (cluster: Stepper): boolean | undefined => {
      cluster.hand({ from: n2, to: n1, message: append(1, [0, 0], entriesOf(1, 1, 3), 3) });
      cluster.hand({ from: n2, to: n1, message: append(1, [0, 0], entriesOf(1, 1, 1), 0) });
      return undefined;
    },
  },
  {
    bug: 'commit-past-last-new-entry',
    play: (cluster: Stepper): boolean | undefined => {
      cluster.hand({ from: n2, to: n3, message: append(2, [0, 0], entriesOf(2, 1, 2), 2) });
      cluster.hand({ from: n1, to: n2, message: append(1, [0, 0], entriesOf(1, 1, 2)) });
      cluster.hand({ from: n3, to: n2, message: append(2, [0, 0], [], 2) });
      return undefined;
    },
  },
  {
    bug: 'match-from-last',
    play: (cluster: Stepper): boolean | undefined => {
      cluster.elect(n1);
      cluster.fire(n1, 'heartbeat');
      cluster.deliver();
      const write = cluster.put(n1, 'x', 1);
      // The followers answer the heartbeat; the entry itself is lost.
      cluster.drop(ofType('append-entries'));
      cluster.deliver();
      return cluster.response(write) !== null;
    },
  },
];
