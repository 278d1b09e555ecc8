import assert from 'node:assert/strict';
import fc from 'fast-check';
import { healthy, hitsLeader, transition, unionOf, type ClusterState } from '../../harness/clusterState.ts';
import type { Downing, FaultEffect, ScheduleEntry } from '../../harness/faults/fault.ts';
import { drifted } from '../../harness/faults/clock.ts';
import { Nemesis, type NemesisEvent, type NemesisStep } from '../../harness/nemesis.ts';
import { drawSchedule } from '../../harness/schedule.ts';
import { openLink, type ClusterAction, type LinkRule } from '../../harness/world.ts';
import { nodeId, type NodeId } from '../../nodes/kernel/ids.ts';
import { createPrng } from '../../nodes/kernel/prng.ts';
import { faults } from '../../harness/faults/index.ts';

const nodes = [1, 2, 3, 4, 5].map(nodeId);
const [n1, n2, n3] = nodes as [NodeId, NodeId, NodeId];

/** A cluster that does exactly what it is told, and refuses what makes no sense. */
class ToyCluster {
  readonly down = new Set<NodeId>();
  readonly paused = new Set<NodeId>();
  readonly clocks = new Map<NodeId, number>();
  readonly links = new Map<string, LinkRule>();

  perform(actions: readonly ClusterAction[]): void {
    const touched = actions.map((action) =>
      action.kind === 'link' ? `${action.from}>${action.to}` : action.node,
    );
    assert.equal(new Set(touched).size, touched.length, 'actions of one batch may run in any order');
    for (const action of actions) this.one(action);
  }

  private one(action: ClusterAction): void {
    switch (action.kind) {
      case 'kill':
      case 'stop':
        assert(!this.down.has(action.node));
        assert(action.kind === 'kill' || !this.paused.has(action.node), 'a paused node cannot end by itself');
        this.down.add(action.node);
        this.paused.delete(action.node);
        return;
      case 'start':
        assert(this.down.delete(action.node));
        return;
      case 'create':
      case 'discard':
        assert.fail('nobody can change the members of this one');
      case 'pause':
        assert(!this.down.has(action.node) && !this.paused.has(action.node));
        this.paused.add(action.node);
        return;
      case 'resume':
        assert(this.paused.delete(action.node));
        return;
      case 'clock':
        assert.notEqual(this.clocks.get(action.node) ?? 0, action.offsetMs, 'nothing is done twice');
        if (action.offsetMs === 0) this.clocks.delete(action.node);
        else this.clocks.set(action.node, action.offsetMs);
        return;
      case 'link': {
        const name = `${action.from}>${action.to}`;
        assert.notDeepEqual(this.links.get(name) ?? openLink, action.rule, 'nothing is done twice');
        if (JSON.stringify(action.rule) === JSON.stringify(openLink)) this.links.delete(name);
        else this.links.set(name, action.rule);
      }
    }
  }

  /** A node that is down is not paused, so far as anybody can tell. */
  matches(wanted: ClusterState): void {
    assert.deepEqual([...this.down].sort(), [...wanted.down.keys()].sort());
    assert.deepEqual(
      [...this.paused].sort(),
      [...wanted.paused].filter((node) => !wanted.down.has(node)).sort(),
    );
    assert.deepEqual(new Map([...this.clocks].sort()), new Map([...wanted.clocks].sort()));
    assert.deepEqual(new Map([...this.links].sort()), new Map([...wanted.links].sort()));
  }
}

/** Carries actions out at once, until the nemesis has nothing more to do. */
function settle(nemesis: Nemesis, cluster: ToyCluster, step: NemesisStep): NemesisEvent[] {
  const events = [...step.events];
  let actions = step.actions;
  while (actions.length > 0) {
    cluster.perform(actions);
    const next = nemesis.performed([]);
    events.push(...next.events);
    actions = next.actions;
  }
  return events;
}

function entry(
  id: number,
  fault: string,
  atMs: number,
  durationMs: number,
  params: ScheduleEntry['params'],
): ScheduleEntry {
  return { id, fault, atMs, durationMs, params, seed: `s${id}` };
}

const arbitraryEffect: fc.Arbitrary<FaultEffect> = fc
  .record({
    down: fc.array(
      fc.record({
        node: fc.constantFrom(...nodes),
        by: fc.constantFrom<Downing>('kill', 'stop', 'cut', 'tear', 'flip'),
      }),
    ),
    paused: fc.array(fc.constantFrom(...nodes)),
    clocks: fc.array(
      fc.record({
        node: fc.constantFrom(...nodes),
        offsetMs: fc.constantFrom(-500, 0, 500),
        driftMs: fc.constant(0),
      }),
    ),
    links: fc.array(
      fc.record({
        from: fc.constantFrom(...nodes),
        to: fc.constantFrom(...nodes),
        rule: fc.record({
          mode: fc.constantFrom('pass' as const, 'hold' as const, 'drop' as const, 'reset' as const),
          delayMs: fc.constantFrom(0, 5, 7),
          bytesPerSecond: fc.constantFrom(null, 100, 200),
        }),
      }),
      { maxLength: 4 },
    ),
  })
  .map((effect) => ({ ...effect, links: effect.links.filter(({ from, to }) => from !== to), resolved: {} }));

