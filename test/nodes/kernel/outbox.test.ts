/** The outbox: everything that a step puts out, once. */
import assert from 'node:assert/strict';
import { nodeId, requestId } from '../../../nodes/kernel/ids.ts';
import { Outbox } from '../../../nodes/kernel/outbox.ts';
import type { Protocol } from '../../../nodes/kernel/protocol.ts';

describe('the outbox', () => {
  it('hands over everything of a step, in order, and is empty afterwards', () => {
    const out = new Outbox<Protocol>();
    out.persist('r1');
    out.persist('r2');
    out.send(nodeId(2), 'm');
    out.reply(requestId(7), 'answer');
    out.setTimer('election', 150);
    out.cancelTimer('heartbeat');
    out.probe('election-won');
    assert.deepEqual(out.drain(), {
      journal: ['r1', 'r2'],
      sends: [{ to: 'n2', message: 'm' }],
      replies: [{ id: 7, response: 'answer' }],
      timers: [
        { timer: 'election', delayMs: 150 },
        { timer: 'heartbeat', delayMs: null },
      ],
      probes: ['election-won'],
    });
    assert.deepEqual(out.drain(), { journal: [], sends: [], replies: [], timers: [], probes: [] });
  });

  it('a compaction swallows the records before it, and those after it follow it', () => {
    const out = new Outbox<Protocol>();
    out.persist('swallowed');
    out.compact(['snapshot']);
    out.persist('after');
    const { journal, compacted } = out.drain();
    assert.deepEqual({ journal, compacted }, { journal: ['after'], compacted: ['snapshot'] });
  });

  it('what was handed over does not change when the next step begins', () => {
    const out = new Outbox<Protocol>();
    out.persist('first');
    const first = out.drain();
    out.persist('second');
    assert.deepEqual(first.journal, ['first']);
  });
});
