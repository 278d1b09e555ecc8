/**
 * The planted bugs: each does harm in a run small enough to follow by hand, and the same run without it is clean. Harm
 * is a broken invariant, or a wrong answer to a client.
 */
import assert from 'node:assert/strict';
import type { OptionValues } from '../../../nodes/kernel/model.ts';
import type { Entry, Message } from '../../../nodes/raft/messages.ts';
import { raft } from '../../../nodes/raft/model.ts';
import type { SqlRequest } from '../../../nodes/machines/sql/sqlMachine.ts';
import { from, n1, n2, n3, n4, n5, ofType, Stepper, to } from './stepper.ts';

interface Scenario {
  readonly bug: string;
  readonly size?: number;
  readonly options?: OptionValues;
  readonly joining?: number;
  /** Plays the run; says whether a client was answered wrongly. Invariants are looked at in any case. */
  readonly play: (cluster: Stepper) => boolean | undefined;
}

const noOp = { type: 'no-op' } as const;
const entriesOf = (term: number, first: number, last: number): Entry[] =>
  Array.from({ length: last - first + 1 }, (_, at) => ({ term, index: first + at, command: noOp }));
const append = (term: number, previous: [number, number], entries: Entry[], commitIndex = 0): Message => ({
  type: 'append-entries',
  term,
  round: 1,
  previousIndex: previous[0],
  previousTerm: previous[1],
  entries,
  commitIndex,
});
const voteRequest = (term: number, lastIndex = 0, lastTerm = 0): Message => ({
  type: 'request-vote',
  term,
  lastIndex,
  lastTerm,
  preVote: false,
  transfer: false,
});

/** x is 1, then n1 is cut off and does not know it, and x is 2 for everyone else. */
function depose(cluster: Stepper): void {
  cluster.elect(n1);
  cluster.put(n1, 'x', 1);
  cluster.settle();
  cluster.isolate(n1);
  cluster.elect(n2);
  cluster.put(n2, 'x', 2);
  cluster.settle();
}

/** What n1 answers to a read of x; undefined if nothing. */
function readAtOne(cluster: Stepper): unknown {
  const read = cluster.get(n1, 'x');
  cluster.settle();
  return cluster.valueRead(read);
}

/** What n2 answers to a read that comes before it has heard that the x = 2 of its leader n1 is committed. */
function readBehind(cluster: Stepper): unknown {
  cluster.elect(n1);
  cluster.put(n1, 'x', 1);
  cluster.settle();
  cluster.fire(n1, 'heartbeat');
  cluster.settle();
  const write = cluster.put(n1, 'x', 2);
  cluster.deliver(ofType('append-entries'));
  cluster.deliver(ofType('appended'));
  assert.equal(cluster.response(write)?.type, 'written');
  cluster.drop();
  cluster.isolate(n1);
  const read = cluster.get(n2, 'x');
  cluster.settle((letter) => !ofType('append-entries')(letter));
  return cluster.valueRead(read);
}

/** A node runs for election until it leads or has tried often enough; only votes are delivered. */
function runFor(cluster: Stepper, node: typeof n1): void {
  for (let attempt = 0; attempt < 3 && cluster.role(node) !== 'leader'; attempt++) {
    cluster.wait(1000);
    cluster.fire(node, 'election');
    cluster.settle(ofType('request-vote', 'vote'));
  }
}

/** Lets a node know that there is a later term. */
function informOf(cluster: Stepper, node: typeof n1, term: number): void {
  const message = { type: 'vote', term, granted: false, preVote: false } as const;
  cluster.hand({ from: node === n1 ? n2 : n1, to: node, message });
}

