/** Host laws 1 to 3: steps are serial, output waits for the disk, timers run out as they were set. */
import assert from 'node:assert/strict';
import { answerOf, append, ask, type Lab, n1, n2, quietMs, read, unhurriedMs, until } from './lawLab.ts';
import type { LawRequest } from './lawModel.ts';

export function serialLaw(lab: () => Lab): void {
  it('an event that comes in the middle of a step waits for its end', async () => {
    const { probe } = lab();
    const world = await lab().open();
    let insideOuter = false;
    let takenInside = false;
    probe.inside = ({ node, event }) => {
      if (node !== n1) return;
      if (event.kind === 'message') takenInside ||= insideOuter;
      if (event.kind !== 'request') return;
      insideOuter = true;
      world.deliver(n1, n2, { type: 'told', value: 'meanwhile' });
      insideOuter = false;
    };
    await answerOf(world, n1, append('outer'));
    await until(world, 'the message was taken', () => world.status(n1)?.heard.length === 1);
    assert.equal(takenInside, false);
    assert.equal(Math.max(...probe.steps.map(({ depth }) => depth)), 1);
  });

  it('start is the first event of every incarnation, and comes once', async () => {
    const { probe } = lab();
    const world = await lab().open();
    await answerOf(world, n1, append('a'));
    await world.crash(n1);
    await world.start(n1);
    await answerOf(world, n1, read);
    for (const life of [1, 2]) {
      const kinds = probe.steps
        .filter((step) => step.node === n1 && step.life === life)
        .map((s) => s.event.kind);
      assert.deepEqual(
        kinds.map((kind) => kind === 'start'),
        kinds.map((_, at) => at === 0),
      );
    }
  });

  it('time never goes back from step to step', async () => {
    const { probe } = lab();
    const world = await lab().open();
    for (const value of ['a', 'b', 'c']) await answerOf(world, n1, append(value));
    const times = probe.steps.filter(({ node }) => node === n1).map(({ now }) => now.monotonicMs);
    assert.deepEqual(
      times,
      [...times].sort((a, b) => a - b),
    );
  });
}

export function outputCommitLaw(lab: () => Lab): void {
  it('no reply, no message and no status leaves before the records of its step are synced', async () => {
    const world = await lab().open();
    world.holdSyncs(n1);
    const asked = ask(world, n1, { do: 'append-and-tell', to: n2, value: 'a' });
    await until(world, 'n1 has taken the request', () =>
      lab().probe.steps.some((s) => s.event.kind === 'request'),
    );
    await world.pass(quietMs);
    assert.equal(asked.answer, 'open');
    assert.deepEqual(world.status(n1)?.values ?? [], []);
    assert.deepEqual(world.status(n2)?.heard ?? [], []);
    world.releaseSyncs(n1);
    await until(world, 'n1 has answered', () => asked.answer !== 'open');
    await until(world, 'n2 was told', () => world.status(n2)?.heard.length === 1);
    assert.deepEqual(world.status(n1)?.values, ['a']);
  });

  it('a step without records waits for the records of the steps before it', async () => {
    const world = await lab().open();
    world.holdSyncs(n1);
    const appended = ask(world, n1, append('a'));
    await until(world, 'n1 has taken the append', () =>
      lab().probe.steps.some((s) => s.event.kind === 'request'),
    );
    const looked = ask(world, n1, read);
    const told = ask(world, n1, { do: 'tell', to: n2, value: 'early' });
    await world.pass(quietMs);
    assert.deepEqual([appended.answer, looked.answer, told.answer], ['open', 'open', 'open']);
    assert.deepEqual(world.status(n2)?.heard ?? [], []);
    world.releaseSyncs(n1);
    await until(world, 'all is answered', () => ![appended, looked, told].some((a) => a.answer === 'open'));
    await until(world, 'n2 was told', () => world.status(n2)?.heard.length === 1);
  });

  it('a step without records, and with none before it, leaves at once', async () => {
    const world = await lab().open();
    await answerOf(world, n1, append('a'));
    world.holdSyncs(n1);
    assert.deepEqual(await answerOf(world, n1, read), ['a']);
  });

  it('steps go on during a sync, and one sync covers many of them', async () => {
    const world = await lab().open();
    await answerOf(world, n1, append('first'));
    const syncsBefore = world.syncs(n1);
    world.holdSyncs(n1);
    const asked = Array.from({ length: 20 }, (_, at) => ask(world, n1, append(`v${at}`)));
    const taken = (): number => lab().probe.steps.filter((s) => s.event.kind === 'request').length;
    await until(world, 'all steps were taken', () => taken() === 21);
    world.releaseSyncs(n1);
    await until(world, 'all is answered', () => asked.every(({ answer }) => answer !== 'open'));
    const syncs = world.syncs(n1) - syncsBefore;
    assert(syncs >= 1 && syncs <= 3, `${syncs} syncs for 20 appends that came during one`);
  });
}

