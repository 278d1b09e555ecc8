/** Every invariant is shown what it must find, and what it must let pass. */
import assert from 'node:assert/strict';
import { nodeId } from '../../../nodes/kernel/ids.ts';
import { Log, type LogView } from '../../../nodes/log/log.ts';
import type { Entry, Status } from '../../../nodes/raft/messages.ts';
import { raft } from '../../../nodes/raft/model.ts';

/** A status of node `node`: the log is a list of terms, `!` marks an entry with another command. */
interface Shown {
  readonly node: number;
  readonly incarnation?: number;
  readonly status: Partial<Status>;
}

function entriesOf(terms: string, baseIndex: number): Entry[] {
  return terms
    .split(' ')
    .filter(Boolean)
    .map((word, at) => ({
      term: parseInt(word),
      index: baseIndex + at + 1,
      command: word.endsWith('!')
        ? { type: 'operation', operation: { type: 'delete', key: 'x' } }
        : { type: 'no-op' },
    }));
}

function logOf(terms: string, baseIndex = 0, baseTerm = 0): LogView<Entry> {
  const log = new Log<Entry>(({ term }) => term);
  log.reset(baseIndex, baseTerm);
  log.append(entriesOf(terms, baseIndex));
  return log.view();
}

/** One log at three moments. */
function growing(): readonly [short: LogView<Entry>, grown: LogView<Entry>, compacted: LogView<Entry>] {
  const log = new Log<Entry>(({ term }) => term);
  log.append(entriesOf('1 1', 0));
  const short = log.view();
  log.append(entriesOf('2', 2));
  const grown = log.view();
  log.compactTo(2);
  return [short, grown, log.view()];
}

const idle: Status = {
  role: 'follower',
  term: 1,
  votedFor: null,
  leader: null,
  log: logOf(''),
  commitIndex: 0,
  appliedIndex: 0,
  journaledCommitIndex: 0,
  snapshotIndex: 0,
  members: [],
  membersIndex: 0,
};

/** The first violation in a sequence of released statuses. */
function violationOf(name: string, shown: readonly Shown[]): string | null {
  const invariant = raft.invariants.find((one) => one.name === name);
  assert(invariant, name);
  const observe = invariant.observer();
  for (const { node, incarnation = 1, status } of shown) {
    const violation = observe({ node: nodeId(node), incarnation, status: { ...idle, ...status } });
    if (violation !== null) return violation;
  }
  return null;
}

