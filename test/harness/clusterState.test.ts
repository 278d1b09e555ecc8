/** The state that faults want a cluster to be in, and the way there. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { healthy, hitsLeader, transition, unionOf, type ClusterState } from '../../harness/clusterState.ts';
import type { Downing, FaultEffect } from '../../harness/faults/fault.ts';
import { openLink, type LinkRule } from '../../harness/world.ts';
import type { NodeId } from '../../nodes/kernel/ids.ts';
import { n1, n2, n3, nodes, ToyCluster } from './toyCluster.ts';

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

  it('is a leader that is taken out', () => {
    const members = { leaves: n1, joins: null, isLasting: false, isLost: false };
    assert.equal(hitsLeader({ members, resolved: {} }, nodes, n1), true);
    assert.equal(hitsLeader({ members, resolved: {} }, nodes, n2), false);
  });
});