describe('the wanted state of a cluster', () => {
  it('is the union of all effects, in whatever order they are taken', () => {
    fc.assert(
      fc.property(fc.array(arbitraryEffect, { maxLength: 4 }), (effects) => {
        const state = unionOf(effects);
        const again = unionOf(effects.toReversed());
        assert.deepEqual(new Map([...state.down].sort()), new Map([...again.down].sort()));
        assert.deepEqual([...state.paused].sort(), [...again.paused].sort());
        assert.deepEqual(new Map([...state.clocks].sort()), new Map([...again.clocks].sort()));
        assert.deepEqual(new Map([...state.links].sort()), new Map([...again.links].sort()));
        for (const effect of effects) {
          for (const { node } of effect.down ?? []) assert(state.down.has(node));
          for (const node of effect.paused ?? []) assert(state.paused.has(node));
          for (const { from, to, rule } of effect.links ?? [])
            assert(rule.mode === 'pass' || state.links.get(`${from}>${to}`)?.mode !== 'pass');
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('on one link: the strictest mode wins, delays add, mishaps are independent, the narrower band counts', () => {
    const link = (rule: Partial<LinkRule>): FaultEffect => ({
      links: [{ from: n1, to: n2, rule }],
      resolved: {},
    });
    const state = unionOf([
      link({ mode: 'hold', delayMs: 5, resetRatio: 0.5, bytesPerSecond: 100 }),
      link({ mode: 'reset', delayMs: 7, jitterMs: 1, resetRatio: 0.5 }),
      link({ mode: 'drop', bytesPerSecond: 50 }),
    ]);
    assert.deepEqual(state.links.get('n1>n2'), {
      mode: 'reset',
      delayMs: 12,
      jitterMs: 1,
      resetRatio: 0.75,
      duplicateRatio: 0,
      bytesPerSecond: 50,
    });
  });

  it('is reached from any state in a few batches, none of which touches a node or a link twice', () => {
    fc.assert(
      fc.property(fc.array(fc.array(arbitraryEffect, { maxLength: 3 }), { maxLength: 8 }), (changes) => {
        const cluster = new ToyCluster();
        let state = healthy;
        for (const effects of [...changes, []]) {
          const wanted = unionOf(effects);
          for (let round = 0; ; round++) {
            assert(round < 4);
            const { actions, next } = transition(state, wanted, nodes);
            state = next;
            if (actions.length === 0) break;
            cluster.perform(actions);
          }
          cluster.matches(wanted);
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('sets a link anew whatever it is about its rule that changes', () => {
    const fast: LinkRule = { ...openLink, delayMs: 1 };
    const others: Partial<LinkRule>[] = [
      { mode: 'hold' },
      { delayMs: 2 },
      { jitterMs: 1 },
      { resetRatio: 0.1 },
      { duplicateRatio: 0.1 },
      { bytesPerSecond: 9 },
    ];
    const withRule = (rule: LinkRule): ClusterState => ({ ...healthy, links: new Map([['n1>n2', rule]]) });
    for (const other of others) {
      const rule = { ...fast, ...other };
      const { actions } = transition(withRule(fast), withRule(rule), nodes);
      assert.deepEqual(actions, [{ kind: 'link', from: n1, to: n2, rule }]);
    }
    assert.deepEqual(transition(withRule(fast), withRule({ ...fast }), nodes).actions, []);
  });

  it('kills a paused node as it is, but resumes it before it is asked to stop', () => {
    const paused: ClusterState = { ...healthy, paused: new Set([n1]) };
    const kill = transition(paused, { ...healthy, down: new Map([[n1, 'kill' as const]]) }, nodes);
    assert.deepEqual(kill.actions, [{ kind: 'kill', node: n1 }]);
    const wanted = { ...healthy, down: new Map([[n1, 'stop' as const]]) };
    const resume = transition(paused, wanted, nodes);
    assert.deepEqual(resume.actions, [{ kind: 'resume', node: n1 }]);
    assert.deepEqual(transition(resume.next, wanted, nodes).actions, [{ kind: 'stop', node: n1 }]);
  });
});

describe('the nemesis of a cluster whose members change', () => {
  const n6 = nodeId(6);
  const schedule = [
    entry(0, 'membership', 1000, 1000, { mode: 'replace', nodes: ['n2'] }),
    entry(1, 'rejoin-empty', 3000, 1000, { nodes: ['n3'] }),
  ];
  const confirm = (nemesis: Nemesis, node: NodeId, standing: 'member' | 'outside'): NemesisStep => {
    nemesis.asked(node);
    return nemesis.changed(node, standing);
  };

  it('makes new nodes first, tells of changes once they are confirmed, and takes away who is gone', () => {
    const nemesis = new Nemesis({ nodes, schedule, changesMembers: true });
    assert.deepEqual(nemesis.advance(1000, n1).actions, [{ kind: 'create', node: n6 }]);
    assert.deepEqual(nemesis.dueChanges, [{ kind: 'remove', node: n2 }], 'nobody can add what is not there');
    const [started] = nemesis.performed([]).events;
    assert.deepEqual([started?.f, started?.value['changed']], ['start-membership', false]);
    assert.deepEqual(nemesis.known, [...nodes, n6]);
    assert.deepEqual(nemesis.dueChanges, [
      { kind: 'remove', node: n2 },
      { kind: 'add', node: n6 },
    ]);
    const members = [n1, n3, nodeId(4), nodeId(5)];
    const fault = { fault: 'membership', entry: 0 };
    assert.deepEqual(confirm(nemesis, n2, 'outside').events, [
      { f: 'members-changed', value: { node: n2, is: 'outside', members, ...fault } },
    ]);
    assert.deepEqual(confirm(nemesis, n6, 'member').events, [
      { f: 'members-changed', value: { node: n6, is: 'member', members: [...members, n6], ...fault } },
    ]);
    assert.deepEqual(nemesis.advance(2000, n1).actions, [{ kind: 'discard', node: n2 }]);
    nemesis.performed([]);
    assert.deepEqual(nemesis.known, [...members, n6]);
    assert(nemesis.isDown(n2), 'who is gone does not lead');
  });

  it('is healed once the cluster has its members back, or when it is given up', () => {
    for (const isConfirmed of [true, false]) {
      const nemesis = new Nemesis({ nodes, schedule: schedule.slice(1), changesMembers: true });
      assert.deepEqual(nemesis.advance(3000, n1).actions, [{ kind: 'discard', node: n3 }]);
      const [started] = nemesis.performed([]).events;
      assert.equal(started?.value['changed'], true);
      assert.deepEqual(nemesis.heal().actions, [{ kind: 'create', node: n6 }]);
      nemesis.performed([]);
      assert.equal(nemesis.healed, false);
      if (isConfirmed) {
        confirm(nemesis, n3, 'outside');
        confirm(nemesis, n6, 'member');
        assert.deepEqual(nemesis.giveUp().events, []);
      } else {
        assert.deepEqual(
          nemesis.giveUp().events.map(({ f }) => f),
          ['members-given-up'],
        );
      }
      assert.equal(nemesis.healed, true);
      assert.deepEqual(nemesis.dueChanges, []);
    }
  });

  it('a fault of other kinds is aimed at members alone, and a node that is gone is left alone', () => {
    const kill = entry(2, 'kill', 3000, 4000, { target: 'all' });
    const nemesis = new Nemesis({ nodes, schedule: [...schedule.slice(1), kill], changesMembers: true });
    nemesis.advance(3000, n1);
    const step = nemesis.performed([]);
    const killed = [n1, n2, nodeId(4), nodeId(5)].map((node) => ({ kind: 'kill', node }));
    assert.deepEqual(step.actions, killed);
    const [, start] = nemesis.performed([]).events;
    assert.deepEqual(start?.f, 'start-kill');
  });

  it('a leader that is taken out is hit', () => {
    const members = { leaves: n1, joins: null, isLasting: false, isLost: false };
    assert.equal(hitsLeader({ members, resolved: {} }, nodes, n1), true);
    assert.equal(hitsLeader({ members, resolved: {} }, nodes, n2), false);
  });
});

describe('a hit on the leader', () => {
  const cut = (...links: [NodeId, NodeId][]): FaultEffect => ({
    links: links.map(([from, to]) => ({ from, to, rule: { mode: 'drop' } })),
    resolved: {},
  });

  it('is a leader that is down, paused, slowed down, or without a majority that hears it and is heard', () => {
    const three = nodes.slice(0, 3);
    assert.equal(hitsLeader({ paused: [n1], resolved: {} }, nodes, n1), true);
    assert.equal(hitsLeader({ paused: [n2], resolved: {} }, nodes, n1), false);
    assert.equal(hitsLeader({ paused: [n2], resolved: {} }, nodes, null), false);
    assert.equal(hitsLeader(cut([n1, n2]), three, n1), false);
    assert.equal(hitsLeader(cut([n1, n2], [n3, n1]), three, n1), true);
    assert.equal(hitsLeader(cut([n1, n2], [n1, n3]), nodes.slice(0, 4), n1), true, 'half is no majority');
    const slow: FaultEffect = { links: [{ from: n2, to: n1, rule: { delayMs: 9 } }], resolved: {} };
    assert.equal(hitsLeader(slow, nodes, n1), true);
    assert.equal(hitsLeader(slow, nodes, n3), false);
  });
});

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
