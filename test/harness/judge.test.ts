import assert from 'node:assert/strict';
import { nodeBudget } from '../../harness/checkers/budget.ts';
import type { Checker, Verdict } from '../../harness/checkers/checker.ts';
import type { RunConfig } from '../../harness/config.ts';
import type { Op } from '../../harness/history.ts';
import { judge, meaningsOf, type JudgeInput } from '../../harness/judge.ts';
import { reproLine } from '../../harness/repro.ts';
import type { FaultReport } from '../../harness/results.ts';
import { schemaProblems } from '../../harness/schemas/validate.ts';
import type { Guarantee } from '../../nodes/kernel/model.ts';
import { parseDrawing } from './checkers/notation.ts';

const config: RunConfig = {
  version: 1,
  model: 'raft',
  workload: 'register',
  nodes: 5,
  concurrency: 10,
  rate: 500,
  timeLimitSeconds: 30,
  faults: ['partition', 'kill', 'pause'],
  faultIntervalSeconds: 5,
  seed: 42,
  network: 'links',
  options: { reads: 'read-index' },
  guarantee: null,
  bug: null,
  schedule: [],
};

const good: Verdict = { valid: true, anomalies: [], stats: {} };
const bad: Verdict = {
  valid: false,
  anomalies: [{ kind: 'stale', ops: [0, 1], explanation: 'read of x answered 1.' }],
  stats: {},
};
const unsure: Verdict = { valid: 'unknown', anomalies: [], stats: {}, reason: 'the budget was used up' };

const checkerWith = (name: string, verdict: Verdict): Checker => ({
  name,
  meaning: '',
  check: () => verdict,
});

const { history } = parseDrawing('p0  |- x: write 1 -|  |- x: read -> 1 -|  |- x: write 2 -x  |- x: read -?');

function input(
  verdicts: Partial<Record<Guarantee, Verdict>>,
  {
    claims = ['linearizable'],
    always = [],
    ...more
  }: Partial<JudgeInput> & {
    claims?: readonly Guarantee[];
    always?: readonly Checker[];
  } = {},
): JudgeInput {
  return {
    history,
    config,
    claim: { guarantees: claims, because: 'it says so' },
    workload: {
      name: 'register',
      idempotent: ['read'],
      spec: 'register',
      checker: (level) => {
        const verdict = verdicts[level];
        return verdict ? checkerWith(level, verdict) : null;
      },
      always,
    },
    budget: nodeBudget(1_000),
    faults: {},
    ...more,
  };
}

