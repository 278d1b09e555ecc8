/** Host laws 4 and 5: what the network and a crash may take, and what they leave; also of messages that are requests. */
import assert from 'node:assert/strict';
import { nodeId, type NodeId } from '../../../nodes/kernel/ids.ts';
import { answerOf, append, ask, type Lab, type LawWorld, n1, n2, quietMs, read, until } from './lawLab.ts';
import type { LawRequest } from './lawModel.ts';

export function networkLaw(lab: () => Lab): void {
  it('a message that the network lost is not sent again', async () => {
    const world = await lab().open();
    await answerOf(world, n1, { do: 'tell', to: n2, value: 'before' });
    await until(world, 'the first message came', () => world.status(n2)?.heard.length === 1);
    world.cut(n1, n2);
    await answerOf(world, n1, { do: 'tell', to: n2, value: 'lost' });
    await world.pass(quietMs);
    world.heal();
    await world.pass(4 * quietMs);
    assert.deepEqual(world.status(n2)?.heard, ['before']);
    await until(world, 'a later message came', () => {
      ask(world, n1, { do: 'tell', to: n2, value: 'after' });
      return world.status(n2)?.heard.includes('after') ?? false;
    });
    assert.equal(world.status(n2)?.heard.includes('lost'), false);
  });

  it('a cut is directed: the other direction goes on', async () => {
    const world = await lab().open();
    world.cut(n1, n2);
    await answerOf(world, n2, { do: 'tell', to: n1, value: 'against it' });
    await until(world, 'the message came', () => world.status(n1)?.heard.length === 1);
  });

  it('what comes twice is taken twice', async () => {
    const world = await lab().open();
    world.deliver(n1, n2, { type: 'told', value: 'twice' });
    world.deliver(n1, n2, { type: 'told', value: 'twice' });
    await until(world, 'both were taken', () => world.status(n1)?.heard.length === 2);
  });

  it('a message to a node that is down, or that nobody knows, holds up nothing', async () => {
    const world = await lab().open();
    await world.crash(n2);
    for (const to of [n2, nodeId(99)]) {
      await answerOf(world, n1, { do: 'tell', to, value: 'anyone?' });
      await answerOf(world, n1, append(to));
    }
    await world.pass(quietMs);
    assert.deepEqual(await answerOf(world, n1, read), [n2, nodeId(99)]);
  });
}

export function crashLaw(lab: () => Lab): void {
  it('what was acknowledged is there in the next incarnation, in order', async () => {
    const world = await lab().open();
    for (const value of ['a', 'b', 'c']) await answerOf(world, n1, append(value));
    await world.crash(n1);
    await world.start(n1);
    await answerOf(world, n1, append('d'));
    await world.crash(n1);
    await world.start(n1);
    assert.deepEqual(await answerOf(world, n1, read), ['a', 'b', 'c', 'd']);
  });

  it('records that were never synced are lost, and so is all that rested on them', async () => {
    const world = await lab().open();
    await answerOf(world, n1, append('synced'));
    world.holdSyncs(n1);
    const asked = ask(world, n1, { do: 'append-and-tell', to: n2, value: 'unsynced' });
    await until(
      world,
      'n1 has taken it',
      () => lab().probe.steps.filter((s) => s.event.kind === 'request').length === 2,
    );
    await world.crash(n1);
    await until(world, 'the connection broke', () => asked.answer === 'broken');
    await world.start(n1);
    assert.deepEqual(await answerOf(world, n1, read), ['synced']);
    await world.pass(quietMs);
    assert.deepEqual(world.status(n2)?.heard ?? [], []);
  });

  it('open requests end in a broken connection', async () => {
    const world = await lab().open();
    const asked = ask(world, n1, { do: 'ignore' });
    await until(world, 'n1 has taken it', () => lab().probe.steps.some((s) => s.event.kind === 'request'));
    await world.crash(n1);
    await until(world, 'the connection broke', () => asked.answer === 'broken');
  });

  it('the next core remembers nothing but the journal', async () => {
    const world = await lab().open();
    await answerOf(world, n1, append('a'));
    world.deliver(n1, n2, { type: 'told', value: 'forget me' });
    await until(world, 'it was taken', () => world.status(n1)?.heard.length === 1);
    await world.crash(n1);
    await world.start(n1);
    await answerOf(world, n1, read);
    assert.deepEqual(
      { values: world.status(n1)?.values, heard: world.status(n1)?.heard },
      { values: ['a'], heard: [] },
    );
  });

  it('a compacted journal replaces what was before, and is added to afterwards', async () => {
    const world = await lab().open();
    for (const value of ['a', 'b']) await answerOf(world, n1, append(value));
    await answerOf(world, n1, { do: 'compact' });
    await answerOf(world, n1, append('c'));
    await world.crash(n1);
    await world.start(n1);
    assert.deepEqual(await answerOf(world, n1, read), ['a+b', 'c']);
  });

  it('nothing leaves before a compaction is durable', async () => {
    const world = await lab().open();
    for (const value of ['a', 'b']) await answerOf(world, n1, append(value));
    world.holdSyncs(n1);
    const asked = ask(world, n1, { do: 'compact' });
    await world.pass(quietMs);
    assert.equal(asked.answer, 'open');
    await world.crash(n1);
    await world.start(n1);
    assert.deepEqual(await answerOf(world, n1, read), ['a', 'b']);
  });

  it('chance is the same for the same seed, and differs by seed, node and incarnation', async () => {
    const world = await lab().open(2, 1);
    const draws = async (): Promise<(number | undefined)[]> => {
      for (const node of [n1, n2]) await answerOf(world, node, read);
      return [world.status(n1)?.draw, world.status(n2)?.draw];
    };
    const first = await draws();
    await world.crash(n1);
    await world.start(n1);
    const second = await draws();
    assert.equal(second[1], first[1]);
    const other = await lab().open(2, 1);
    for (const node of [n1, n2]) await answerOf(other, node, read);
    assert.deepEqual([other.status(n1)?.draw, other.status(n2)?.draw], first);
    const foreign = await lab().open(2, 2);
    await answerOf(foreign, n1, read);
    const distinct = new Set([...first, second[0], foreign.status(n1)?.draw]);
    assert.equal(distinct.size, 4);
  });
}

