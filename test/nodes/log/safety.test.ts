/** What a restart may do to a log; the tests of the models show the other properties in their words. */
import assert from 'node:assert/strict';
import { nodeId } from '../../../nodes/kernel/ids.ts';
import { Log, type LogView, type Term } from '../../../nodes/log/log.ts';
import { durableLog } from '../../../nodes/log/safety.ts';

interface Entry {
  readonly index: number;
  readonly term: Term;
  readonly command: null;
}

function viewOf(terms: readonly Term[], baseIndex = 0, baseTerm = 0): LogView<Entry> {
  const log = new Log<Entry>(({ term }) => term);
  log.reset(baseIndex, baseTerm);
  log.append(terms.map((term, at) => ({ index: baseIndex + at + 1, term, command: null })));
  return log.view();
}

/** What is found when a node shows one log, and after a restart, in this term, the other one. */
function foundIn(before: LogView<Entry>, after: LogView<Entry>, term: Term): string | null {
  const observe = durableLog<Entry>();
  const shown = { node: nodeId(1), isLeader: false, committedIndex: 0, term };
  assert.equal(observe({ ...shown, incarnation: 1, log: before }), null);
  return observe({ ...shown, incarnation: 2, log: after });
}

describe('a log after a restart', () => {
  const compacted = viewOf([], 5, 2);

  it('may not have lost the snapshot with which it ended', () => {
    assert.equal(foundIn(compacted, viewOf([]), 3), 'n1 had a log up to 5, and up to 0 after its restart');
    assert.notEqual(foundIn(compacted, viewOf([1, 1], 1, 1), 3), null);
  });

  it('has what was compacted, whoever leads later', () => {
    assert.notEqual(foundIn(compacted, viewOf([], 5, 3), 4), null);
    assert.notEqual(foundIn(viewOf([2], 5, 2), viewOf([3, 3], 5, 3), 4), null);
    assert.equal(foundIn(compacted, viewOf([2, 2], 3, 1), 4), null);
  });

  it('may end with the snapshot of a later leader instead of its last entry', () => {
    assert.equal(foundIn(viewOf([1, 1, 2]), viewOf([], 3, 3), 3), null);
    assert.equal(foundIn(viewOf([1, 1, 2]), viewOf([3], 3, 3), 3), null);
    assert.notEqual(foundIn(viewOf([1, 1, 2]), viewOf([], 3, 1), 2), null);
  });
});
