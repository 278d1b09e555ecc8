import { History } from '../../harness/columns/history.ts';
import assert from 'node:assert/strict';
import { nodeBudget } from '../../harness/checkers/budget.ts';
import type { Validity } from '../../harness/checkers/checker.ts';
import type { RunConfig } from '../../harness/config.ts';
import { faultReports, faultWarnings } from '../../harness/faultReports.ts';
import { faults } from '../../harness/faults/index.ts';
import { operationsOf, type Op } from '../../harness/history.ts';
import { Runner } from '../../harness/runner.ts';
import { drawSchedule } from '../../harness/schedule.ts';
import { nodeId } from '../../nodes/kernel/ids.ts';
import type { Claim } from '../../nodes/kernel/model.ts';
import { createPrng } from '../../nodes/kernel/prng.ts';
import { register } from '../../workloads/register.ts';
import { ToyWorld, type ToyOptions } from './toyWorld.ts';

function configOf(changes: Partial<RunConfig> = {}): RunConfig {
  const config: RunConfig = {
    version: 1,
    model: 'toy',
    workload: 'register',
    nodes: 5,
    concurrency: 6,
    rate: 400,
    timeLimitSeconds: 10,
    faults: [],
    faultIntervalSeconds: 2,
    seed: 1,
    network: 'links',
    options: {},
    guarantee: null,
    bug: null,
    schedule: [],
    ...changes,
  };
  const nodes = Array.from({ length: config.nodes }, (_, index) => nodeId(index + 1));
  const schedule = drawSchedule(createPrng(config.seed).fork('schedule'), { ...config, nodes });
  return { ...config, schedule: changes.schedule ?? schedule };
}

interface Driven {
  readonly runner: Runner;
  readonly world: ToyWorld;
  readonly history: readonly Op[];
}

function drive(config: RunConfig, toy: Partial<ToyOptions> = {}, deduplicates = true): Driven {
  const runner = new Runner({ config, workload: register, model: { deduplicates } });
  const world = new ToyWorld({ nodes: config.nodes, seed: config.seed, ...toy });
  world.drive(runner, config.timeLimitSeconds * 1000 + 30_000);
  return { runner, world, history: world.history };
}

function isLinearizable(history: readonly Op[]): Validity {
  const checker = register.checker('linearizable');
  assert(checker);
  return checker.check(History.of(history), nodeBudget(5_000_000)).valid;
}

function countOf(history: readonly Op[], type: Op['type']): number {
  return history.filter((op) => op.process !== 'nemesis' && op.type === type).length;
}

const everyFault = faults.map(({ name }) => name);

describe('a run', () => {
  it('without faults: every operation is answered, the history is linearizable, and it ends in time', () => {
    const { history, world, runner } = drive(configOf());
    assert(countOf(history, 'ok') > 2000);
    assert.equal(countOf(history, 'info'), 0);
    assert.equal(isLinearizable(history), true);
    assert(world.nowNs < 11e9, `ended after ${world.nowNs / 1e9} s`);
    assert.equal(runner.view(world.nowNs).phase, 'done');
  });

  it('numbers its events without a gap, in the order of time, and records before it sends', () => {
    const { history, world } = drive(configOf({ faults: everyFault }));
    history.forEach((op, at) => {
      assert.equal(op.index, at);
      assert(at === 0 || op.timeNs >= (history[at - 1]?.timeNs ?? 0));
    });
    const started = new Set<string>();
    for (const { commands } of world.log)
      for (const command of commands) {
        if (command.kind === 'record' && command.op.type === 'invoke')
          started.add(`${String(command.op.process)}`);
        const client = command.kind === 'send' ? command.request.requestId?.split('/')[0] : undefined;
        if (client !== undefined)
          assert(started.has(client), 'a request left before its invocation was recorded');
      }
  });

  for (const seed of [1, 2, 3])
    it(`under all faults (seed ${seed}): linearizable, much was acknowledged, and the cluster is whole at the end`, () => {
      const config = configOf({ seed, faults: everyFault });
      const { history, world } = drive(config, { lostAnswers: 0.01 });
      assert.equal(isLinearizable(history), true);
      assert(countOf(history, 'ok') > 1000, `${countOf(history, 'ok')} were acknowledged`);
      assert.deepEqual([[...world.down], [...world.paused]], [[], []]);
      assert([...world.links.values()].every(({ mode, delayMs }) => mode === 'pass' && delayMs === 0));
      const reports = faultReports(history, config);
      assert(Object.values(reports).some(({ leaderHit }) => leaderHit > 0));
    });

  it('retires a process whose operation ended in info', () => {
    const { history } = drive(configOf({ faults: ['kill', 'pause'] }), { lostAnswers: 0.05 }, false);
    assert(countOf(history, 'info') > 10);
    const retired = new Set<Op['process']>();
    for (const op of history) {
      assert(!retired.has(op.process), `process ${op.process} acts after an info`);
      if (op.type === 'info' && op.process !== 'nemesis') retired.add(op.process);
    }
    assert.equal(isLinearizable(history), true);
  });

  it('resends unclear writes of a system that deduplicates, so that hardly any stays open', () => {
    const { history, runner, world } = drive(configOf(), { lostAnswers: 0.05 });
    assert.equal(countOf(history, 'info'), 0);
    const { probes } = runner.view(world.nowNs);
    assert((probes['retries'] ?? 0) > 50);
    assert((probes['duplicates'] ?? 0) > 50);
    assert.equal(isLinearizable(history), true);
  });

  it('finds out, even without a fault, that a system does not deduplicate though it says so', () => {
    const { history } = drive(configOf(), { forgetsRequestIds: true });
    assert.equal(isLinearizable(history), false);
  });

  it('reads every key at the end, after everything was healed', () => {
    const { history } = drive(configOf({ faults: ['partition'] }));
    const healed = history.findIndex(({ f }) => f === 'heal');
    const finalReads = operationsOf(history).filter(({ invocation }) => invocation.index > healed);
    assert(finalReads.length > 0);
    assert(finalReads.every(({ invocation }) => invocation.f === 'read'));
    const written = new Set(history.flatMap(({ key }) => key ?? []));
    const read = new Set(
      finalReads.flatMap(({ invocation, completion }) =>
        completion?.type === 'ok' ? (invocation.key ?? []) : [],
      ),
    );
    assert(read.size >= Math.min(written.size, 300), `${read.size} of ${written.size} keys were read`);
  });

  it('keeps to the rate that was asked for', () => {
    const { history } = drive(configOf({ rate: 100 }));
    const invoked = history.filter(({ type, timeNs }) => type === 'invoke' && timeNs < 10e9).length;
    assert(invoked > 900 && invoked < 1100, `${invoked} operations in 10 s`);
  });

  it('gives the same commands for the same reports', () => {
    const config = configOf({ seed: 7, faults: everyFault });
    const { world } = drive(config, { lostAnswers: 0.02 });
    const again = new Runner({ config, workload: register, model: { deduplicates: true } });
    for (const { report, nowNs, commands } of world.log) assert.deepEqual(again.on(report, nowNs), commands);
  });
});