describe('the judge', () => {
  it('calls a run valid when nothing is found, and counts outcomes', () => {
    const results = judge(input({ linearizable: good }));
    assert.equal(results.valid, true);
    assert.deepEqual(results.reasons, []);
    assert.deepEqual(results.operations, { ok: 2, fail: 1, info: 1 });
    assert.deepEqual(results.guarantee.strongestHeld, ['linearizable']);
    assert.deepEqual(results.checkers['stats']?.stats['write fail'], 1);
    assert.deepEqual(schemaProblems('results', JSON.parse(JSON.stringify(results))), []);
  });

  it('lets the worst verdict win', () => {
    const both = { claims: ['linearizable', 'convergence'] as const };
    assert.equal(judge(input({ linearizable: good, convergence: unsure }, both)).valid, 'unknown');
    const results = judge(input({ linearizable: unsure, convergence: bad }, both));
    assert.equal(results.valid, false);
    assert.deepEqual(results.reasons, [
      'linearizable: the budget was used up',
      'convergence: read of x answered 1.',
    ]);
    assert.equal(
      judge(input({ linearizable: good }, { always: [checkerWith('only-written', bad)] })).valid,
      false,
    );
  });

  it('lets no search use up the budget of the cheap checkers', () => {
    const greedy: Checker = {
      name: 'linearizable',
      meaning: '',
      check: (_, budget) => {
        while (budget.spend(100));
        return unsure;
      },
    };
    const frugal: Checker = {
      name: 'only-written',
      meaning: '',
      check: (_, budget) => (budget.spend(1) ? bad : unsure),
    };
    const given = input({}, { always: [frugal] });
    const results = judge({ ...given, workload: { ...given.workload, checker: () => greedy } });
    assert.equal(results.valid, false);
    assert.deepEqual(results.checkers['linearizable']?.valid, 'unknown');
  });

  it('takes a checker that throws as undecided, with the reason', () => {
    const broken: Checker = {
      name: 'broken',
      meaning: '',
      check: () => {
        throw new Error('no such value');
      },
    };
    const results = judge(input({ linearizable: good }, { always: [broken] }));
    assert.equal(results.valid, 'unknown');
    assert.deepEqual(results.reasons, ['broken: the checker failed: no such value']);
  });

  it('leaves a level undecided that this workload cannot judge', () => {
    const results = judge(input({}));
    assert.equal(results.valid, 'unknown');
    assert.deepEqual(results.guarantee.undecided, ['linearizable']);
    assert.deepEqual(results.reasons, ['linearizable: the workload register has no checker for it']);
  });

  it('names the levels that the workload can judge instead', () => {
    const results = judge(input({ sequential: good }, { claims: ['ccv'] }));
    assert.match(results.reasons.join(), /no checker for it; with --guarantee it can judge sequential$/);
  });

  it('judges the strongest levels that follow from the claim where it has no checker of its own', () => {
    const results = judge(input({ pram: good, ccv: good, 'monotonic-reads': good, convergence: good }));
    assert.deepEqual(results.guarantee.judged, ['ccv', 'pram']);
    assert.deepEqual(results.guarantee.instead, { linearizable: ['ccv', 'pram'] });
    assert.equal(results.valid, true);
    assert.equal(judge(input({ pram: bad, ccv: good })).valid, false);
  });

  it('judges the levels that the workload names for that', () => {
    const base = input({ ccv: good, 'monotonic-reads': good });
    const workload = { ...base.workload, standIns: ['monotonic-reads'] as const };
    assert.deepEqual(judge({ ...base, workload }).guarantee.judged, ['monotonic-reads']);
    const claim = { guarantees: ['ccv'] as const, because: '' };
    assert.deepEqual(judge({ ...base, workload, claim }).guarantee.judged, ['ccv']);
  });

  it('judges convergence only where it is claimed that it takes a while', () => {
    const converges = { intervalMs: 100, deadlineMs: 1000 };
    const claim = { guarantees: ['linearizable'] as const, because: '', converges };
    assert.deepEqual(judge(input({ convergence: good }, { claim })).guarantee.judged, ['convergence']);
    assert.deepEqual(judge(input({ convergence: good, sequential: good })).guarantee.judged, ['sequential']);
  });

  it('judges what a level means for the objects of the workload, where it is claimed or asked for', () => {
    const entailing = (guarantee: Guarantee | null, claims: readonly Guarantee[]): JudgeInput => {
      const base = input({}, { claims });
      const entails = { 'mutual-exclusion': [checkerWith('tokens', bad)] };
      return { ...base, config: { ...config, guarantee }, workload: { ...base.workload, entails } };
    };
    const results = judge(entailing(null, ['linearizable']));
    assert.deepEqual([results.valid, results.guarantee.judged], [false, []]);
    assert.deepEqual(results.guarantee.instead, { linearizable: ['tokens'] });
    assert.equal(judge(entailing('mutual-exclusion', [])).valid, false);
    assert.equal(judge(entailing(null, ['sequential'])).valid, 'unknown');
  });

  it('says in figures how soon nodes agreed, what was lost, and how stale reads were', () => {
    const lossy: Verdict = { valid: true, anomalies: [], stats: { lost: 3 } };
    const { figures } = judge(input({ 'no-lost-writes': lossy }, { claims: ['no-lost-writes'] }));
    assert.deepEqual([figures?.convergedMs, figures?.lost], [null, 3]);
    assert.deepEqual(figures?.staleReads, { stale: 0, reads: 1 });
    const held = judge(input({ linearizable: good, 'no-lost-writes': unsure }));
    assert.equal(held.figures?.lost, 0, 'what follows from a level that held');
  });

  it('says in figures how soon nodes agreed only where convergence was judged, and held', () => {
    const claims = ['convergence'] as const;
    const { history: agreed } = parseDrawing(
      'p0@n1  |- x: write 1 -|  |- x: read -> 1 -|\np1@n2                    |- x: read -> 1 -|',
    );
    const healed: Op = { index: 99, timeNs: 0, process: 'nemesis', type: 'info', f: 'heal', value: null };
    const parts = [...agreed.slice(0, 2), healed, ...agreed.slice(2)];
    const all = { history: parts.map((op, index) => ({ ...op, index })) };
    assert.equal(judge(input({ convergence: good }, { claims, ...all })).figures?.convergedMs, 42);
    const untold = (run: JudgeInput): string | undefined => judge(run).figures?.whyNot?.convergedMs;
    assert.equal(untold(input({ convergence: unsure }, { claims, ...all })), unsure.reason);
    assert.equal(untold(input({ convergence: bad }, { claims, ...all })), 'they did not agree');
    assert.equal(untold(input({ linearizable: good }, all)), 'whether they agree is not judged here');
    const unharmed = input({ convergence: good }, { claims, history: agreed });
    assert.equal(untold(unharmed), 'there was no fault to heal');
  });

  it('says what became of the claim, and of another level nothing but what it decides of it', () => {
    const held = (guarantee: Guarantee | null, verdicts: Partial<Record<Guarantee, Verdict>>, more = {}) =>
      judge({ ...input(verdicts, more), config: { ...config, guarantee } }).guarantee.claimHeld;
    assert.equal(held(null, { linearizable: good }), true);
    assert.equal(held(null, { linearizable: bad }), false);
    assert.equal(held(null, { linearizable: unsure }), 'unknown');
    assert.equal(held('sequential', { linearizable: bad, sequential: good }), false);
    assert.equal(held('sequential', { linearizable: good, sequential: good }), true);
    assert.equal(held('sequential', { linearizable: unsure, sequential: good }), null);
    for (const open of [bad, unsure]) {
      const always = [checkerWith('written', open)];
      assert.equal(held('sequential', { linearizable: good, sequential: good }, { always }), null);
    }
    assert.equal(held(null, {}, { claims: [] }), null, 'nothing is claimed');
    const staying = { claim: { guarantees: ['sequential'], because: '', sessions: 'one-node' } };
    assert.equal(held('linearizable', { linearizable: bad, sequential: bad }, staying), null, 'they roamed');
  });

  it('knows what every checker decides or measures that has a verdict', () => {
    const entails = { linearizable: [checkerWith('tokens', good)] };
    const run = input({ linearizable: good, sequential: good }, { always: [checkerWith('written', good)] });
    const question = { ...run, workload: { ...run.workload, entails } };
    const names = Object.keys(judge(question).checkers).sort();
    assert.deepEqual(names, ['linearizable', 'staleness', 'stats', 'tokens', 'written']);
    const meanings = meaningsOf(question);
    for (const name of names) assert(Object.hasOwn(meanings, name), name);
  });

  it('praises nothing when nothing succeeded', () => {
    const { history: barren } = parseDrawing('p0  |- x: write 1 -x  |- x: read -?');
    const { figures, guarantee } = judge(input({ linearizable: good }, { history: barren }));
    assert.deepEqual([guarantee.strongestHeld, figures?.lost], [[], null]);
  });

  it('judges against another level when asked, and still says what is claimed', () => {
    const results = judge(
      input({ sequential: bad, linearizable: good }, { config: { ...config, guarantee: 'sequential' } }),
    );
    assert.equal(results.valid, false);
    assert.deepEqual(results.guarantee.claimed, ['linearizable']);
    assert.deepEqual(results.guarantee.judged, ['sequential']);
    assert.deepEqual(results.guarantee.violated, ['linearizable', 'sequential']);
    assert.deepEqual(results.guarantee.impliedBy, { linearizable: 'sequential' });
  });

  it('says which weaker levels held where the judged one did not', () => {
    const results = judge(input({ linearizable: bad, sequential: bad, pram: good, 'monotonic-reads': good }));
    assert.equal(results.valid, false);
    assert.deepEqual(results.guarantee.judged, ['linearizable']);
    assert.deepEqual(results.guarantee.violated, ['linearizable', 'sequential']);
    assert.deepEqual(results.guarantee.strongestHeld, ['pram']);
  });

  it('does not call a run valid in which nothing was judged', () => {
    const nothing = judge(input({ linearizable: good }, { history: [] }));
    assert.equal(nothing.valid, 'unknown');
    assert.match(nothing.reasons.join(), /no operation was invoked/);
    const noRead = parseDrawing('p0  |- x: write 1 -|  |- x: read -x').history;
    const results = judge(input({ linearizable: good }, { history: noRead }));
    assert.equal(results.valid, 'unknown');
    assert.match(results.reasons.join(), /no operation of a kind succeeded: read \(1 failed, 0 open\)/);
    assert.equal(judge(input({}, { claims: [] })).valid, 'unknown');
  });

  it('passes on what was noticed during the run and what the history shows, each once', () => {
    const report: FaultReport = {
      injected: 3,
      unavailable: 0,
      activeMs: 900,
      leaderHit: 1,
      effective: false,
    };
    const warning = 'the fault partition had no effect, though it was injected 3 times';
    const { warnings } = judge(
      input({ linearizable: good }, { faults: { partition: report }, warnings: ['n1 exited', warning] }),
    );
    assert.deepEqual(warnings, ['n1 exited', warning]);
  });

  it('says which faults the model does not claim to survive', () => {
    const given = input({ linearizable: good });
    const usual = { nodesDefault: 5, workloads: ['register'], options: [] };
    const of = (survived: readonly string[]): readonly string[] =>
      judge({ ...given, model: { ...usual, survives: () => survived } }).warnings;
    assert.deepEqual(of(given.config.faults), []);
    assert.deepEqual(of(['partition', 'pause']), [
      'raft with these options does not claim to survive the fault kill',
    ]);
  });

  it('runs one search for levels that are the same for the workload', () => {
    let searches = 0;
    const check = (): ReturnType<Checker['check']> => {
      searches++;
      return { valid: true, anomalies: [], stats: {} };
    };
    const checkers: Partial<Record<Guarantee, Checker>> = {
      linearizable: { name: 'linearizable', meaning: '', check },
      'strict-serializable': { name: 'strict-serializable', meaning: '', sameAs: 'linearizable', check },
    };
    const claims = ['linearizable', 'strict-serializable'] as const;
    const given = input({}, { claims });
    const workload = { ...given.workload, checker: (level: Guarantee) => checkers[level] ?? null };
    const { guarantee } = judge({ ...given, workload });
    assert.deepEqual([new Set(guarantee.held), searches], [new Set(claims), 1]);
  });

  it('gives every checker the whole history', () => {
    const seen: (readonly Op[])[] = [];
    const spy: Checker = { name: 'spy', meaning: '', check: (given) => (seen.push([...given.ops()]), good) };
    judge(input({ linearizable: good }, { always: [spy] }));
    assert.deepEqual(seen, [history]);
  });
});

