/** A proxy, step by step: where it goes, what it sends again, and what it says in the end. */
import assert from 'node:assert/strict';
import { busy, elsewhere, lost, n1, n2, n3, ok, ProxyStepper } from './stepper.ts';

describe('proxy', () => {
  describe('finds the leader', () => {
    it('by asking all nodes at its start, and again and again, one question at a time to each', () => {
      const proxy = new ProxyStepper();
      assert.deepEqual(
        proxy.polls.map(({ to }) => to),
        [n1, n2, n3],
      );
      proxy.run(1000);
      assert.equal(proxy.polls.length, 3, 'none has answered');
      proxy.hear(n2, 1, n3);
      proxy.run(300);
      assert.equal(proxy.polls.length, 4);
    });

    it('and follows the later term, whoever says so, and whatever is said later of an earlier one', () => {
      const proxy = new ProxyStepper();
      proxy.hear(n2, 3);
      proxy.hear(n1, 2);
      assert.deepEqual(proxy.core.status(), {
        role: 'proxy',
        leader: n2,
        term: 3,
        latestTerm: 3,
        open: 0,
      });
      proxy.hear(n3, 4, n3);
      assert.equal(proxy.core.status().leader, n3);
    });

    it('by the hint of a node that refuses, once; then it makes a pause', () => {
      const proxy = new ProxyStepper();
      proxy.hear(n1, 1);
      const id = proxy.put('c/1');
      proxy.answer(elsewhere(n2));
      assert.equal(proxy.to, n2);
      proxy.answer(elsewhere(n1));
      assert.equal(proxy.asked.length, 0, 'two that take each other for the leader');
      proxy.run(50);
      assert.equal(proxy.to, n1);
      proxy.answer(ok);
      assert.deepEqual(proxy.answers.get(id), ok);
    });

    it('does not follow a hint to a node that it does not know', () => {
      const proxy = new ProxyStepper();
      proxy.hear(n1, 1);
      proxy.put('c/1');
      proxy.answer(elsewhere('n9' as typeof n1));
      proxy.run(50);
      assert.equal(proxy.to, n1);
    });
  });

  describe('takes reads', () => {
    const readers = (options: Record<string, string>): string[] => {
      const proxy = new ProxyStepper(options);
      proxy.hear(n1, 1);
      for (let read = 0; read < 6; read++) proxy.get();
      return proxy.asked.map(({ to }) => to);
    };

    it('to followers in turn, to the leader, or to all nodes in turn', () => {
      assert.deepEqual(new Set(readers({})), new Set([n2, n3]));
      assert.deepEqual(new Set(readers({ reads: 'leader' })), new Set([n1]));
      assert.deepEqual(new Set(readers({ reads: 'any' })), new Set([n1, n2, n3]));
    });

    it('elsewhere after a node has failed', () => {
      const proxy = new ProxyStepper();
      proxy.hear(n1, 1);
      const id = proxy.get();
      const { to } = proxy.answer(null);
      proxy.run(20);
      assert.notEqual(proxy.to, to);
      proxy.answer(ok);
      assert.deepEqual(proxy.answers.get(id), ok);
      for (let read = 0; read < 4; read++) proxy.get();
      assert(proxy.asked.every((asked) => asked.to !== to));
    });

    it('and refuses what nobody answers, for certain: a read does nothing', () => {
      const proxy = new ProxyStepper();
      const id = proxy.get();
      for (let attempt = 0; attempt < 50 && !proxy.answers.has(id); attempt++) {
        if (proxy.asked.length > 0) proxy.answer(attempt % 2 === 0 ? null : busy);
        proxy.run(20);
      }
      const answer = proxy.answers.get(id);
      assert.equal(answer?.status, 503);
      assert.equal((answer.body as { code: number }).code, 11);
    });
  });

  describe('sends a write again', () => {
    it('after an unclear outcome, under the Request-Id of the client', () => {
      const proxy = new ProxyStepper();
      proxy.hear(n1, 1);
      const id = proxy.put('c/7');
      proxy.answer(lost);
      proxy.run(30);
      assert.deepEqual(proxy.requestIds, ['c/7']);
      proxy.answer(ok);
      assert.deepEqual(proxy.answers.get(id), ok);
    });

    it('under an id of its own where the client gave none, the same for all attempts', () => {
      const proxy = new ProxyStepper();
      proxy.hear(n1, 1);
      proxy.put();
      const [first] = proxy.requestIds;
      assert.match(first ?? '', /^proxy-n4-1-\d+-1\/1$/);
      proxy.answer(null);
      proxy.run(30);
      assert.deepEqual(proxy.requestIds, [first]);
    });

    it('with ids that neither two open requests nor two lives share', () => {
      const proxy = new ProxyStepper();
      proxy.hear(n1, 1);
      proxy.put();
      proxy.put();
      const [first = '', second = ''] = proxy.requestIds;
      assert.notEqual(first.split('/')[0], second.split('/')[0]);
      proxy.answer(ok);
      proxy.put();
      const third = proxy.requestIds.at(-1);
      assert.equal(third, `${first.split('/')[0]}/2`, 'a lane that is free again goes on');
      const later = new ProxyStepper({}, null, 2);
      later.hear(n1, 1);
      later.put();
      assert(![first, second].includes(later.requestIds[0] ?? ''));
    });

    it('never to nodes that do not deduplicate: the outcome is open then', () => {
      for (const unclear of [null, lost]) {
        const proxy = new ProxyStepper({ resend: 'off' });
        proxy.hear(n1, 1);
        const id = proxy.put('c/1');
        proxy.answer(unclear);
        assert.equal((proxy.answers.get(id)?.body as { code: number }).code, 0);
        proxy.run(2000);
        assert.equal(proxy.asked.length, 0);
      }
    });

    it('also there after a refusal: nothing was started', () => {
      const proxy = new ProxyStepper({ resend: 'off' });
      proxy.hear(n1, 1);
      const id = proxy.put('c/1');
      proxy.answer(busy);
      proxy.run(30);
      proxy.answer(ok);
      assert.deepEqual(proxy.answers.get(id), ok);
    });

    it('when nothing was heard for a while; what comes late is taken all the same', () => {
      const proxy = new ProxyStepper();
      proxy.hear(n1, 1);
      const id = proxy.put('c/1');
      proxy.run(300);
      assert.equal(proxy.asked.length, 2);
      proxy.answer(ok);
      assert.deepEqual(proxy.answers.get(id), ok);
      proxy.answer(ok);
    });
  });

  describe('says in the end', () => {
    it('what the node said, whatever that is', () => {
      for (const status of [200, 400, 404, 409]) {
        const proxy = new ProxyStepper();
        proxy.hear(n1, 1);
        const id = proxy.put('c/1');
        const answer = { status, body: { any: 'thing' } };
        proxy.answer(answer);
        assert.deepEqual(proxy.answers.get(id), answer);
      }
    });

    it('that a write certainly came to nothing, if all its attempts were refused', () => {
      const proxy = new ProxyStepper();
      const id = proxy.put('c/1');
      while (!proxy.answers.has(id)) {
        if (proxy.asked.length > 0) proxy.answer(busy);
        proxy.run(20);
      }
      assert.equal(proxy.answers.get(id)?.status, 503);
    });

    it('that the outcome is open, if one attempt was unclear, whatever came after it', () => {
      const proxy = new ProxyStepper();
      const id = proxy.put('c/1');
      proxy.answer(null);
      while (!proxy.answers.has(id)) {
        if (proxy.asked.length > 0) proxy.answer(busy);
        proxy.run(20);
      }
      assert.equal(proxy.answers.get(id)?.status, 504);
      assert.equal((proxy.answers.get(id)?.body as { code: number }).code, 0);
    });

    it('something to everyone, though no node ever answers; and bounds what waits', () => {
      const proxy = new ProxyStepper();
      proxy.hear(n1, 1);
      const ids = Array.from({ length: 300 }, (_, at) => (at % 2 === 0 ? proxy.put() : proxy.get()));
      assert.equal(proxy.answers.size, 44, 'more than 256 are refused at once');
      assert.equal(proxy.core.status().open, 256);
      const underWay = proxy.asked.filter(({ to }) => to === n1).length;
      assert(underWay <= 12, `${underWay} are under way to the leader`);
      proxy.run(1500);
      assert(ids.every((id) => proxy.answers.has(id)));
      assert.equal(proxy.core.status().open, 0);
    });
  });
});
