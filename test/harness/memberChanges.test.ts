/** Changes of members are asked for until the cluster confirms them; what an answer means. */
import assert from 'node:assert/strict';
import { MemberChanges, type ChangeOutcome } from '../../harness/memberChanges.ts';
import type { WireOutcome } from '../../harness/world.ts';
import { nodeId } from '../../nodes/kernel/ids.ts';
import type { Json, WireRequest } from '../../nodes/kernel/wire.ts';
import { membership } from '../../nodes/raft/http.ts';

const [n1, n2, n3, n4] = [nodeId(1), nodeId(2), nodeId(3), nodeId(4)];
const nodes = [n1, n2, n3];
const due = [{ kind: 'add', node: n4 } as const];

interface Asked {
  readonly node: string;
  readonly request: WireRequest;
}

function changes(): { changes: MemberChanges; sent: Asked[]; marked: string[] } {
  const sent: Asked[] = [];
  const marked: string[] = [];
  const send = (node: string, request: WireRequest): number => sent.push({ node, request }) - 1;
  const made = new MemberChanges({ requests: membership, send, onAsked: (node) => marked.push(node) });
  return { changes: made, sent, marked };
}

function answer(status: number, body: Json): WireOutcome {
  return { kind: 'answer', status, body };
}

describe('changes of members', () => {
  it('are asked of the leader, each once at a time, and again after a pause', () => {
    const { changes: made, sent, marked } = changes();
    const both = [...due, { kind: 'remove', node: n2 } as const];
    assert.equal(made.poll(both, { nodes, leader: n3 }, 0), 100e6);
    assert.deepEqual(sent, [
      { node: n3, request: { method: 'POST', path: '/members/add', body: { node: n4 } } },
      { node: n3, request: { method: 'POST', path: '/members/remove', body: { node: n2 } } },
    ]);
    assert.deepEqual(marked, [n4, n2]);
    assert.equal(made.poll(both, { nodes, leader: n3 }, 100e6), 200e6);
    assert.equal(sent.length, 2);
    made.onOutcome(0, { kind: 'timeout' });
    made.poll(both, { nodes, leader: n3 }, 200e6);
    assert.equal(sent.length, 3);
    assert.equal(made.poll([], { nodes, leader: n3 }, 300e6), null);
  });

  it('are done with a 200, were never begun after a refusal, and else nobody knows', () => {
    const cases: [WireOutcome, ChangeOutcome['standing']][] = [
      [answer(200, { status: 'success', members: ['n1', 'n4'] }), 'member'],
      [answer(421, { error: 'not me', leader: n2 }), null],
      [answer(503, { error: 'another change is going on', code: 11 }), null],
      [{ kind: 'refused' }, null],
      [answer(504, { error: 'stepped down', code: 0 }), 'unclear'],
      [answer(500, 'oops'), 'unclear'],
      [{ kind: 'broken', why: 'reset' }, 'unclear'],
      [{ kind: 'timeout' }, 'unclear'],
    ];
    for (const [outcome, standing] of cases) {
      const { changes: made } = changes();
      made.poll(due, { nodes, leader: n1 }, 0);
      assert.deepEqual(made.onOutcome(0, outcome), { node: n4, standing }, JSON.stringify(outcome));
      assert.equal(made.onOutcome(0, outcome), undefined, 'an attempt ends once');
    }
    const { changes: made } = changes();
    made.poll([{ kind: 'remove', node: n2 }], { nodes, leader: n1 }, 0);
    assert.deepEqual(made.onOutcome(0, answer(200, {})), { node: n2, standing: 'outside' });
    assert.equal(made.onOutcome(99, answer(200, {})), undefined);
  });

  it('follow the answer that names a leader, and go round while nobody knows one', () => {
    const { changes: made, sent } = changes();
    made.poll(due, { nodes, leader: n1 }, 0);
    made.onOutcome(0, answer(421, { error: 'not me', leader: n3 }));
    made.poll(due, { nodes, leader: n1 }, 1);
    made.onOutcome(1, { kind: 'refused' });
    for (let attempt = 2; attempt < 5; attempt++) {
      made.poll(due, { nodes, leader: null }, attempt);
      made.onOutcome(attempt, { kind: 'refused' });
    }
    // A leader that is gone is not asked.
    made.poll(due, { nodes: [n2], leader: n1 }, 5);
    assert.deepEqual(
      sent.map(({ node }) => node),
      [n1, n3, n1, n2, n3, n2],
    );
  });
});
