import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { answerOf, refusalOf, statuses, type StatusName } from '../../../../nodes/host/grpc/statuses.ts';
import { errorKinds, isDefinite } from '../../../../nodes/kernel/errors.ts';
import { errorAnswer } from '../../../../nodes/kernel/wire.ts';

const names = Object.keys(statuses) as StatusName[];

describe('statuses of gRPC', () => {
  it('carry every error of the table there and back, with its code and what it says', () => {
    for (const { name, code } of errorKinds) {
      const { body } = errorAnswer(name, 'the reason');
      const refusal = refusalOf(body, {});
      assert.notEqual(refusal.status, statuses.OK, name);
      assert.equal(refusal.trailers['code'], String(code));
      const { body: back } = answerOf(refusal);
      assert.equal((back as { code: number }).code, code);
      assert.match((back as { error: string }).error, /: the reason$/);
    }
  });

  it('are those that kv.proto promises for each code', () => {
    const rows = readFileSync('nodes/host/kv.proto', 'utf8').matchAll(/^\/\/ {3}(\d+) +([A-Z_]+) /gm);
    const promised = new Map([...rows].map(([, code, status]) => [Number(code), status as StatusName]));
    assert.equal(promised.size, errorKinds.length - 1, 'all but node-not-found, which no node answers');
    for (const { name, code } of errorKinds) {
      const status = promised.get(code);
      if (status !== undefined)
        assert.equal(refusalOf(errorAnswer(name, '').body, {}).status, statuses[status], name);
    }
  });

  it('name the leader to ask, and nobody who made an answer up does', () => {
    const { body } = errorAnswer('temporarily-unavailable', 'not the leader', { leader: 'n2' });
    const answer = answerOf(refusalOf(body, {}));
    assert.equal(answer.status, 421);
    assert.equal((answer.body as { leader: string }).leader, 'n2');
    assert.equal(answerOf({ status: statuses.UNAVAILABLE, message: '', trailers: {} }).status, 503);
  });

  it('bring what the client has seen', () => {
    const { body } = errorAnswer('key-does-not-exist', 'no such key');
    const seen = { context: '{"1":2}', session: '1:2' };
    const answer = answerOf(refusalOf(body, seen)).body as Record<string, unknown>;
    assert.deepEqual({ context: answer['context'], session: answer['session'] }, seen);
  });

  it('promise nothing when a library makes them up', () => {
    const madeUp: StatusName[] = [
      ...([
        'CANCELLED',
        'UNKNOWN',
        'DEADLINE_EXCEEDED',
        'RESOURCE_EXHAUSTED',
        'INTERNAL',
        'UNAVAILABLE',
      ] as const),
      ...(['DATA_LOSS', 'UNAUTHENTICATED'] as const),
    ];
    const definite = new Set([400, 403, 404, 405, 409, 421]);
    for (const name of names.filter((each) => each !== 'OK')) {
      const { status, body } = answerOf({ status: statuses[name], message: '', trailers: {} });
      assert.equal(definite.has(status), !madeUp.includes(name), `${name} is ${status}`);
      assert.equal((body as { code?: number }).code, undefined);
      assert.notEqual(status, 200);
    }
  });

  it('with a code promise what the code does, and a code that is no number is none', () => {
    for (const { code } of errorKinds) {
      const { body } = answerOf({ status: statuses.UNKNOWN, message: '', trailers: { code: String(code) } });
      assert.equal(isDefinite((body as { code: number }).code), isDefinite(code));
    }
    for (const code of ['', '1e1', '-1', 'twelve', '99999999999999999999']) {
      const { body } = answerOf({ status: statuses.ABORTED, message: '', trailers: { code } });
      assert.equal((body as { code?: number }).code, undefined, code);
    }
  });

  it('that nobody knows are as unclear as an answer can be', () => {
    assert.equal(answerOf({ status: 99, message: '', trailers: {} }).status, 500);
    assert.equal(refusalOf({ what: 'ever' }, {}).status, statuses.UNKNOWN);
  });
});
