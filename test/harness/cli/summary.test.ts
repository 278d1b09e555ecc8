import assert from 'node:assert/strict';
import { stripVTControlCharacters } from 'node:util';
import { summary } from '../../../harness/cli/summary.ts';
import type { Results } from '../../../harness/results.ts';

const held: Results = {
  valid: true,
  reasons: [],
  model: 'raft',
  workload: 'inventory',
  seed: 1,
  guarantee: {
    claimed: ['linearizable'],
    claimHeld: true,
    judged: ['never-oversold'],
    instead: { linearizable: ['never-oversold'] },
    held: ['never-oversold'],
    violated: [],
    undecided: [],
    strongestHeld: ['never-oversold'],
  },
  checkers: { 'never-oversold': { valid: true, anomalies: [], stats: {} } },
  operations: { ok: 5, fail: 0, info: 0 },
  figures: {
    convergedMs: 120,
    lost: 0,
    staleReads: null,
    whyNot: { staleReads: 'only reads of single values have an age' },
  },
  faults: {},
  probes: {},
  warnings: [],
  repro: 'npm run jepsen -- --model raft',
};

const linesOf = (results: Results): string[] => stripVTControlCharacters(summary(results)).split('\n');

describe('the summary of a run', () => {
  it('says what was judged instead of the claim, what held, when nodes agreed, and what was lost', () => {
    assert.deepEqual(linesOf(held).slice(1, 7), [
      '  raft, inventory: 5 ok, 0 fail, 0 info; judged against never-oversold: what can be seen here of the claim of linearizable',
      '  claim: linearizable; it held, as far as this run shows',
      '  strongest that held: never-oversold',
      '  all nodes agreed 120 ms after the last fault was healed',
      '  acknowledged writes lost: none',
      '  stale reads: not told (only reads of single values have an age)',
    ]);
  });

  it('says what can not be seen at all, and names the checkers that stand for a level', () => {
    const guarantee = {
      ...held.guarantee,
      judged: ['convergence'] as const,
      instead: { linearizable: ['leader-terms'], 'no-lost-writes': [] },
    };
    assert.match(
      linesOf({ ...held, guarantee })[1] ?? '',
      /judged against convergence, leader-terms: what .* linearizable; nothing can be seen here of no-lost-writes$/,
    );
    const plain = { ...held.guarantee, instead: {} };
    assert.match(linesOf({ ...held, guarantee: plain })[1] ?? '', /judged against never-oversold$/);
    assert.match(linesOf({ ...held, guarantee: { ...plain, judged: [] } })[1] ?? '', /against nothing$/);
  });

  it('spells out what programs under test have said and a terminal would obey', () => {
    const anomaly = { kind: 'lost', ops: [1], explanation: 'answered \u001b[2J\nand \u009b31m' };
    const told = linesOf({
      ...held,
      valid: false,
      checkers: { 'never-oversold': { valid: false, anomalies: [anomaly], stats: {} } },
      warnings: ['node n1 ended by itself: \u001b]0;title\u0007'],
    });
    assert(told.includes('      lost: answered \\u{1b}[2J'), told.join('\n'));
    assert(told.includes('      and \\u{9b}31m'));
    assert(told.includes('  ! node n1 ended by itself: \\u{1b}]0;title\\u{7}'));
  });

  it('tells the same operations once, and says so', () => {
    const verdict = {
      valid: false,
      anomalies: [{ kind: 'k', ops: [1], explanation: 'e' }],
      stats: {},
    } as const;
    const told = linesOf({ ...held, valid: false, checkers: { bank: verdict, 'leader-terms': verdict } });
    const lines = ['  ✗ bank', '      k: e', '  ✗ leader-terms: by the same operations'];
    assert.deepEqual(told.slice(-4, -1), lines);
  });

  it('says what became of the claim, also where something else was judged', () => {
    const told = (claimHeld: true | false | 'unknown' | null): string =>
      linesOf({ ...held, guarantee: { ...held.guarantee, claimHeld } })[2] ?? '';
    assert.equal(told(false), '  claim: linearizable; it was violated');
    assert.equal(told('unknown'), '  claim: linearizable; this run does not decide it');
    assert.equal(told(null), '  claim: linearizable; this run does not judge it');
    const none = { ...held.guarantee, claimed: [], claimHeld: null };
    assert.equal(linesOf({ ...held, guarantee: none })[2], '  nothing is claimed');
  });

  it('counts what was lost and how stale reads were, and says why it does not', () => {
    const figures = { convergedMs: null, lost: 3, staleReads: { stale: 1, reads: 4 } };
    const staleness = { valid: true, anomalies: [], stats: { reads: 4, staleReads: 1 } } as const;
    const counted = linesOf({ ...held, figures, checkers: { staleness } });
    assert(counted.includes('  acknowledged writes lost: 3'));
    assert(counted.some((line) => /^ {2}1 of 4 reads were stale/.test(line)));
    const whyNot = { convergedMs: 'they did not agree', lost: 'no operation succeeded' };
    const untold = linesOf({ ...held, figures: { convergedMs: null, lost: null, staleReads: null, whyNot } });
    assert(untold.includes('  how soon all nodes agreed: not told (they did not agree)'));
    assert(untold.includes('  acknowledged writes lost: not told (no operation succeeded)'));
  });
});