/** Messages that travel as requests of their own are messages: they obey the same laws. */
export function carriedLaw(lab: () => Lab): void {
  const carry = (request: LawRequest, value?: string): LawRequest => ({
    do: 'carry',
    to: n2,
    request,
    ...(value !== undefined && { value }),
  });
  const heard = (world: LawWorld): readonly string[] => world.status(n1)?.heard ?? [];
  const requestsOf = (node: NodeId): number =>
    lab().probe.steps.filter((step) => step.node === node && step.event.kind === 'request').length;

  it('are requests by the routes of the asked node, and the answers are messages of that node', async () => {
    const world = await lab().open();
    for (const value of ['a', 'b']) await answerOf(world, n1, carry(append(value)));
    await until(world, 'both answers came', () => heard(world).length === 2);
    assert.deepEqual(world.status(n2)?.values, ['a', 'b']);
    assert.deepEqual(heard(world), ['200 {"values":["a"]}', '200 {"values":["a","b"]}']);
    const froms = lab().probe.steps.flatMap(({ event }) => (event.kind === 'message' ? [event.from] : []));
    assert.deepEqual(froms, [n2, n2]);
  });

  it('leave only when the records of their step, and of those before it, are synced', async () => {
    const world = await lab().open();
    world.holdSyncs(n1);
    const requests = [append('before'), carry(append('a'), 'with it'), carry(append('b'))];
    for (const [at, request] of requests.entries()) {
      ask(world, n1, request);
      await until(world, 'n1 has taken it', () => requestsOf(n1) === at + 1);
    }
    await world.pass(quietMs);
    assert.equal(requestsOf(n2), 0);
    world.releaseSyncs(n1);
    await until(world, 'n2 was asked', () => requestsOf(n2) === 2);
    assert.deepEqual(world.status(n1)?.values, ['before', 'with it']);
  });

  it('are answered only when what was asked is durable there', async () => {
    const world = await lab().open();
    world.holdSyncs(n2);
    await answerOf(world, n1, carry(append('a')));
    await until(world, 'n2 was asked', () => requestsOf(n2) === 1);
    await world.pass(quietMs);
    assert.deepEqual(heard(world), []);
    world.releaseSyncs(n2);
    await until(world, 'the answer came', () => heard(world).length === 1);
  });

  it('end with nothing when they are lost, and are not sent again', async () => {
    const world = await lab().open();
    world.cut(n1, n2);
    await answerOf(world, n1, carry(append('lost')));
    await until(world, 'it was given up', () => heard(world).length === 1);
    world.heal();
    await answerOf(world, n1, carry(append('after')));
    await until(world, 'the next was answered', () => heard(world).length === 2);
    await world.pass(4 * quietMs);
    assert.deepEqual(heard(world), ['none', '200 {"values":["after"]}']);
    assert.equal(requestsOf(n2), 1);
  });

  it('end with nothing when no answer comes in time, when the asked node is down, and when nobody knows it', async () => {
    const world = await lab().open();
    await answerOf(world, n1, carry({ do: 'ignore' }));
    await until(world, 'it was given up', () => heard(world).length === 1);
    await world.crash(n2);
    await answerOf(world, n1, carry(append('a')));
    await until(world, 'it was given up, too', () => heard(world).length === 2);
    await answerOf(world, n1, { do: 'carry', to: nodeId(99), request: append('a') });
    await until(world, 'the third, too', () => heard(world).length === 3);
    assert.deepEqual(heard(world), ['none', 'none', 'none']);
    assert.equal(requestsOf(n2), 1);
  });

  it('end with nothing when the asked node crashes before it answers', async () => {
    const world = await lab().open();
    await answerOf(world, n1, carry({ do: 'ignore' }));
    await until(world, 'n2 was asked', () => requestsOf(n2) === 1);
    await world.crash(n2);
    await until(world, 'it broke', () => heard(world).length === 1);
    assert.deepEqual(heard(world), ['none']);
  });

  it('tell the next incarnation nothing', async () => {
    const world = await lab().open();
    world.holdSyncs(n2);
    await answerOf(world, n1, carry(append('a')));
    await until(world, 'n2 was asked', () => requestsOf(n2) === 1);
    await world.crash(n1);
    await world.start(n1);
    world.releaseSyncs(n2);
    await answerOf(world, n1, read);
    await answerOf(world, n2, read);
    await world.pass(2000);
    assert.deepEqual(heard(world), []);
  });
}
