import assert from 'node:assert/strict';
import fc from 'fast-check';
import { faults, faultsDefault } from '../../harness/faults/index.ts';
import { drawSchedule, faultyPhase, withoutLeader, type ScheduleOptions } from '../../harness/schedule.ts';
import { nodeId } from '../../nodes/kernel/ids.ts';
import { createPrng } from '../../nodes/kernel/prng.ts';

const nodes = [1, 2, 3, 4, 5].map(nodeId);
const usual: ScheduleOptions = {
  nodes,
  faults: faultsDefault,
  faultIntervalSeconds: 5,
  timeLimitSeconds: 30,
};

function isAimedAtLeader(params: { readonly [name: string]: unknown }): boolean {
  return params['target'] === 'leader' || params['shape'] === 'isolate-leader';
}

describe('a schedule', () => {
  it('depends on the seed alone, and is plain JSON', () => {
    const schedule = drawSchedule(createPrng(42), usual);
    assert.deepEqual(drawSchedule(createPrng(42), usual), schedule);
    assert.deepEqual(JSON.parse(JSON.stringify(schedule)), schedule);
    assert.notDeepEqual(drawSchedule(createPrng(43), usual), schedule);
  });

  it('keeps to the faulty phase, in order, about one mean interval apart', () => {
    const options = fc.record({
      seed: fc.integer(),
      faults: fc.subarray(
        faults.map(({ name }) => name),
        { minLength: 1 },
      ),
      faultIntervalSeconds: fc.constantFrom(0.5, 1, 5, 20),
      timeLimitSeconds: fc.constantFrom(1, 2, 8, 15, 60, 600),
    });
    fc.assert(
      fc.property(options, ({ seed, ...rest }) => {
        const { startMs, endMs } = faultyPhase(rest.timeLimitSeconds);
        const schedule = drawSchedule(createPrng(seed), { nodes, ...rest });
        assert(schedule.length >= 1);
        for (const [at, { id, atMs, durationMs }] of schedule.entries()) {
          assert.equal(id, at);
          assert(atMs >= Math.floor(startMs) && durationMs >= 100 && atMs + durationMs <= endMs + 1);
          assert(at === 0 || atMs > (schedule[at - 1]?.atMs ?? 0));
        }
        const expected = (endMs - startMs) / (rest.faultIntervalSeconds * 1000);
        assert(
          schedule.length >= expected * 0.4 && schedule.length <= expected * 2.5 + 2 + rest.faults.length,
        );
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('aims at the leader early, with every fault once, in runs of 8 s as well', () => {
    for (const timeLimitSeconds of [8, 10, 30])
      for (let seed = 0; seed < 50; seed++) {
        const [first] = drawSchedule(createPrng(seed), { ...usual, timeLimitSeconds });
        assert(first && isAimedAtLeader(first.params) && first.atMs < 2500 && first.durationMs >= 2500);
      }
    const [one, two, three] = drawSchedule(createPrng(5), usual);
    const names = [one, two, three].flatMap((entry) =>
      entry && isAimedAtLeader(entry.params) ? entry.fault : [],
    );
    assert.deepEqual(names.sort(), ['kill', 'partition', 'pause']);
  });

  it('begins with a partition, if there is one, and then hits the leader for longer than an election', () => {
    const names = faults.map(({ name }) => name);
    for (let seed = 0; seed < 50; seed++) {
      const schedule = drawSchedule(createPrng(seed), { ...usual, faults: names, faultIntervalSeconds: 1 });
      assert.equal(schedule[0]?.fault, 'partition');
      for (const { durationMs } of schedule.slice(0, names.length)) assert(durationMs >= 1000);
    }
  });

  it('leaves some calm in a short run too: no first fault lasts longer than two fifths of it', () => {
    for (let seed = 0; seed < 50; seed++) {
      const { startMs, endMs } = faultyPhase(3);
      const options = { ...usual, faultIntervalSeconds: 0.5, timeLimitSeconds: 3 };
      for (const { durationMs } of drawSchedule(createPrng(seed), options))
        assert(durationMs <= Math.ceil(0.4 * (endMs - startMs)));
    }
  });

  it('lets links deliver requests twice only when it may', () => {
    const duplicates = (mayDuplicate?: boolean): number[] =>
      drawSchedule(createPrng(3), {
        ...usual,
        faults: ['flaky'],
        ...(mayDuplicate !== undefined && { duplicates: mayDuplicate }),
      }).map(({ params }) => Number(params['duplicateRatio']));
    assert(duplicates(true).every((ratio) => ratio > 0));
    for (const none of [duplicates(), duplicates(false)]) assert(none.every((ratio) => ratio === 0));
  });

  it('has every fault at least once, though the run be as short as 8 s', () => {
    const names = faults.map(({ name }) => name);
    for (let seed = 0; seed < 50; seed++) {
      const schedule = drawSchedule(createPrng(seed), { ...usual, faults: names, timeLimitSeconds: 8 });
      assert.deepEqual(new Set(schedule.map(({ fault }) => fault)), new Set(names));
    }
  });

  it('isolates the leader for at least 2.5 s in every run of 15 s with partitions', () => {
    for (let seed = 0; seed < 50; seed++) {
      const schedule = drawSchedule(createPrng(seed), {
        ...usual,
        faults: ['partition', 'pause'],
        timeLimitSeconds: 15,
      });
      const isolations = schedule.filter(({ params }) => params['shape'] === 'isolate-leader');
      assert(isolations.some(({ durationMs }) => durationMs >= 2500));
    }
  });

  it('leaves the system time to work: no more than two thirds of the usual run are under faults', () => {
    let faultyMs = 0;
    for (let seed = 0; seed < 50; seed++) {
      const isFaulty = new Uint8Array(30_000);
      for (const { atMs, durationMs } of drawSchedule(createPrng(seed), usual))
        isFaulty.fill(1, atMs, atMs + durationMs);
      faultyMs += isFaulty.reduce((sum, one) => sum + one, 0);
    }
    assert(faultyMs / 50 < 20_000, `${faultyMs / 50} ms of 30 s`);
  });

  it('is aimed at any node where nobody leads, and else stays as it is', () => {
    const schedule = drawSchedule(createPrng(42), usual);
    const leaderless = withoutLeader(schedule);
    assert(schedule.some(({ params }) => isAimedAtLeader(params)));
    for (const [at, entry] of leaderless.entries()) {
      const { params, ...rest } = schedule[at] ?? assert.fail();
      assert.deepEqual({ ...entry, params: null }, { ...rest, params: null });
      if (!isAimedAtLeader(params)) assert.deepEqual(entry.params, params);
      else assert(entry.params['target'] === 'one' || entry.params['shape'] === 'one');
    }
  });

  it('is empty without faults, and refuses one that there is not', () => {
    assert.deepEqual(drawSchedule(createPrng(1), { ...usual, faults: [] }), []);
    assert.throws(() => drawSchedule(createPrng(1), { ...usual, faults: ['earthquake'] }), /earthquake/);
  });
});