describe('a run ends', () => {
  it('when the world never answers anything', () => {
    const { world, history } = drive(configOf({ faults: everyFault, nodes: 3 }), { silent: true });
    assert(world.nowNs < 42e9, `ended after ${world.nowNs / 1e9} s`);
    assert.equal(countOf(history, 'ok'), 0);
  });

  describe('near its limit, though replicas may take a minute to agree,', () => {
    const claim = (): Claim => ({
      guarantees: ['convergence'],
      because: 'replicas exchange what they have',
      converges: { intervalMs: 500, deadlineMs: 60_000 },
    });
    function ending(toy: Partial<ToyOptions>): Driven {
      const config = configOf({ nodes: 3 });
      const runner = new Runner({ config, workload: register, model: { deduplicates: true, claim } });
      const world = new ToyWorld({ nodes: 3, ...toy }).drive(runner, 100_000);
      return { runner, world, history: world.history };
    }
    const asked = (history: readonly Op[], fromMs: number): readonly Op[] =>
      history.filter(({ type, timeNs }) => type === 'invoke' && timeNs > fromMs * 1e6);

    it('when nothing was ever answered: then there is nothing to read', () => {
      const { world, history } = ending({ silent: true });
      assert.ok(world.nowNs < 17e9, `ended after ${world.nowNs / 1e9} s`);
      assert.deepEqual(asked(history, 11_000), []);
    });

    it('when nothing is answered any more: the final reads are tried for their own time alone', () => {
      const { world, history, runner } = ending({ muteMs: { from: 5000, to: Infinity } });
      assert.ok(world.nowNs < 30e9, `ended after ${world.nowNs / 1e9} s`);
      assert.ok(asked(history, 15_000).length > 0);
      assert.ok(runner.view(world.nowNs).warnings.includes('the final reads did not end in time'));
    });

    it('but not when nodes answer late: then the final reads go on until all agree', () => {
      const { world, history, runner } = ending({ muteMs: { from: 5000, to: 20_000 } });
      assert.ok(world.nowNs > 20e9 && world.nowNs < 85e9, `ended after ${world.nowNs / 1e9} s`);
      const read = history.filter(({ type, timeNs }) => type === 'ok' && timeNs > 20e9);
      assert.ok(read.length > 0);
      assert.ok(!runner.view(world.nowNs).warnings.includes('the final reads did not end in time'));
    });
  });

  it('when actions are never performed, and says so', () => {
    const { world, runner } = drive(configOf({ faults: ['kill', 'pause'] }), { neverPerforms: true });
    assert(world.nowNs < 42e9, `ended after ${world.nowNs / 1e9} s`);
    assert(runner.view(world.nowNs).warnings.some((warning) => /not performed/.test(warning)));
  });

  it('and takes no late word on a batch that it had given up for one on the next', () => {
    const schedule = [0, 1].map((id) => ({
      id,
      fault: 'kill',
      atMs: 1000 + 6000 * id,
      durationMs: 60_000,
      params: { target: 'one' },
      seed: `s${id}`,
    }));
    const config = configOf({ faults: ['kill'], schedule });
    const late = { kind: 'performed' as const, id: 0, problems: ['late word'] };
    const reports = [6100, 7500].map((atMs) => ({ atMs, report: late }));
    const { runner, world } = drive(config, { neverPerforms: true, reports });
    assert.deepEqual(
      runner.view(world.nowNs).warnings.filter((warning) => warning.includes('late word')),
      [],
    );
  });

  it('with final reads that begin when no other operation is open', () => {
    const config = configOf({ faults: everyFault, timeLimitSeconds: 6 });
    const { history } = drive(config, { lostAnswers: 0.2 });
    const healed = history.findLastIndex(({ f }) => f === 'heal');
    const firstRead = history.findIndex(({ type }, at) => at > healed && type === 'invoke');
    const open = operationsOf(history).filter(
      ({ invocation, completion }) =>
        invocation.index < healed && (completion === undefined || completion.index > firstRead),
    );
    assert(firstRead > 0);
    assert.deepEqual(open, []);
  });

  it('at once when it is interrupted: everything is healed, nothing more is invoked', () => {
    const config = configOf({ faults: everyFault });
    const reports = [{ atMs: 4000, report: { kind: 'interrupt' as const } }];
    const { world, history } = drive(config, { reports });
    assert(world.nowNs < 4.5e9, `ended after ${world.nowNs / 1e9} s`);
    assert(history.every(({ type, timeNs }) => type !== 'invoke' || timeNs <= 4e9));
    assert.deepEqual([[...world.down], [...world.paused]], [[], []]);
    assert.equal(history.filter(({ f }) => f === 'heal').length, 1);
  });

  it('when it is interrupted twice, or late', () => {
    const interrupt = { kind: 'interrupt' as const };
    for (const times of [[1000, 1001], [9_999, 10_050], [10_001]]) {
      const reports = times.map((atMs) => ({ atMs, report: interrupt }));
      const { world } = drive(configOf({ faults: ['kill'] }), { reports });
      assert(world.nowNs < 11e9);
    }
  });

  it('when its generator has nothing more to say, long before the time limit', () => {
    const short = {
      ...register,
      generator: () => register.finalGenerator({ nodes: 5, concurrency: 6 }, [{ key: 'k1', crashes: 0 }]),
    };
    const runner = new Runner({ config: configOf(), workload: short, model: { deduplicates: true } });
    const world = new ToyWorld({ nodes: 5 }).drive(runner, 20_000);
    assert(world.nowNs < 2e9);
  });
});

