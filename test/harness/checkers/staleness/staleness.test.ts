import assert from 'node:assert/strict';
import { unlimited } from '../../../../harness/checkers/budget.ts';
import type { Checker, Verdict } from '../../../../harness/checkers/checker.ts';
import { deltaAtomic } from '../../../../harness/checkers/staleness/deltaAtomic.ts';
import { kAtomic } from '../../../../harness/checkers/staleness/kAtomic.ts';
import { regular } from '../../../../harness/checkers/staleness/regular.ts';
import { staleness } from '../../../../harness/checkers/staleness/staleness.ts';
import { stalenessOf } from '../../../../harness/checkers/staleness/stalenessOf.ts';
import { History } from '../../../../harness/columns/history.ts';
import { counter } from '../../../../harness/specs/counter.ts';
import { casRegister, register } from '../../../../harness/specs/register.ts';
import { parseDrawing } from '../notation.ts';

const drawn = (text: string): History => History.of(parseDrawing(text).history);

function verdictOf(checker: Checker, text: string): Verdict {
  return checker.check(drawn(text), unlimited);
}

function accepts(checker: Checker, text: string): void {
  const { valid, anomalies } = verdictOf(checker, text);
  assert.deepEqual({ valid, anomalies }, { valid: true, anomalies: [] });
}

function refuses(checker: Checker, text: string, kind: string, explanation: string): void {
  const { valid, anomalies } = verdictOf(checker, text);
  assert.equal(valid, false);
  assert.deepEqual(
    anomalies.map((found) => [found.kind, found.explanation]),
    [[kind, explanation]],
  );
}

const staleRead = `
p0  |- write 1 -|  |- write 2 -|
p1                                |- read -> 1 -|`;

const newThenOld = `
p0  |- write 1 -|  |---------------- write 2 ------------------|
p1                      |- read -> 2 -|   |- read -> 1 -|`;

describe('regular', () => {
  it('lets reads that overlap a write go back and forth', () => {
    accepts(regular(register), newThenOld);
  });

  it('lets a crashed write be seen at any later time', () => {
    accepts(
      regular(register),
      `
p0  |- write 1 -?
p1                 |- write 2 -|  |- read -> 1 -|  |- read -> 2 -|  |- read -> 1 -|`,
    );
  });

  it('takes one of several writes of a value for enough', () => {
    accepts(
      regular(register),
      `
p0  |- write 1 -|  |- write 2 -|
p1                                |- write 1 -|  |- read -> 1 -|`,
    );
  });

  it('refuses a value that was replaced before the read began', () => {
    refuses(
      regular(register),
      staleRead,
      'stale-read',
      'read by process 1 (ops 4–5) answered 1, but 2 was written and acknowledged before it began (ops 2–3) and nothing wrote 1 again.',
    );
  });

  it('refuses the initial value after a write', () => {
    refuses(
      regular(register),
      `
p0  |- x: write 1 -|
p1                    |- x: read -> null -|`,
      'stale-read',
      'read of x by process 1 (ops 2–3) answered null, but 1 was written and acknowledged before it began (ops 0–1) and nothing removed it again.',
    );
  });

  it('refuses what a write replaced that ended before an earlier one did', () => {
    refuses(
      regular(register),
      `
p0  |- write 1 -|       |- write 3 -|
p1     |---------------- write 2 -----------|
p2                                             |- read -> 1 -|`,
      'stale-read',
      'read by process 2 (ops 6–7) answered 1, but 3 was written and acknowledged before it began (ops 3–4) and nothing wrote 1 again.',
    );
  });

  it('refuses what was written only after the read, or never', () => {
    refuses(
      regular(register),
      `
p0                  |- write 1 -|
p1  |- read -> 1 -|`,
      'future-read',
      'read by process 1 (ops 0–1) answered 1, but 1 was first written after that: write 1 by process 0 (ops 2–3).',
    );
    refuses(
      regular(register),
      `
p0  |- write 7 -x  |- read -> 7 -|`,
      'garbage-read',
      'read by process 0 (ops 2–3) answered 7, but 7 was only written by an operation that failed: write 7 by process 0 (ops 0–1).',
    );
  });

  it('holds a cas to what it found', () => {
    refuses(
      regular(casRegister),
      `
p0  |- write 1 -|  |- write 2 -|  |- cas [1,3] -|`,
      'stale-read',
      'cas [1,3] by process 0 (ops 4–5) succeeded, but 2 was written and acknowledged before it began (ops 2–3) and nothing wrote 1 again.',
    );
  });

  it('does not judge what holds no single value', () => {
    const { valid, reason } = verdictOf(regular(counter), `p0  |- add 1 -|`);
    assert.deepEqual(
      { valid, reason },
      {
        valid: 'unknown',
        reason:
          'it has operations that are neither reads, writes nor cas of one value, so that values cannot be followed',
      },
    );
  });
});

