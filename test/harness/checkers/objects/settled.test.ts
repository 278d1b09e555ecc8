import assert from 'node:assert/strict';
import { settledNs } from '../../../../harness/checkers/objects/settled.ts';
import { History } from '../../../../harness/columns/history.ts';
import type { Op } from '../../../../harness/history.ts';
import { register } from '../../../../harness/specs/register.ts';
import { nodeId } from '../../../../nodes/kernel/ids.ts';
import type { Json } from '../../../../nodes/kernel/wire.ts';

/** A write, everything healed at 100, then reads: [node, value, time of the answer]. */
function settled(reads: readonly (readonly [number, Json, number])[], healed = true): number | null {
  const events: Omit<Op, 'index'>[] = [
    { timeNs: 1, process: 0, type: 'invoke', f: 'write', key: 'k', value: 1 },
    { timeNs: 2, process: 0, type: 'ok', f: 'write', key: 'k', value: 1 },
    ...(healed ? [{ timeNs: 100, process: 'nemesis', type: 'info', f: 'heal', value: null } as const] : []),
    ...reads.flatMap(([node, value, timeNs]): Omit<Op, 'index'>[] => {
      const read = { timeNs, process: 0, f: 'read', key: 'k', node: nodeId(node) };
      return [
        { ...read, type: 'invoke', value: null },
        { ...read, type: 'ok', value },
      ];
    }),
  ];
  return settledNs(History.of(events.map((event, index) => ({ ...event, index }))), register);
}

describe('how long replicas took to agree', () => {
  it('is the time until every node shows what all show from then on', () => {
    const late: [number, Json, number][] = [
      [1, 1, 110],
      [2, null, 120],
      [1, 1, 130],
      [2, 1, 140],
    ];
    assert.equal(settled(late), 40);
    const early: [number, Json, number][] = [
      [1, 1, 110],
      [2, 1, 120],
      [1, 1, 130],
    ];
    assert.equal(settled(early), 20);
  });

  it('starts anew when a node changes its mind', () => {
    const back: [number, Json, number][] = [
      [1, 1, 110],
      [2, 1, 120],
      [1, 2, 130],
      [2, 1, 140],
      [1, 1, 150],
    ];
    assert.equal(settled(back), 50);
  });

  it('is not known when nodes disagree in the end, when one was read, or when nothing was healed', () => {
    const apart: [number, Json, number][] = [
      [1, 1, 110],
      [2, 2, 120],
    ];
    assert.equal(settled(apart), null);
    assert.equal(settled([[1, 1, 110]]), null);
    const together: [number, Json, number][] = [
      [1, 1, 110],
      [2, 1, 120],
    ];
    assert.equal(settled(together, false), null);
  });
});
