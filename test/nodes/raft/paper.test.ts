/** One test for each property of the thesis; each names its section. */
import assert from 'node:assert/strict';
import { describeLog } from '../../../nodes/raft/describe.ts';
import type { Message } from '../../../nodes/raft/messages.ts';
import { from, n1, n2, n3, n4, n5, ofType, Stepper, to } from './stepper.ts';

type Vote = Extract<Message, { type: 'vote' }>;

const noOp = { type: 'no-op' } as const;
const logs = (cluster: Stepper): string[] =>
  cluster.nodes.map((node) => describeLog(cluster.status(node).log));

function voteOf(cluster: Stepper): Vote {
  const vote = cluster.letters.find(({ message }) => message.type === 'vote')?.message;
  assert(vote?.type === 'vote', 'a vote was expected');
  return vote;
}

/** A request for n1's vote from n2, for a log that ends at the given entry. */
function requestVote(term: number, lastIndex: number, lastTerm: number, how: object = {}) {
  const message = {
    type: 'request-vote',
    term,
    lastIndex,
    lastTerm,
    preVote: false,
    transfer: false,
  } as const;
  return { from: n2, to: n1, message: { ...message, ...how } };
}

describe('raft, as the paper has it', () => {
  let cluster: Stepper;
  afterEach(() => {
    assert.deepEqual(cluster.violations, []);
  });

  describe('terms and roles (§3.3)', () => {
    it('starts as a follower in term 0', () => {
      cluster = new Stepper(3);
      assert.deepEqual([cluster.role(n1), cluster.status(n1).term], ['follower', 0]);
    });

    it('takes over a later term, whatever its role, and becomes a follower', () => {
      for (const role of ['follower', 'candidate', 'leader']) {
        cluster = new Stepper(3);
        if (role === 'leader') cluster.elect(n1);
        if (role === 'candidate') {
          cluster.fire(n1, 'election');
          cluster.settle(ofType('request-vote'));
          cluster.deliver(({ message }) => message.type === 'vote' && message.preVote);
        }
        assert.equal(cluster.role(n1), role);
        const message = { type: 'appended', term: 9, round: 1, success: true, matchIndex: 0 } as const;
        cluster.hand({ from: n2, to: n1, message });
        assert.deepEqual([cluster.role(n1), cluster.status(n1).term], ['follower', 9]);
      }
    });

    it('refuses what comes from an earlier term, and tells the later one', () => {
      cluster = new Stepper(3);
      cluster.elect(n1);
      cluster.elect(n2);
      cluster.drop();
      const stale = { type: 'append-entries', term: 1, round: 9, previousIndex: 0, previousTerm: 0 } as const;
      cluster.hand({ from: n1, to: n3, message: { ...stale, entries: [], commitIndex: 0 } });
      const [answer] = cluster.letters;
      assert(answer?.message.type === 'appended' && !answer.message.success);
      assert.deepEqual([answer.message.term, cluster.status(n3).leader], [2, n2]);
    });
  });

  describe('elections (§3.4)', () => {
    it('are won with a majority of votes, at once in a cluster of one', () => {
      cluster = new Stepper(5);
      cluster.wait(1000);
      cluster.fire(n1, 'election');
      cluster.settle(ofType('request-vote'));
      cluster.deliver(ofType('vote'));
      cluster.deliver(to(n2));
      cluster.deliver(to(n3));
      cluster.deliver(from(n2));
      assert.equal(cluster.role(n1), 'candidate', 'two of five are no majority');
      cluster.deliver(from(n3));
      assert.equal(cluster.role(n1), 'leader');
      cluster = new Stepper(1);
      cluster.fire(n1, 'election');
      assert.equal(cluster.role(n1), 'leader');
    });

    it('give one vote a term, first come, first served', () => {
      cluster = new Stepper(3);
      cluster.hand(requestVote(1, 0, 0));
      assert.equal(voteOf(cluster).granted, true);
      cluster.drop();
      cluster.hand({ ...requestVote(1, 0, 0), from: n3 });
      assert.equal(voteOf(cluster).granted, false);
      cluster.drop();
      cluster.hand(requestVote(1, 0, 0));
      assert.equal(voteOf(cluster).granted, true, 'the same candidate may ask again');
    });

    it('draw a new timeout for every wait, between the shortest and twice that', () => {
      cluster = new Stepper(3, { options: { electionTimeoutMs: 100, heartbeatMs: 10 } });
      const delays = new Set<number>();
      for (let wait = 0; wait < 100; wait++) {
        cluster.fire(n1, 'election');
        delays.add(cluster.dueInMs(n1, 'election') ?? 0);
      }
      assert.equal(delays.size, 100);
      assert(Math.min(...delays) >= 100 && Math.min(...delays) < 120, 'from the shortest');
      assert(Math.max(...delays) > 180 && Math.max(...delays) < 200, 'to twice that');
    });

    it('end when a leader of the same term is heard of', () => {
      cluster = new Stepper(3);
      cluster.fire(n1, 'election');
      cluster.settle(ofType('request-vote'));
      cluster.deliver(({ message }) => message.type === 'vote' && message.preVote);
      assert.equal(cluster.role(n1), 'candidate');
      const message = {
        type: 'append-entries',
        term: 1,
        round: 1,
        previousIndex: 0,
        previousTerm: 0,
      } as const;
      cluster.hand({ from: n3, to: n1, message: { ...message, entries: [], commitIndex: 0 } });
      assert.deepEqual([cluster.role(n1), cluster.status(n1).leader], ['follower', n3]);
    });
  });

  describe('persistence (§3.8)', () => {
    it('keeps the vote over a restart', () => {
      cluster = new Stepper(3);
      cluster.hand(requestVote(1, 0, 0));
      cluster.restart(n1);
      cluster.wait(1000);
      cluster.drop();
      cluster.hand({ ...requestVote(1, 0, 0), from: n3 });
      assert.deepEqual([voteOf(cluster).granted, cluster.status(n1).votedFor], [false, n2]);
    });

    it('keeps what is acknowledged when all nodes crash at once', () => {
      cluster = new Stepper(3);
      cluster.elect(n1);
      const write = cluster.put(n1, 'x', 1);
      cluster.settle();
      assert.equal(cluster.response(write)?.type, 'written');
      cluster.restart(n1, n2, n3);
      cluster.elect(n2);
      const read = cluster.get(n2, 'x');
      cluster.settle();
      assert.equal(cluster.valueRead(read), 1);
    });
  });

  describe('log replication (§3.5)', () => {
    it('commits, applies and answers once a majority has the entry', () => {
      cluster = new Stepper(5);
      cluster.elect(n1);
      cluster.settle();
      const write = cluster.put(n1, 'x', 1);
      cluster.drop(to(n3));
      cluster.drop(to(n4));
      cluster.drop(to(n5));
      cluster.settle();
      assert.equal(cluster.response(write), null, 'two of five are no majority');
      cluster.fire(n1, 'heartbeat');
      cluster.drop(to(n4));
      cluster.drop(to(n5));
      cluster.settle();
      cluster.settle();
      assert.equal(cluster.response(write)?.type, 'written');
    });

    it('accepts entries only where the entry before them is the same', () => {
      cluster = new Stepper(3);
      const message = {
        type: 'append-entries',
        term: 2,
        round: 1,
        previousIndex: 1,
        previousTerm: 1,
      } as const;
      const entries = [{ term: 2, index: 2, command: noOp }];
      cluster.hand({ from: n2, to: n1, message: { ...message, entries, commitIndex: 0 } });
      assert.equal(describeLog(cluster.status(n1).log), 'empty');
      const [answer] = cluster.letters;
      assert(answer?.message.type === 'appended' && !answer.message.success);
      assert.deepEqual([answer.message.previousIndex, answer.message.conflictIndex], [1, 0]);
    });

    it('keeps entries that an old message does not know of', () => {
      cluster = new Stepper(3);
      cluster.elect(n1);
      cluster.put(n1, 'x', 1);
      const old = cluster.letters.find(({ message }) => message.type === 'append-entries');
      cluster.settle();
      cluster.put(n1, 'y', 2);
      cluster.settle();
      assert(old);
      cluster.hand(old);
      assert.equal(describeLog(cluster.status(old.to).log), '1/1 2/1 3/1');
    });

    it('commits on a follower only up to the last entry that is known to agree', () => {
      cluster = new Stepper(3);
      const message = { type: 'append-entries', round: 1, previousIndex: 0, previousTerm: 0 } as const;
      const entries = [1, 2, 3].map((index) => ({ term: 1, index, command: noOp }));
      cluster.hand({ from: n2, to: n1, message: { ...message, term: 1, entries, commitIndex: 0 } });
      const first = entries.slice(0, 1);
      cluster.hand({ from: n3, to: n1, message: { ...message, term: 2, entries: first, commitIndex: 3 } });
      assert.equal(cluster.status(n1).commitIndex, 1);
    });

    it('makes the logs of followers equal to the leader, passing over a term a message', () => {
      cluster = new Stepper(3);
      cluster.elect(n1);
      cluster.isolate(n1);
      for (let write = 0; write < 20; write++) cluster.put(n1, 'lost', write);
      cluster.settle();
      cluster.elect(n2);
      for (let write = 0; write < 5; write++) cluster.put(n2, 'kept', write);
      cluster.settle();
      cluster.heal();
      cluster.drop();
      cluster.fire(n2, 'heartbeat');
      let messages = 0;
      while (cluster.letters.length > 0) {
        messages += cluster.letters.filter(to(n1)).length;
        cluster.deliver();
      }
      const [first, second] = logs(cluster);
      assert.equal(first, second);
      assert(messages <= 3, `${messages} messages to repair 20 entries`);
    });

    it('sends what gathers while the window is full in one message', () => {
      cluster = new Stepper(3);
      cluster.elect(n1);
      cluster.settle();
      for (let write = 0; write < 100; write++) cluster.put(n1, 'x', write);
      const sent = cluster.letters.filter(to(n2));
      assert(sent.length <= 8, `${sent.length} messages in flight`);
      cluster.deliver();
      cluster.deliver(from(n2));
      const [next] = cluster.letters.filter(to(n2));
      assert(next?.message.type === 'append-entries');
      assert(next.message.entries.length > 80, 'everything that had gathered');
    });

    it('sends large entries in several messages, and one that is too large alone', () => {
      cluster = new Stepper(2);
      cluster.elect(n1);
      cluster.isolate(n2);
      const half = 'x'.repeat(600_000);
      const sizes = [half, 'small', half, half + half, 'small'];
      for (const value of sizes) cluster.operate(n1, { type: 'put', key: 'k', value });
      cluster.heal();
      cluster.drop();
      cluster.fire(n1, 'heartbeat');
      const carried: number[] = [];
      while (cluster.letters.length > 0) {
        for (const { message } of cluster.letters) {
          if (message.type === 'append-entries' && message.entries.length > 0)
            carried.push(message.entries.length);
        }
        cluster.deliver();
      }
      assert.deepEqual(carried, [2, 1, 1, 1]);
    });

    it('learns nothing from an answer to an earlier leadership of the same node', () => {
      cluster = new Stepper(3);
      cluster.elect(n1);
      cluster.elect(n2);
      cluster.elect(n1);
      cluster.isolate(n1);
      const write = cluster.put(n1, 'x', 1);
      const read = cluster.get(n1, 'x');
      cluster.heal();
      for (const node of [n2, n3]) {
        const late = { type: 'appended', term: 1, round: 9, success: true, matchIndex: 4 } as const;
        cluster.hand({ from: node, to: n1, message: late });
      }
      assert.deepEqual([cluster.response(write), cluster.response(read)], [null, null]);
    });

    it('is quiet when idle: only the leader speaks first', () => {
      cluster = new Stepper(3, { options: { heartbeatMs: 50, electionTimeoutMs: 300 } });
      cluster.elect(n1);
      cluster.run(10_000);
      assert.deepEqual([cluster.status(n1).role, cluster.status(n2).term], ['leader', 1]);
      assert.equal(cluster.status(n2).journaledCommitIndex, 0, 'heartbeats journal nothing');
    });
  });

  describe('safety (§3.6)', () => {
    for (const [index, term, granted] of [
      [1, 1, false],
      [3, 1, false],
      [2, 2, true],
      [1, 3, true],
      [1, 2, false],
    ] as const) {
      it(`${granted ? 'grants' : 'refuses'} a vote to a log that ends at ${index}/${term}, having 1/1 2/2 (§3.6.1)`, () => {
        cluster = new Stepper(3);
        const message = {
          type: 'append-entries',
          term: 2,
          round: 1,
          previousIndex: 0,
          previousTerm: 0,
        } as const;
        const entries = [
          { term: 1, index: 1, command: noOp },
          { term: 2, index: 2, command: noOp },
        ];
        cluster.hand({ from: n3, to: n1, message: { ...message, entries, commitIndex: 0 } });
        cluster.wait(1000);
        cluster.drop();
        cluster.hand(requestVote(4, index, term));
        assert.equal(voteOf(cluster).granted, granted);
      });
    }

    it('does not commit entries of earlier terms by counting copies (§3.6.2, Figure 3.7)', () => {
      cluster = new Stepper(3);
      cluster.elect(n1);
      cluster.settle();
      const before = cluster.status(n1).commitIndex;
      cluster.put(n1, 'x', 1);
      cluster.drop();
      cluster.wait(1000);
      cluster.fire(n1, 'heartbeat'); // steps down: no majority
      assert.equal(cluster.role(n1), 'follower');
      cluster.fire(n1, 'election');
      cluster.settle(ofType('request-vote', 'vote'));
      assert.equal(cluster.role(n1), 'leader');
      cluster.drop();
      // An acknowledgement of the old entry alone, from a majority.
      const message = { type: 'appended', term: 2, round: 0, success: true, matchIndex: 2 } as const;
      cluster.hand({ from: n2, to: n1, message });
      assert.equal(cluster.status(n1).commitIndex, before);
      cluster.hand({ from: n2, to: n1, message: { ...message, matchIndex: 3 } });
      assert.equal(cluster.status(n1).commitIndex, 3);
    });

    it('begins every leadership with a no-op (§6.4)', () => {
      cluster = new Stepper(3);
      cluster.elect(n1);
      assert.deepEqual(cluster.status(n3).log.entries[0]?.command, noOp);
    });
  });

  describe('check-quorum (§6.2)', () => {
    it('lets a leader step down that hears no majority for long', () => {
      cluster = new Stepper(3);
      cluster.elect(n1);
      cluster.isolate(n1);
      cluster.run(1000);
      assert.notEqual(cluster.role(n1), 'leader');
    });

    it('is off on demand', () => {
      cluster = new Stepper(3, { options: { checkQuorum: 'off' } });
      cluster.elect(n1);
      cluster.isolate(n1);
      cluster.run(5000);
      assert.equal(cluster.role(n1), 'leader');
    });
  });

  describe('pre-vote (§9.6) and disruption (§4.2.3)', () => {
    it('keeps the term of a node that cannot win', () => {
      cluster = new Stepper(3);
      cluster.elect(n1);
      cluster.isolate(n3);
      cluster.run(5000);
      assert.equal(cluster.status(n3).term, 1);
      cluster.heal();
      cluster.run(1000);
      assert.deepEqual([cluster.role(n1), cluster.status(n1).term], ['leader', 1]);
    });

    it('gives no vote while a leader is heard of, and does not even take over the term', () => {
      cluster = new Stepper(3);
      cluster.elect(n2);
      cluster.drop();
      cluster.hand({ ...requestVote(7, 9, 6), from: n3 });
      assert.deepEqual([voteOf(cluster).granted, cluster.status(n1).term], [false, 1]);
    });

    it('a leader that is heard does not give way to a later term', () => {
      cluster = new Stepper(3);
      cluster.elect(n1);
      cluster.drop();
      cluster.hand(requestVote(7, 9, 6));
      assert.deepEqual([cluster.role(n1), cluster.status(n1).term], ['leader', 1]);
      cluster.wait(1000);
      cluster.hand(requestVote(7, 9, 6));
      assert.deepEqual([cluster.role(n1), cluster.status(n1).term], ['follower', 7], 'nobody has answered');
    });

    it('refuses a pre-vote to a log that lacks what the voter has', () => {
      cluster = new Stepper(3);
      cluster.elect(n1);
      cluster.wait(1000);
      cluster.hand(requestVote(7, 0, 0, { preVote: true }));
      assert.equal(voteOf(cluster).granted, false);
    });

    it('does not count pre-votes for an earlier term', () => {
      cluster = new Stepper(3);
      cluster.fire(n1, 'election');
      cluster.drop();
      cluster.hand(requestVote(5, 0, 0));
      cluster.fire(n1, 'election');
      cluster.hand({ from: n2, to: n1, message: { type: 'vote', term: 1, granted: true, preVote: true } });
      assert.equal(cluster.role(n1), 'pre-candidate');
    });

    it('waits a whole timeout again after it has given its vote', () => {
      cluster = new Stepper(3);
      cluster.wait(290);
      cluster.hand(requestVote(1, 0, 0));
      assert((cluster.dueInMs(n1, 'election') ?? 0) >= 300);
    });

    it('leaves no trace of a pre-vote', () => {
      cluster = new Stepper(3);
      cluster.hand(requestVote(5, 0, 0, { preVote: true }));
      assert.deepEqual([voteOf(cluster).granted, cluster.status(n1).term], [true, 0]);
      assert.equal(cluster.journal(n1).length, 0);
    });
  });

  describe('exactly once (§6.3)', () => {
    it('applies a request that is sent again once, and answers it twice', () => {
      cluster = new Stepper(3);
      cluster.elect(n1);
      const append = { type: 'txn', txn: [['append', 'l', 1]] } as const;
      const first = cluster.operate(n1, append, { client: 'c', number: 1 });
      cluster.settle();
      cluster.elect(n2);
      const again = cluster.operate(n2, append, { client: 'c', number: 1 });
      cluster.settle();
      assert.deepEqual(cluster.response(again), cluster.response(first));
      const read = cluster.get(n2, 'l');
      cluster.settle();
      assert.deepEqual(cluster.valueRead(read), [1]);
      assert((cluster.probes.get('request-deduplicated') ?? 0) >= 1);
    });

    it('remembers a request over snapshots and restarts', () => {
      cluster = new Stepper(3, { options: { snapshotEntries: 3 } });
      cluster.elect(n1);
      const append = { type: 'txn', txn: [['append', 'l', 1]] } as const;
      cluster.operate(n1, append, { client: 'c', number: 1 });
      for (let write = 0; write < 9; write++) cluster.put(n1, 'x', write);
      cluster.settle();
      cluster.restart(n1, n2, n3);
      cluster.elect(n3);
      cluster.operate(n3, append, { client: 'c', number: 1 });
      cluster.settle();
      const read = cluster.get(n3, 'l');
      cluster.settle();
      assert.deepEqual(cluster.valueRead(read), [1]);
    });
  });

  describe('answers (the honesty of a history)', () => {
    it('leaves the outcome open when a leader steps down after it has appended', () => {
      cluster = new Stepper(3);
      cluster.elect(n1);
      cluster.isolate(n1);
      const write = cluster.put(n1, 'x', 1);
      cluster.run(1000);
      const response = cluster.response(write);
      assert.equal(response?.type === 'refused' && response.error, 'timeout');
    });

    it('sends a client to the leader, and says so when there is none', () => {
      cluster = new Stepper(3);
      const early = cluster.put(n2, 'x', 1);
      const refused = cluster.response(early);
      assert.equal(refused?.type === 'refused' && refused.error, 'temporarily-unavailable');
      cluster.elect(n1);
      const late = cluster.put(n2, 'x', 1);
      assert.deepEqual(cluster.response(late), { type: 'not-leader', leader: n1 });
    });
  });
});
