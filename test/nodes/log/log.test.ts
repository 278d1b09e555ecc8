/** The log that several models replicate, in the word of none of them: here the term of an entry is its `epoch`. */
import assert from 'node:assert/strict';
import { Log } from '../../../nodes/log/log.ts';

interface Entry {
  readonly epoch: number;
  readonly index: number;
  readonly command: string;
}

function emptyLog(): Log<Entry> {
  return new Log(({ epoch }) => epoch);
}

/** A log of entries with these terms, from index 1 on. */
function logOf(...terms: number[]): Log<Entry> {
  const log = emptyLog();
  log.append(entries(1, ...terms));
  return log;
}

function entries(first: number, ...terms: number[]): Entry[] {
  return terms.map((term, at) => ({ epoch: term, index: first + at, command: 'x' }));
}

describe('log', () => {
  it('starts empty, with term 0 at index 0', () => {
    const log = emptyLog();
    assert.deepEqual([log.lastIndex, log.lastTerm, log.termAt(0), log.termAt(1)], [0, 0, 0, null]);
  });

  it('refuses an append that would leave a gap', () => {
    assert.throws(() => {
      logOf(1).append(entries(3, 1));
    }, /no gaps/);
  });

  it('keeps an earlier view intact through append, truncation and compaction', () => {
    const log = logOf(1, 1, 2);
    const view = log.view();
    const terms = (): number[] => view.entries.map(({ epoch }) => epoch);
    log.append(entries(4, 2));
    assert.deepEqual(terms(), [1, 1, 2]);
    log.truncateFrom(2);
    log.append(entries(2, 5));
    assert.deepEqual(terms(), [1, 1, 2]);
    log.compactTo(2);
    assert.deepEqual([view.baseIndex, terms()], [0, [1, 1, 2]]);
  });

  it('knows the entries and terms of a view, and none that came after it', () => {
    const log = logOf(1, 2);
    log.compactTo(1);
    const view = log.view();
    log.append(entries(3, 2));
    const terms = [0, 1, 2, 3].map((index) => view.termAt(index));
    assert.deepEqual([terms, view.entryAt(1), view.entryAt(3)], [[null, 1, 2, null], undefined, undefined]);
    assert.deepEqual([view.entryAt(2)?.index, view.lastIndex], [2, 2]);
  });

  for (const { change, to, expected } of [
    { change: 'nothing', to: () => undefined, expected: 4 },
    { change: 'an append', to: (log) => log.append(entries(4, 3)), expected: 4 },
    { change: 'a truncation', to: (log) => log.truncateFrom(3), expected: 3 },
    {
      change: 'other entries in the place of the last two',
      to: (log) => {
        log.truncateFrom(2);
        log.append(entries(2, 5, 5, 5));
      },
      expected: 2,
    },
    { change: 'compaction', to: (log) => log.compactTo(2), expected: 4 },
    { change: 'a snapshot beyond the end', to: (log) => log.reset(7, 3), expected: 8 },
  ] satisfies { change: string; to: (log: Log<Entry>) => void; expected: number }[]) {
    it(`may differ from index ${expected} on after ${change}`, () => {
      const log = logOf(1, 1, 2);
      const before = log.view();
      to(log);
      assert.equal(log.view().firstChangeSince(before), expected);
    });
  }

  it('shows people only the last entries of a view, and none that came after it', () => {
    const log = logOf(...Array.from({ length: 30 }, () => 1));
    const view = log.view();
    log.append(entries(31, 2));
    const shown = JSON.parse(JSON.stringify(view)) as { length: number; lastEntries: Entry[] };
    assert.equal(shown.length, 30);
    assert.deepEqual([shown.lastEntries[0]?.index, shown.lastEntries.at(-1)?.index], [11, 30]);
  });

  it('knows the term of its base after compaction, and nothing below', () => {
    const log = logOf(1, 1, 2, 3);
    log.compactTo(3);
    assert.deepEqual(
      [log.baseIndex, log.baseTerm, log.termAt(3), log.termAt(2), log.lastIndex, log.lastTerm],
      [3, 2, 2, null, 4, 3],
    );
    assert.throws(() => log.slice(3, 1), /compacted/);
  });

  // Ongaro §3.5: both sides pass over whole terms, so a rejection costs one message a term, not one an entry.
  for (const [terms, index, term, expected] of [
    [[1, 1, 2, 2, 2], 5, 2, 5],
    [[1, 1, 2, 2, 2], 5, 1, 2],
    [[1, 1, 2, 2, 2], 9, 3, 5],
    [[4, 4, 4], 3, 2, 0],
    [[], 7, 3, 0],
  ] as const) {
    it(`may match term ${term} at ${index} up to ${expected}, with the terms ${terms.join(' ')}`, () => {
      assert.equal(logOf(...terms).lastPossibleMatch(index, term), expected);
    });
  }
});