const [short, grown, compacted] = growing();
const cases: readonly { name: string; why: string; broken: boolean; shown: readonly Shown[] }[] = [
  {
    name: 'election-safety',
    why: 'two leaders in one term',
    broken: true,
    shown: [
      { node: 1, status: { role: 'leader', term: 2 } },
      { node: 2, status: { role: 'leader', term: 2 } },
    ],
  },
  {
    name: 'election-safety',
    why: 'two leaders in two terms at the same time',
    broken: false,
    shown: [
      { node: 1, status: { role: 'leader', term: 2 } },
      { node: 2, status: { role: 'leader', term: 3 } },
      { node: 1, status: { role: 'leader', term: 2 } },
    ],
  },
  {
    name: 'leader-append-only',
    why: 'a leader that loses an entry',
    broken: true,
    shown: [
      { node: 1, status: { role: 'leader', log: logOf('1 1') } },
      { node: 1, status: { role: 'leader', log: logOf('1') } },
    ],
  },
  {
    name: 'leader-append-only',
    why: 'a leader that appends, and compacts',
    broken: false,
    shown: [
      { node: 1, status: { role: 'leader', log: short } },
      { node: 1, status: { role: 'leader', log: grown } },
      { node: 1, status: { role: 'leader', log: compacted } },
    ],
  },
  {
    name: 'log-matching',
    why: 'the same entry after different ones',
    broken: true,
    shown: [
      { node: 1, status: { log: logOf('1 2') } },
      { node: 2, status: { log: logOf('1! 2') } },
    ],
  },
  {
    name: 'log-matching',
    why: 'different entries with the same index and term',
    broken: true,
    shown: [
      { node: 1, status: { log: logOf('1 2') } },
      { node: 2, status: { log: logOf('1 2!') } },
    ],
  },
  {
    name: 'log-matching',
    why: 'a suffix of another term, replaced later, and a log that begins at a snapshot',
    broken: false,
    shown: [
      { node: 1, status: { log: logOf('1 1 1') } },
      { node: 2, status: { log: logOf('1 2') } },
      { node: 2, status: { log: logOf('1 1 1') } },
      { node: 3, status: { log: logOf('1', 2, 1) } },
    ],
  },
  {
    name: 'leader-completeness',
    why: 'a later leader without what an earlier term has committed',
    broken: true,
    shown: [
      { node: 1, status: { role: 'leader', term: 1, log: logOf('1 1'), commitIndex: 2 } },
      { node: 2, status: { role: 'leader', term: 2, log: logOf('1 2') } },
    ],
  },
  {
    name: 'leader-completeness',
    why: 'an earlier term that commits what a later leader does not have',
    broken: true,
    shown: [
      { node: 2, status: { role: 'leader', term: 2, log: logOf('1 2') } },
      { node: 1, status: { role: 'leader', term: 1, log: logOf('1 1'), commitIndex: 2 } },
    ],
  },
  {
    name: 'leader-completeness',
    why: 'a deposed leader that still calls itself one, without later commits',
    broken: false,
    shown: [
      { node: 2, status: { role: 'leader', term: 2, log: logOf('1 2'), commitIndex: 2 } },
      { node: 1, status: { role: 'leader', term: 1, log: logOf('1') } },
    ],
  },
  {
    name: 'state-machine-safety',
    why: 'different entries committed at one index',
    broken: true,
    shown: [
      { node: 1, status: { log: logOf('1 1'), commitIndex: 2 } },
      { node: 2, status: { log: logOf('1 2'), commitIndex: 2 } },
    ],
  },
  {
    name: 'state-machine-safety',
    why: 'a committed entry that is overwritten',
    broken: true,
    shown: [
      { node: 1, status: { log: logOf('1 1'), commitIndex: 2 } },
      { node: 1, status: { log: logOf('1 2'), commitIndex: 2 } },
    ],
  },
  {
    name: 'state-machine-safety',
    why: 'a snapshot of another history',
    broken: true,
    shown: [
      { node: 1, status: { log: logOf('1 1'), commitIndex: 2 } },
      { node: 2, status: { log: logOf('', 2, 2), commitIndex: 2 } },
    ],
  },
  {
    name: 'state-machine-safety',
    why: 'different entries that are not committed',
    broken: false,
    shown: [
      { node: 1, status: { log: logOf('1 1'), commitIndex: 1 } },
      { node: 2, status: { log: logOf('1 2'), commitIndex: 2 } },
    ],
  },
  {
    name: 'monotonic-commit',
    why: 'a commit index that goes back',
    broken: true,
    shown: [
      { node: 1, status: { log: grown, commitIndex: 2 } },
      { node: 1, status: { log: grown, commitIndex: 1 } },
    ],
  },
  {
    name: 'monotonic-commit',
    why: 'a restart behind what was journaled',
    broken: true,
    shown: [
      { node: 1, status: { log: grown, commitIndex: 3, journaledCommitIndex: 2 } },
      { node: 1, incarnation: 2, status: { log: grown, commitIndex: 1 } },
    ],
  },
  {
    name: 'monotonic-commit',
    why: 'a restart behind what was not journaled',
    broken: false,
    shown: [
      { node: 1, status: { log: grown, commitIndex: 3, journaledCommitIndex: 2 } },
      { node: 1, incarnation: 2, status: { log: grown, commitIndex: 2 } },
    ],
  },
  {
    name: 'monotonic-commit',
    why: 'a commit index beyond the log',
    broken: true,
    shown: [{ node: 1, status: { log: grown, commitIndex: 4 } }],
  },
  {
    name: 'one-vote-per-term',
    why: 'a second vote in a term',
    broken: true,
    shown: [
      { node: 1, status: { term: 2, votedFor: nodeId(2) } },
      { node: 1, status: { term: 2, votedFor: nodeId(3) } },
    ],
  },
  {
    name: 'one-vote-per-term',
    why: 'a vote that a restart forgets',
    broken: true,
    shown: [
      { node: 1, status: { term: 2, votedFor: nodeId(2) } },
      { node: 1, incarnation: 2, status: { term: 2, votedFor: null } },
    ],
  },
  {
    name: 'one-vote-per-term',
    why: 'a term that a restart forgets',
    broken: true,
    shown: [
      { node: 1, status: { term: 2 } },
      { node: 1, incarnation: 2, status: { term: 0 } },
    ],
  },
  {
    name: 'one-vote-per-term',
    why: 'votes in different terms',
    broken: false,
    shown: [
      { node: 1, status: { term: 2, votedFor: nodeId(2) } },
      { node: 1, status: { term: 3, votedFor: null } },
      { node: 1, status: { term: 3, votedFor: nodeId(3) } },
    ],
  },
  {
    name: 'durable-log',
    why: 'a log that is shorter after a restart',
    broken: true,
    shown: [
      { node: 1, status: { log: logOf('1 1 2') } },
      { node: 1, incarnation: 2, status: { log: logOf('1 1') } },
    ],
  },
  {
    name: 'durable-log',
    why: 'a log in which older entries came back in a restart',
    broken: true,
    shown: [
      { node: 1, status: { term: 3, log: logOf('1 3') } },
      { node: 1, incarnation: 2, status: { term: 3, log: logOf('1 2 2') } },
    ],
  },
  {
    name: 'durable-log',
    why: 'a log whose end a later leader had replaced before the restart',
    broken: false,
    shown: [
      { node: 1, status: { term: 2, log: logOf('1 1 2 2') } },
      { node: 1, incarnation: 2, status: { term: 3, log: logOf('1 1 3') } },
    ],
  },
  {
    name: 'durable-log',
    why: 'a log whose end a later leader had replaced by entries of an earlier term',
    broken: false,
    shown: [
      { node: 1, status: { term: 3, log: logOf('1 3') } },
      { node: 1, incarnation: 2, status: { term: 4, log: logOf('1 2 2') } },
    ],
  },
  {
    name: 'durable-log',
    why: 'a log that is the same after a restart, and one that is truncated without one',
    broken: false,
    shown: [
      { node: 1, status: { log: logOf('1 1 2') } },
      { node: 1, incarnation: 2, status: { log: logOf('2', 2, 1) } },
      { node: 2, status: { log: logOf('1 1 2') } },
      { node: 2, status: { log: logOf('1') } },
    ],
  },
];

describe('raft invariants', () => {
  for (const { name, why, broken, shown } of cases) {
    it(`${name} ${broken ? 'finds' : 'lets pass'} ${why}`, () => {
      assert.equal(violationOf(name, shown) !== null, broken);
    });
  }

  it('are each shown something that breaks them', () => {
    const shown = new Set(cases.filter(({ broken }) => broken).map(({ name }) => name));
    assert.deepEqual(raft.invariants.map(({ name }) => name).sort(), [...shown].sort());
  });
});