/** A list that is appended to twice under one Request-Id, with something in between. */
function appendTwice(cluster: Stepper, between: () => void): boolean {
  const operation = { type: 'txn', txn: [['append', 'l', 1]] } as const;
  const serial = { client: 'c', number: 1 };
  cluster.elect(n1);
  cluster.operate(n1, operation, serial);
  cluster.settle();
  between();
  if (cluster.role(n1) !== 'leader') cluster.elect(n1);
  cluster.operate(n1, operation, serial);
  cluster.settle();
  const read = cluster.get(n1, 'l');
  cluster.settle();
  return JSON.stringify(cluster.valueRead(read)) !== '[1]';
}

const scenarios: readonly Scenario[] = [
  {
    bug: 'vote-not-persisted',
    play: (cluster) => {
      cluster.hand({ from: n1, to: n3, message: voteRequest(1) });
      cluster.restart(n3);
      cluster.wait(1000);
      cluster.hand({ from: n2, to: n3, message: voteRequest(1) });
      return undefined;
    },
  },
  {
    bug: 'term-not-persisted',
    play: (cluster) => {
      cluster.elect(n1);
      cluster.restart(n2, n3);
      return undefined;
    },
  },
  {
    bug: 'log-not-persisted',
    play: (cluster) => {
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
    play: (cluster) => {
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
    play: (cluster) => {
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
    play: (cluster) => {
      cluster.hand({ from: n1, to: n3, message: voteRequest(1) });
      cluster.hand({ from: n2, to: n3, message: voteRequest(1) });
      return undefined;
    },
  },
  {
    bug: 'no-election-restriction',
    play: (cluster) => {
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
    play: (cluster) => {
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
    play: (cluster) => {
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
    play: (cluster) => {
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
    play: (cluster) => {
      cluster.hand({ from: n2, to: n1, message: append(1, [0, 0], entriesOf(1, 1, 2)) });
      cluster.hand({ from: n3, to: n2, message: append(2, [0, 0], entriesOf(2, 1, 3)) });
      cluster.hand({ from: n3, to: n1, message: append(2, [2, 2], entriesOf(2, 3, 3)) });
      return undefined;
    },
  },
  {
    bug: 'truncates-always',
    play: (cluster) => {
      cluster.hand({ from: n2, to: n1, message: append(1, [0, 0], entriesOf(1, 1, 3), 3) });
      cluster.hand({ from: n2, to: n1, message: append(1, [0, 0], entriesOf(1, 1, 1), 0) });
      return undefined;
    },
  },
  {
    bug: 'commit-past-last-new-entry',
    play: (cluster) => {
      cluster.hand({ from: n2, to: n3, message: append(2, [0, 0], entriesOf(2, 1, 2), 2) });
      cluster.hand({ from: n1, to: n2, message: append(1, [0, 0], entriesOf(1, 1, 2)) });
      cluster.hand({ from: n3, to: n2, message: append(2, [0, 0], [], 2) });
      return undefined;
    },
  },
  {
    bug: 'match-from-last',
    play: (cluster) => {
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
  {
    bug: 'ack-before-commit',
    play: (cluster) => {
      cluster.elect(n1);
      cluster.isolate(n1);
      return cluster.response(cluster.put(n1, 'x', 1)) !== null;
    },
  },
  {
    bug: 'definite-error-after-append',
    play: (cluster) => {
      cluster.elect(n1);
      const write = cluster.put(n1, 'x', 1);
      cluster.deliver();
      cluster.drop();
      cluster.isolate(n1);
      cluster.elect(n2);
      cluster.heal();
      cluster.fire(n2, 'heartbeat');
      cluster.settle();
      const read = cluster.get(n2, 'x');
      cluster.settle();
      const response = cluster.response(write);
      const isDefinite = response?.type === 'refused' && response.error !== 'timeout';
      return isDefinite && cluster.valueRead(read) === 1;
    },
  },
  {
    bug: 'statements-split',
    options: { machine: 'sql' },
    play: (cluster) => {
      const statements = ['CREATE TABLE t (x)', 'INSERT INTO t VALUES (1)', 'INSERT INTO missing VALUES (1)'];
      const ask = (...texts: string[]): SqlRequest => ({
        type: 'sql',
        statements: texts.map((sql) => ({ sql })),
        isSingle: false,
      });
      cluster.elect(n1);
      const write = cluster.operate(n1, ask(...statements));
      cluster.settle();
      assert.equal(cluster.response(write)?.type, 'refused');
      const read = cluster.request(n1, { type: 'query', query: ask('SELECT x FROM t') });
      cluster.settle();
      // Without the bug there is no such table.
      return cluster.response(read)?.type === 'sql';
    },
  },
  {
    bug: 'no-request-dedup',
    play: (cluster) => appendTwice(cluster, () => cluster.wait(1)),
  },
  {
    bug: 'sessions-not-in-snapshot',
    options: { snapshotEntries: 2 },
    play: (cluster) =>
      appendTwice(cluster, () => {
        cluster.put(n1, 'x', 1);
        cluster.put(n1, 'x', 2);
        cluster.settle();
        cluster.restart(n1, n2, n3);
      }),
  },
  {
    bug: 'installs-older-snapshot',
    play: (cluster) => {
      cluster.hand({ from: n2, to: n1, message: append(1, [0, 0], entriesOf(1, 1, 3), 3) });
      const chunk = JSON.stringify({ index: 2, term: 1, members: [n1, n2, n3], state: [], sessions: [] });
      const install = { type: 'install-snapshot', term: 1, round: 1, lastIndex: 2, lastTerm: 1 } as const;
      cluster.hand({ from: n2, to: n1, message: { ...install, offset: 0, chunk, done: true } });
      return undefined;
    },
  },
  {
    bug: 'stale-leader-read',
    options: { checkQuorum: 'off' },
    play: (cluster) => {
      depose(cluster);
      return readAtOne(cluster) === 1;
    },
  },
  {
    bug: 'read-confirmed-by-old-acks',
    options: { checkQuorum: 'off' },
    play: (cluster) => {
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
    play: (cluster) => {
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
    play: (cluster) => readBehind(cluster) === 1,
  },
  {
    bug: 'quorum-read-of-commit-index',
    options: { proxy: 'on', proxyReads: 'quorum' },
    play: (cluster) => readBehind(cluster) === 1,
  },
  {
    bug: 'lease-from-receive-time',
    options: { reads: 'lease', checkQuorum: 'off' },
    play: (cluster) => {
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
    play: (cluster) => {
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
    play: (cluster) => {
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
    play: (cluster) => {
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
    play: (cluster) => {
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
    play: (cluster) => {
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
    play: (cluster) => {
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

/** n2 takes over from an isolated n1 if the rules let it, and sets x to 2; says whether it came to that. */
function takeOver(cluster: Stepper): boolean {
  cluster.fire(n2, 'election');
  cluster.settle();
  if (cluster.role(n2) !== 'leader') return false;
  cluster.put(n2, 'x', 2);
  cluster.settle();
  return true;
}

describe('raft bugs', () => {
  before(() => raft.prepare?.({ machine: 'sql' }));

  for (const { bug, size = 3, play, ...setup } of scenarios) {
    const doesHarm = (planted: string | null): boolean => {
      const { options = {}, joining = 0 } = setup;
      const cluster = new Stepper(size, { options, joining, ...(planted !== null && { bug: planted }) });
      let isWrong: boolean | undefined;
      try {
        isWrong = play(cluster);
      } catch (error) {
        // With a bug, a script may not get as far as it means to.
        if (planted === null || cluster.violations.length === 0) throw error;
      }
      return isWrong === true || cluster.violations.length > 0;
    };
    it(`${bug} does harm, and the correct rules do not`, () => {
      assert.equal(doesHarm(null), false, 'without the bug');
      assert.equal(doesHarm(bug), true, 'with the bug');
    });
  }

  it('all have a run that shows them', () => {
    assert.deepEqual(
      raft.bugs.map(({ name }) => name),
      scenarios.map(({ bug }) => bug),
    );
  });
});