export function timerLaw(lab: () => Lab): void {
  const timeouts = (): string[] =>
    lab().probe.steps.flatMap(({ node, event }) =>
      node === n1 && event.kind === 'timeout' ? [event.timer] : [],
    );
  const timesOf = (kind: 'request' | 'timeout'): number[] =>
    lab().probe.steps.flatMap(({ event, now }) => (event.kind === kind ? [now.monotonicMs] : []));
  const set = (...timers: [string, number | null][]): LawRequest => ({
    do: 'timers',
    timers: timers.map(([timer, delayMs]) => ({ timer, delayMs })),
  });

  it('a timer runs out once, and never early', async () => {
    const world = await lab().open();
    await answerOf(world, n1, set(['a', 30]));
    await until(world, 'the timer ran out', () => timeouts().length > 0);
    await world.pass(quietMs);
    assert.deepEqual(timeouts(), ['a']);
    const [setMs = NaN] = timesOf('request');
    const [ranOutMs = NaN] = timesOf('timeout');
    assert(ranOutMs - setMs >= 30, `it ran out after ${ranOutMs - setMs} ms`);
  });

  it('setting a timer again replaces it, later or sooner', async () => {
    const world = await lab().open();
    await answerOf(world, n1, set(['later', unhurriedMs], ['sooner', 5000]));
    await answerOf(world, n1, set(['later', 2 * unhurriedMs], ['sooner', 40]));
    await until(world, 'both ran out', () => timeouts().length >= 2);
    await world.pass(quietMs);
    assert.deepEqual(timeouts(), ['sooner', 'later']);
    const [, setMs = NaN] = timesOf('request');
    const [, ranOutMs = NaN] = timesOf('timeout');
    assert(ranOutMs - setMs >= 2 * unhurriedMs, `the later one ran out after ${ranOutMs - setMs} ms`);
  });

  it('a cancelled timer never runs out, and the others do', async () => {
    const world = await lab().open();
    await answerOf(world, n1, set(['a', unhurriedMs], ['b', unhurriedMs]));
    await answerOf(world, n1, set(['a', null]));
    await until(world, 'b ran out', () => timeouts().length > 0);
    await world.pass(quietMs);
    assert.deepEqual(timeouts(), ['b']);
  });

  it('a timer is set at the step, even while its records wait for a sync', async () => {
    const world = await lab().open();
    world.holdSyncs(n1);
    ask(world, n1, append('a'));
    ask(world, n1, set(['a', 30]));
    await until(world, 'the timer ran out', () => timeouts().length > 0);
  });

  it('timers die with the incarnation', async () => {
    const world = await lab().open();
    await answerOf(world, n1, set(['a', unhurriedMs]));
    await world.crash(n1);
    await world.start(n1);
    await world.pass(unhurriedMs + quietMs);
    assert.deepEqual(timeouts(), []);
  });
}
