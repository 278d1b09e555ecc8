/** The nemesis: from a schedule of faults to actions and events, in the order and at the times that it says. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { healthy, unionOf } from '../../harness/clusterState.ts';
import { drifted } from '../../harness/faults/clock.ts';
import type { FaultEffect, ScheduleEntry } from '../../harness/faults/fault.ts';
import { faults } from '../../harness/faults/index.ts';
import { Nemesis, type NemesisStep } from '../../harness/nemesis.ts';
import { drawSchedule } from '../../harness/schedule.ts';
import type { NodeId } from '../../nodes/kernel/ids.ts';
import { createPrng } from '../../nodes/kernel/prng.ts';
import { entry, n1, n2, n3, nodes, settle, ToyCluster } from './toyCluster.ts';

describe('the nemesis', () => {
  it('at every time the cluster is in the state that the active entries want, and whole after healing', () => {
    const schedules = fc.record({
      seed: fc.integer({ min: 1, max: 1000 }),
      names: fc.subarray(
        faults.map(({ name }) => name),
        { minLength: 1 },
      ),
      leaders: fc.array(fc.option(fc.constantFrom(...nodes)), { minLength: 1, maxLength: 20 }),
      healAtMs: fc.integer({ min: 0, max: 25_000 }),
      exitAtMs: fc.integer({ min: 0, max: 40_000 }),
    });
    fc.assert(
      fc.property(schedules, ({ seed, names, leaders, healAtMs, exitAtMs }) => {
        const schedule = drawSchedule(createPrng(seed), {
          nodes,
          faults: names,
          faultIntervalSeconds: 1,
          timeLimitSeconds: 20,
        });
        followSchedule(schedule, leaders, healAtMs, exitAtMs);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  /** Checks the state against the effects that the events tell of, which are resolved again from the schedule. */
  function followSchedule(
    schedule: readonly ScheduleEntry[],
    leaders: readonly (NodeId | null)[],
    healAtMs: number,
    exitAtMs: number,
  ): void {
    const nemesis = new Nemesis({ nodes, schedule });
    const cluster = new ToyCluster();
    const active = new Map<number, { readonly effect: FaultEffect; readonly startMs: number }>();
    const exited: FaultEffect = { down: [{ node: n2, by: 'kill' }], resolved: {} };
    let isExited = false;
    for (let nowMs = 0; nowMs < healAtMs; nowMs += 50) {
      const leader = leaders[Math.floor(nowMs / 1000) % leaders.length] ?? null;
      if (!isExited && nowMs >= exitAtMs && !cluster.down.has(n2)) {
        isExited = true;
        cluster.down.add(n2);
        cluster.paused.delete(n2);
        nemesis.exited(n2, 'a bug');
      }
      const seen = leader !== null && nemesis.isDown(leader) ? null : leader;
      for (const { f, value } of settle(nemesis, cluster, nemesis.advance(nowMs, leader))) {
        const planned = schedule.find(({ id }) => id === value['entry']);
        assert(planned);
        if (f.startsWith('start-'))
          active.set(planned.id, { effect: effectOf(planned, seen), startMs: nowMs });
        if (f.startsWith('stop-')) assert(active.delete(planned.id), 'what stops has started');
      }
      const effects = [...active.values()].map(({ effect, startMs }) => drifted(effect, nowMs - startMs));
      cluster.matches(unionOf([...effects, ...(isExited ? [exited] : [])]));
    }
    const events = settle(nemesis, cluster, nemesis.heal());
    assert.deepEqual(
      events.map(({ f }) => f),
      [...[...active.keys()].map((id) => `stop-${schedule.find((other) => other.id === id)?.fault}`), 'heal'],
    );
    assert(nemesis.healed);
    cluster.matches(healthy);
    assert.equal(nemesis.nextMs, null);
  }

  function effectOf(planned: ScheduleEntry, leader: NodeId | null): FaultEffect {
    const fault = faults.find(({ name }) => name === planned.fault);
    const effect = fault?.effect(planned.params, { nodes, leader }, createPrng(planned.seed));
    assert(effect && !('unavailable' in effect));
    return effect;
  }

  it('records an entry when its actions have taken effect, with what its target resolved to', () => {
    const nemesis = new Nemesis({
      nodes,
      schedule: [entry(0, 'partition', 1000, 2000, { shape: 'isolate-leader', mode: 'hold' })],
    });
    assert.equal(nemesis.nextMs, 1000);
    const step = nemesis.advance(1000, n3);
    assert.equal(step.actions.length, 8);
    assert.deepEqual(step.events, []);
    assert.equal(nemesis.nextMs, null, 'one batch at a time');
    const value = {
      entry: 0,
      target: 'leader',
      shape: 'isolate-leader',
      mode: 'hold',
      nodes: [n3],
      groups: [[n3], nodes.filter((node) => node !== n3)],
    };
    assert.deepEqual(nemesis.performed([]).events, [
      { f: 'start-partition', value: { ...value, leader: n3, leaderHit: true, changed: true } },
    ]);
    assert.deepEqual(nemesis.active, [
      { entry: 0, fault: 'partition', description: 'partition isolate-leader n3 (hold)', sinceMs: 1000 },
    ]);
    assert.equal(nemesis.nextMs, 3000);
    nemesis.advance(3000, n1);
    assert.deepEqual(nemesis.performed([]).events, [{ f: 'stop-partition', value }]);
  });

  it('waits a moment for a leader to be known, and then gives the entry up as unavailable', () => {
    const schedule = [entry(0, 'kill', 1000, 2000, { target: 'leader' })];
    const lucky = new Nemesis({ nodes, schedule });
    assert.deepEqual(lucky.advance(1000, null), { actions: [], events: [] });
    assert.equal(lucky.nextMs, 2500);
    assert.deepEqual(lucky.advance(1300, n2).actions, [{ kind: 'kill', node: n2 }]);
    const unlucky = new Nemesis({ nodes, schedule });
    unlucky.advance(1000, null);
    assert.deepEqual(unlucky.advance(2500, null).events, [
      { f: 'unavailable-kill', value: { entry: 0, target: 'leader', why: 'no leader is known' } },
    ]);
    assert.equal(unlucky.nextMs, null);
  });

  it('does not aim at a leader that it has taken down itself', () => {
    const schedule = [
      entry(0, 'kill', 0, 9000, { target: 'leader' }),
      entry(1, 'pause', 100, 9000, { target: 'leader' }),
    ];
    const nemesis = new Nemesis({ nodes, schedule });
    const cluster = new ToyCluster();
    settle(nemesis, cluster, nemesis.advance(0, n1));
    settle(nemesis, cluster, nemesis.advance(100, n1));
    assert.deepEqual([...cluster.paused], []);
    settle(nemesis, cluster, nemesis.advance(200, n2));
    assert.deepEqual([...cluster.paused], [n2]);
  });

  it('pauses a node again that comes back while another entry still says so', () => {
    const schedule = [
      entry(0, 'pause', 0, 9000, { target: 'leader' }),
      entry(1, 'kill', 100, 1000, { target: 'all' }),
    ];
    const nemesis = new Nemesis({ nodes: [n1], schedule });
    const kinds: string[] = [];
    const cluster = new ToyCluster();
    for (const nowMs of [0, 100, 1100]) {
      let step = nemesis.advance(nowMs, n1);
      while (step.actions.length > 0) {
        kinds.push(...step.actions.map(({ kind }) => kind));
        cluster.perform(step.actions);
        step = nemesis.performed([]);
      }
    }
    assert.deepEqual(kinds, ['pause', 'kill', 'start', 'pause']);
  });

  it('shows problems in the history, and repairs everything once more when it heals', () => {
    const nemesis = new Nemesis({
      nodes: [n1, n2],
      schedule: [entry(0, 'pause', 0, 9000, { target: 'all' })],
    });
    nemesis.advance(0, null);
    const [event] = nemesis.performed(['no such process']).events;
    assert.deepEqual(event?.value['problems'], ['no such process']);
    const kindsOf = ({ actions }: NemesisStep): string[] =>
      actions.map((action) => (action.kind === 'link' ? `${action.from}>${action.to}` : action.kind));
    assert.deepEqual(kindsOf(nemesis.heal()), ['resume', 'resume']);
    const repairs = kindsOf(nemesis.performed([]));
    assert.deepEqual(repairs, [
      ...['start', 'resume', 'clock', 'n1>n2'],
      ...['start', 'resume', 'clock', 'n2>n1'],
    ]);
    assert(!nemesis.healed);
    assert.equal(nemesis.performed(['still not']).actions.length, 0, 'and does not try for ever');
    assert(nemesis.healed);
  });

  it('starts a node again when it heals that did not start when its fault ended', () => {
    const nemesis = new Nemesis({ nodes, schedule: [entry(0, 'kill', 0, 1000, { target: 'leader' })] });
    nemesis.advance(0, n2);
    nemesis.performed([]);
    assert.deepEqual(nemesis.advance(1000, n1).actions, [{ kind: 'start', node: n2 }]);
    nemesis.performed(['start: n2 was not ready in time']);
    const started = nemesis.heal().actions.filter(({ kind }) => kind === 'start');
    assert(started.some((action) => action.kind === 'start' && action.node === n2));
  });

  it('asks for nothing while a batch is under way, though everything is to be healed', () => {
    const nemesis = new Nemesis({ nodes, schedule: [entry(0, 'kill', 0, 9000, { target: 'leader' })] });
    assert.equal(nemesis.advance(0, n2).actions.length, 1);
    assert.deepEqual(nemesis.heal(), { actions: [], events: [] });
    assert(!nemesis.healed);
    assert.deepEqual(nemesis.performed([]).actions, [{ kind: 'start', node: n2 }]);
    assert.deepEqual(
      nemesis.performed([]).events.map(({ f }) => f),
      ['start-kill', 'stop-kill', 'heal'],
    );
    assert(nemesis.healed);
  });

  it('leaves a paused node that ended by itself down, and starts it unpaused when it heals', () => {
    const nemesis = new Nemesis({ nodes: [n1], schedule: [entry(0, 'pause', 0, 1000, { target: 'all' })] });
    const cluster = new ToyCluster();
    settle(nemesis, cluster, nemesis.advance(0, null));
    nemesis.exited(n1, 'out of memory');
    cluster.down.add(n1);
    cluster.paused.clear();
    settle(nemesis, cluster, nemesis.advance(1000, null));
    assert.deepEqual([...cluster.down], [n1]);
    settle(nemesis, cluster, nemesis.heal());
    assert.deepEqual([...cluster.down, ...cluster.paused], []);
  });

  it('says of an entry that changed nothing, because another one had done all of it, that it did not', () => {
    const nemesis = new Nemesis({
      nodes,
      schedule: [
        entry(0, 'kill', 0, 9000, { target: 'all' }),
        entry(1, 'kill', 100, 9000, { target: 'one' }),
      ],
    });
    const cluster = new ToyCluster();
    const changed = [0, 100].flatMap((nowMs) =>
      settle(nemesis, cluster, nemesis.advance(nowMs, n1)).map(({ value }) => value['changed']),
    );
    assert.deepEqual(changed, [true, false]);
  });

  it('starts entries that waited for a leader in their order', () => {
    const schedule = [
      entry(0, 'kill', 0, 9000, { target: 'leader' }),
      entry(1, 'pause', 100, 9000, { target: 'leader' }),
    ];
    const nemesis = new Nemesis({ nodes, schedule });
    const cluster = new ToyCluster();
    settle(nemesis, cluster, nemesis.advance(0, null));
    settle(nemesis, cluster, nemesis.advance(100, null));
    assert.deepEqual(
      settle(nemesis, cluster, nemesis.advance(200, n1)).map(({ value }) => value['entry']),
      [0, 1],
    );
  });

  it('refuses a schedule with a fault that there is not', () => {
    assert.throws(() => new Nemesis({ nodes, schedule: [entry(0, 'earthquake', 0, 1, {})] }), /earthquake/);
  });
});
