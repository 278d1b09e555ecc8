/** A cluster for tests of the nemesis: it does exactly what it is told, and refuses what makes no sense. */
import assert from 'node:assert/strict';
import type { ClusterState } from '../../harness/clusterState.ts';
import type { ScheduleEntry } from '../../harness/faults/fault.ts';
import type { Nemesis, NemesisEvent, NemesisStep } from '../../harness/nemesis.ts';
import { openLink, type ClusterAction, type LinkRule } from '../../harness/world.ts';
import { nodeId, type NodeId } from '../../nodes/kernel/ids.ts';

export const nodes = [1, 2, 3, 4, 5].map(nodeId);
export const [n1, n2, n3, n4, n5] = nodes as [NodeId, NodeId, NodeId, NodeId, NodeId];

export class ToyCluster {
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
export function settle(nemesis: Nemesis, cluster: ToyCluster, step: NemesisStep): NemesisEvent[] {
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

/** An entry of a schedule. */
export function entry(
  id: number,
  fault: string,
  atMs: number,
  durationMs: number,
  params: ScheduleEntry['params'],
): ScheduleEntry {
  return { id, fault, atMs, durationMs, params, seed: `s${id}` };
}