describe('the line that repeats a run', () => {
  const model = {
    nodesDefault: 5,
    workloads: ['register', 'append'],
    survives: () => ['partition', 'kill', 'pause', 'slow'],
    options: [
      {
        name: 'reads',
        meaning: '',
        type: 'choice' as const,
        choices: ['read-index', 'leader'],
        default: 'read-index',
      },
    ],
  };

  it('leaves out what would be so anyway', () => {
    assert.equal(reproLine(config, model), 'npm run jepsen -- --model raft --seed 42');
  });

  it('takes for usual what the model survives, and what the workload needs', () => {
    const fragile = { ...model, survives: () => ['pause'], defaultsFor: () => ({ reads: 'leader' }) };
    const usual = { ...config, faults: ['pause'], options: { reads: 'leader' } };
    assert.equal(reproLine(usual, fragile), 'npm run jepsen -- --model raft --seed 42');
    assert.equal(
      reproLine(config, fragile),
      'npm run jepsen -- --model raft --faults partition,kill,pause --set reads=read-index --seed 42',
    );
  });

  it('spells out everything else, quoted for a shell', () => {
    const other: RunConfig = {
      ...config,
      workload: 'append',
      nodes: 3,
      concurrency: 4,
      rate: null,
      timeLimitSeconds: 12.5,
      faults: [],
      faultIntervalSeconds: 1,
      options: { reads: 'leader', note: "it's odd" },
      guarantee: 'linearizable',
      bug: 'ack-before-commit',
    };
    assert.equal(
      reproLine(other, model),
      'npm run jepsen -- --model raft --workload append --nodes 3 --concurrency 4 --rate 0 --time-limit 12.5 --faults none ' +
        "--fault-interval 1 --set reads=leader --set 'note=it'\\''s odd' --guarantee linearizable --bug ack-before-commit --seed 42",
    );
  });
});