describe('a node that ends by itself', () => {
  const exited = { kind: 'exited' as const, node: nodeId(2), why: 'exit code 7' };

  it('is recorded, left down, and started when everything is healed', () => {
    const config = configOf();
    const runner = new Runner({ config, workload: register, model: { deduplicates: true } });
    const world = new ToyWorld({ nodes: 5, reports: [{ atMs: 3000, report: exited }] });
    world.down.add(nodeId(2));
    world.drive(runner, 30_000);
    assert.deepEqual(world.performed, [{ kind: 'start', node: 'n2' }]);
    const [event] = world.history.filter(({ f }) => f === 'node-exited');
    assert.deepEqual(event?.value, { node: 'n2', why: 'exit code 7' });
    const warning = 'node n2 ended by itself: exit code 7';
    assert.deepEqual(runner.view(world.nowNs).warnings, [warning]);
    assert.deepEqual(faultWarnings(world.history, {}), [warning]);
  });
});

describe('the view of a run', () => {
  it('shows phase, counts, latencies, leader and active faults while it goes on', () => {
    const params = { shape: 'isolate-leader', mode: 'hold' };
    // It outlasts the time limit, so that there is something to heal.
    const entry = { id: 0, fault: 'partition', atMs: 2000, durationMs: 60_000, params, seed: 's' };
    const config = configOf({ faults: ['partition'], schedule: [entry] });
    const runner = new Runner({ config, workload: register, model: { deduplicates: true } });
    const views: ReturnType<Runner['view']>[] = [];
    const watched = {
      on: (...args: Parameters<Runner['on']>) => {
        const commands = runner.on(...args);
        views.push(runner.view(args[1]));
        return commands;
      },
    };
    const world = new ToyWorld({ nodes: 5 }).drive(watched, 30_000);
    const phases = [...new Set(views.map(({ phase }) => phase))];
    assert.deepEqual(phases, ['warm-up', 'faults', 'heal', 'recovery', 'final-reads', 'done']);
    const faulty = views.find(({ activeFaults }) => activeFaults.length > 0);
    assert.match(faulty?.activeFaults[0]?.description ?? '', /^partition isolate-leader n1 \(hold\)$/);
    const last = views.at(-1);
    assert.equal(last?.operations.ok, countOf(world.history, 'ok'));
    assert.equal(last.operations.fail, countOf(world.history, 'fail'));
    assert((last.latencyMs?.p50 ?? 0) > 0.4 && (last.latencyMs?.p50 ?? 0) < 4);
    assert((last.probes['leader-changes'] ?? 0) >= 1);
    assert.notEqual(last.leader, null);
  });
});
