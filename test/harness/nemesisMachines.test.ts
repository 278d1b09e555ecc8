/** The nemesis and what is wrong with machines: clocks that are moved and drift, disks that are damaged. */
import assert from 'node:assert/strict';
import { faultReports, faultWarnings } from '../../harness/faultReports.ts';
import type { ScheduleEntry } from '../../harness/faults/fault.ts';
import type { Op } from '../../harness/history.ts';
import { Nemesis, type NemesisEvent } from '../../harness/nemesis.ts';
import type { ClusterAction } from '../../harness/world.ts';
import type { NodeId } from '../../nodes/kernel/ids.ts';
import { entry, n1, n2, nodes as five } from './toyCluster.ts';

const nodes = five.slice(0, 3);

describe('the nemesis and clocks', () => {
  /** Wakes the nemesis when it asks to be woken; the actions on clocks, with their times. */
  function clocksOver(
    schedule: readonly ScheduleEntry[],
    startMs: number,
    endMs: number,
  ): [number, string][] {
    const nemesis = new Nemesis({ nodes, schedule });
    const seen: [number, string][] = [];
    const note = (nowMs: number, actions: readonly ClusterAction[]): void => {
      for (const action of actions)
        if (action.kind === 'clock') seen.push([nowMs, `${action.node} ${action.offsetMs}`]);
    };
    for (let nowMs: number | null = startMs; nowMs !== null && nowMs <= endMs; nowMs = nemesis.nextMs) {
      let step = nemesis.advance(nowMs, n1);
      for (; step.actions.length > 0; step = nemesis.performed([])) note(nowMs, step.actions);
    }
    return seen;
  }

  it('adds the offsets of several entries, and takes each back by itself', () => {
    const schedule = [
      entry(0, 'clock', 100, 1000, { nodes: ['n1'], offsetMs: 500, driftMs: 0 }),
      entry(1, 'clock', 300, 400, { nodes: ['n1', 'n2'], offsetMs: -200, driftMs: 0 }),
    ];
    assert.deepEqual(clocksOver(schedule, 100, 5000), [
      [100, 'n1 500'],
      [300, 'n1 300'],
      [300, 'n2 -200'],
      [700, 'n1 500'],
      [700, 'n2 0'],
      [1100, 'n1 0'],
    ]);
  });

  it('moves a drifting clock every quarter of a second, and puts it right in the end', () => {
    const drift = entry(0, 'clock', 100, 600, { nodes: ['n2'], offsetMs: 0, driftMs: -25 });
    assert.deepEqual(clocksOver([drift], 100, 5000), [
      [100, 'n2 -25'],
      [350, 'n2 -50'],
      [600, 'n2 -75'],
      [700, 'n2 0'],
    ]);
    // It may start at any fraction of a millisecond; each step then comes, and time goes on.
    const times = clocksOver([drift], 100.7, 5000).map(([nowMs]) => nowMs);
    assert.deepEqual(times, [100.7, 350, 600, 701]);
  });

  it('moves the clock of a node after its restart, not in the same batch', () => {
    const nemesis = new Nemesis({
      nodes,
      schedule: [
        entry(0, 'kill', 0, 100, { nodes: ['n1'] }),
        entry(1, 'clock', 100, 100, { nodes: ['n1'], offsetMs: 9, driftMs: 0 }),
      ],
    });
    nemesis.advance(0, null);
    nemesis.performed([]);
    assert.deepEqual(nemesis.advance(100, null).actions, [{ kind: 'start', node: n1 }]);
    assert.deepEqual(nemesis.performed([]).actions, [{ kind: 'clock', node: n1, offsetMs: 9 }]);
  });
});

describe('the nemesis and disks', () => {
  const schedule = [entry(0, 'disk', 0, 1000, { nodes: ['n1', 'n2'], damage: 'tear' })];

  /** The events of a loss of power that found something unsynced on these nodes. */
  function eventsOf(found: readonly NodeId[]): readonly NemesisEvent[] {
    const nemesis = new Nemesis({ nodes, schedule });
    assert.deepEqual(nemesis.advance(0, n1).actions, [
      { kind: 'kill', node: n1, damage: 'tear' },
      { kind: 'kill', node: n2, damage: 'tear' },
    ]);
    for (const node of found) nemesis.damaged(node, 'tear: 3 records were not synced');
    return nemesis.performed([]).events;
  }

  const reported = (events: readonly NemesisEvent[]): Op[] => [
    ...events.map(({ f, value }, index): Op => ({
      ...{ index, timeNs: 0, process: 'nemesis', type: 'info' },
      ...{ f, value },
    })),
    { index: events.length, timeNs: 1, process: 0, type: 'invoke', f: 'read', value: null },
  ];

  it('say what was damaged, after the entry that did it', () => {
    const [start, damaged] = eventsOf([n2]);
    assert.equal(start?.f, 'start-disk');
    assert.equal(start.value['changed'], false);
    assert.deepEqual(damaged, {
      f: 'disk-damaged',
      value: { node: n2, what: 'tear: 3 records were not synced', fault: 'disk', entry: 0 },
    });
  });

  it('had an effect if something was damaged, and only then', () => {
    const config = { faults: ['disk'] };
    const bitten = reported(eventsOf([n2]));
    assert.equal(faultReports(bitten, config)['disk']?.effective, true);
    const vain = reported(eventsOf([]));
    assert.deepEqual(faultWarnings(vain, faultReports(vain, config)), [
      'the fault disk had no effect, though it was injected once',
    ]);
  });

  it('end as the hardest of the faults that take a node down would have it', () => {
    const nemesis = new Nemesis({
      nodes,
      schedule: [
        entry(0, 'stop', 0, 1000, { nodes: ['n1'] }),
        entry(1, 'disk', 0, 1000, { nodes: ['n1'], damage: 'flip' }),
        entry(2, 'kill', 0, 1000, { nodes: ['n1'] }),
      ],
    });
    assert.deepEqual(nemesis.advance(0, null).actions, [{ kind: 'kill', node: n1, damage: 'flip' }]);
  });
});
