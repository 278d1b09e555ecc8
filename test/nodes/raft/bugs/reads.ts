/** Planted bugs of reads and leases, and of changes of members. */
import assert from 'node:assert/strict';
import { depose, readAtOne, readBehind, runFor, informOf, takeOver, type Scenario } from './scenario.ts';
import { n1, n2, n3, n4, n5, ofType, to, type Stepper } from '../stepper.ts';

export const readScenarios: readonly Scenario[] = [
  {
    bug: 'stale-leader-read',
    options: { checkQuorum: 'off' },
    play: (cluster: Stepper): boolean | undefined => {
      depose(cluster);
      return readAtOne(cluster) === 1;
    },
  },
  {
    bug: 'read-confirmed-by-old-acks',
    options: { checkQuorum: 'off' },
    play: (cluster: Stepper): boolean | undefined => {
      cluster.elect(n1);
      cluster.put(n1, 'x', 1);
      cluster.settle();
      cluster.fire(n1, 'heartbeat');
      cluster.deliver(ofType('append-entries'));
      const late = cluster.letters;
      cluster.letters = [];
      cluster.isolate(n1);
      cluster.elect(n2);
      cluster.put(n2, 'x', 2);
      cluster.settle();
      const read = cluster.get(n1, 'x');
      cluster.drop();
      cluster.heal();
      for (const letter of late) cluster.hand(letter);
      return cluster.valueRead(read) === 1;
    },
  },
  {
    bug: 'read-before-own-term-commit',
    play: (cluster: Stepper): boolean | undefined => {
      cluster.elect(n1);
      const write = cluster.put(n1, 'x', 1);
      cluster.settle();
      assert.equal(cluster.response(write)?.type, 'written');
      // n2 has the entry, and has not heard that it is committed.
      runFor(cluster, n2);
      const read = cluster.get(n2, 'x');
      cluster.drop(({ message }) => message.type === 'append-entries' && message.entries.length > 0);
      cluster.deliver();
      cluster.deliver();
      return cluster.valueRead(read) === null;
    },
  },
  {
    bug: 'follower-read-without-index',
    options: { proxy: 'on' },
    play: (cluster: Stepper): boolean | undefined => readBehind(cluster) === 1,
  },
  {
    bug: 'quorum-read-of-commit-index',
    options: { proxy: 'on', proxyReads: 'quorum' },
    play: (cluster: Stepper): boolean | undefined => readBehind(cluster) === 1,
  },
  {
    bug: 'lease-from-receive-time',
    options: { reads: 'lease', checkQuorum: 'off' },
    play: (cluster: Stepper): boolean | undefined => {
      cluster.elect(n1);
      cluster.put(n1, 'x', 1);
      cluster.settle();
      cluster.fire(n1, 'heartbeat');
      cluster.deliver(ofType('append-entries'));
      const late = cluster.letters;
      cluster.letters = [];
      cluster.wait(250);
      for (const letter of late) cluster.hand(letter);
      cluster.isolate(n1);
      cluster.wait(100);
      return takeOver(cluster) && readAtOne(cluster) === 1;
    },
  },
  {
    bug: 'lease-too-long',
    options: { reads: 'lease', checkQuorum: 'off' },
    play: (cluster: Stepper): boolean | undefined => {
      cluster.elect(n1);
      cluster.put(n1, 'x', 1);
      cluster.settle();
      cluster.fire(n1, 'heartbeat');
      cluster.settle();
      cluster.isolate(n1);
      cluster.wait(350);
      return takeOver(cluster) && readAtOne(cluster) === 1;
    },
  },
  {
    bug: 'lease-survives-transfer',
    options: { reads: 'lease', checkQuorum: 'off' },
    play: (cluster: Stepper): boolean | undefined => {
      cluster.elect(n1);
      cluster.put(n1, 'x', 1);
      cluster.settle();
      cluster.fire(n1, 'heartbeat');
      cluster.settle();
      cluster.request(n1, { type: 'transfer', to: n2 });
      cluster.deliver(ofType('timeout-now'));
      cluster.isolate(n1);
      cluster.settle();
      cluster.put(n2, 'x', 2);
      cluster.settle();
      return readAtOne(cluster) === 1;
    },
  },
  {
    bug: 'restart-votes-at-once',
    options: { reads: 'lease', checkQuorum: 'off' },
    play: (cluster: Stepper): boolean | undefined => {
      cluster.elect(n1);
      cluster.put(n1, 'x', 1);
      cluster.settle();
      cluster.fire(n1, 'heartbeat');
      cluster.settle();
      cluster.isolate(n1);
      cluster.restart(n2, n3);
      return takeOver(cluster) && readAtOne(cluster) === 1;
    },
  },
  {
    // Ongaro's mail of 2015: {n1, n4, n5} of five and {n2, n3} of {n2, n3, n4} are both majorities.
    bug: 'members-changed-before-own-commit',
    size: 4,
    joining: 1,
    play: (cluster: Stepper): boolean | undefined => {
      cluster.elect(n1);
      cluster.settle();
      cluster.isolate(n1, n5);
      cluster.request(n1, { type: 'add-member', node: n5 });
      cluster.settle();
      runFor(cluster, n2);
      cluster.request(n2, { type: 'remove-member', node: n1 });
      cluster.drop(to(n4));
      cluster.isolate(n2, n3);
      cluster.settle();
      cluster.heal();
      informOf(cluster, n1, 2);
      cluster.isolate(n2, n3);
      runFor(cluster, n1);
      return undefined;
    },
  },
  {
    // Once n4 and n5 are out, n1 and n2 are a majority of three; the other three are one of five.
    bug: 'two-changes-at-once',
    size: 5,
    play: (cluster: Stepper): boolean | undefined => {
      cluster.elect(n1);
      cluster.settle();
      cluster.isolate(n1, n2);
      cluster.request(n1, { type: 'remove-member', node: n4 });
      cluster.request(n1, { type: 'remove-member', node: n5 });
      cluster.settle();
      runFor(cluster, n3);
      return undefined;
    },
  },
  {
    bug: 'commit-not-journaled',
    options: { reads: 'follower' },
    play: (cluster: Stepper): boolean | undefined => {
      cluster.elect(n1);
      cluster.put(n1, 'x', 1);
      cluster.settle();
      cluster.fire(n1, 'heartbeat');
      cluster.settle();
      const before = cluster.valueRead(cluster.get(n3, 'x'));
      cluster.restart(n3);
      return before !== cluster.valueRead(cluster.get(n3, 'x'));
    },
  },
];