describe('k-atomicity', () => {
  it('accepts reads that miss k - 1 values', () => {
    accepts(kAtomic(2, register), staleRead);
    accepts(kAtomic(2, register), newThenOld);
  });

  it('with k = 1 is linearizability', () => {
    assert.equal(verdictOf(kAtomic(1, register), staleRead).valid, false);
    assert.equal(verdictOf(kAtomic(1, register), newThenOld).valid, false);
  });

  it('refuses a read that k writes separate from its value', () => {
    refuses(
      kAtomic(2, register),
      `
p0  |- write 1 -|  |- write 2 -|  |- write 3 -|  |- read -> 1 -|`,
      'not-2-atomic',
      'read by process 0 (ops 6–7) answered 1, but write 2 by process 0 (ops 2–3) and write 3 by process 0 (ops 4–5) came after what it saw and had ended before it began.',
    );
  });

  it('finds what no single read shows', () => {
    // Each of the reads misses one write, but which one comes last?
    const { valid, anomalies } = verdictOf(
      kAtomic(2, register),
      `
p0  |- write 1 -|  |- write 2 -|                    |- write 4 -|
p1                 |- write 3 -|  |- read -> 1 -|`,
    );
    assert.deepEqual([valid, anomalies[0]?.kind], [false, 'not-2-atomic']);
  });

  it('takes a cas from a value to itself for a read, which makes no value newer', () => {
    const { valid } = verdictOf(
      kAtomic(2, casRegister),
      `
p0  |- write 2 -|  |- cas [2,2] -|  |- write 0 -|  |- write 1 -|  |- cas [2,2] -|`,
    );
    assert.equal(valid, false);
  });

  it('does not count less than one value', () => {
    assert.throws(() => kAtomic(0, register), RangeError);
  });
});

describe('Δ-atomicity', () => {
  // A column is a millisecond: 2 was there at 30, the read began at 34.
  it('accepts reads that are late by no more than Δ', () => {
    accepts(deltaAtomic(5, register), staleRead);
  });

  it('refuses reads that are later', () => {
    refuses(
      deltaAtomic(2, register),
      staleRead,
      'staler-than-delta',
      'read by process 1 (ops 4–5) answered 1, but 2 was written and acknowledged before it began (ops 2–3), that was 3 ms earlier, more than 2 ms, and nothing wrote 1 again.',
    );
  });

  it('is undecided where values cannot be followed', () => {
    const { valid, reason } = verdictOf(
      deltaAtomic(2, register),
      `
p0  |- write 1 -|  |- write 1 -|  |- read -> 1 -|`,
    );
    assert.equal(valid, 'unknown');
    assert.match(reason ?? '', /^1 key has a cas, or reads of values that were written several times/);
  });
});

describe('staleness', () => {
  it('tells how stale reads were', () => {
    const report = stalenessOf(
      drawn(`
p0  |- write 1 -|  |- write 2 -|  |- write 3 -|
p1                                               |- read -> 3 -|  |- read -> 1 -|  |- read -> 3 -|`),
      register,
    );
    assert.deepEqual(report, {
      reads: 3,
      unjudged: 0,
      stale: 1,
      ageMs: { median: 35, p99: 35, max: 35 },
      versions: { median: 2, p99: 2, max: 2 },
      nonMonotonic: 1,
      bySinceWrite: [
        { fromMs: 2, toMs: 5, reads: 1, stale: 0 },
        { fromMs: 20, toMs: 50, reads: 2, stale: 1 },
      ],
      deltaMs: 35,
      gammaMs: 10,
      writtenVersions: 3,
      conflictingVersions: 3,
    });
  });

  it('finds nothing stale in a linearizable history, whose Δ and Γ are 0', () => {
    const { valid, stats } = verdictOf(
      staleness(register),
      `
p0  |- write 1 -|  |--- write 2 ---|
p1                   |- read -> 1 -|  |- read -> 2 -|`,
    );
    assert.equal(valid, true);
    assert.deepEqual([stats['reads'], stats['staleReads'], stats['deltaMs'], stats['gammaMs']], [2, 0, 0, 0]);
  });

  it('holds a session to the newest version that it read', () => {
    const report = stalenessOf(
      drawn(`
p0  |- write 1 -|  |- write 2 -|  |- write 3 -|
p1                                               |- read -> 3 -|  |- read -> 1 -|  |- read -> 2 -|`),
      register,
    );
    assert.equal(report?.nonMonotonic, 2);
  });

  it('leaves out what it cannot follow, and gives no Δ then', () => {
    const report = stalenessOf(
      drawn(`
p0  |- write 1 -|  |- write 1 -|  |- read -> 1 -|  |- read -> 9 -|`),
      register,
    );
    assert.deepEqual([report?.reads, report?.unjudged, report?.deltaMs], [0, 2, null]);
  });

  it('measures nothing of what holds no single value', () => {
    assert.equal(stalenessOf(drawn(`p0  |- add 1 -|`), counter), undefined);
    assert.equal(verdictOf(staleness(counter), `p0  |- add 1 -|`).valid, 'unknown');
  });

  it('a clock that goes back does not make reads younger than they are', () => {
    const { history } = parseDrawing(staleRead);
    const skewed = History.of(history.map((op) => (op.index === 3 ? { ...op, timeNs: -5e9 } : op)));
    // The write then seems to have ended when it began.
    assert.equal(stalenessOf(skewed, register)?.ageMs.max, 15);
  });
});
