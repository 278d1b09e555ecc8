import assert from 'node:assert/strict';
import { nodeId } from '../../../nodes/kernel/ids.ts';
import { createPrng } from '../../../nodes/kernel/prng.ts';
import { drawUs, type Latency } from '../../../harness/sim/latency.ts';
import { SimNetwork, type NetworkPersonality } from '../../../harness/sim/network.ts';
import { calm } from '../../../harness/sim/personality.ts';
import { Scheduler } from '../../../harness/sim/scheduler.ts';
import { openLink, type LinkRule } from '../../../harness/world.ts';

const n1 = nodeId(1);
const n2 = nodeId(2);

/** A network of this character, with what arrives in it. */
function lay(character: Partial<NetworkPersonality>): {
  network: SimNetwork;
  scheduler: Scheduler;
  arrived: { message: unknown; atUs: number }[];
} {
  const scheduler = new Scheduler();
  const arrived: { message: unknown; atUs: number }[] = [];
  const personality = { ...calm.network, ...character };
  const network = new SimNetwork(scheduler, personality, createPrng(1), (_from, _to, message) => {
    arrived.push({ message, atUs: scheduler.nowUs });
  });
  return { network, scheduler, arrived };
}

/** Sends 0 … count−1, and lets them arrive. */
function carry(
  count: number,
  character: Partial<NetworkPersonality>,
  rule: Partial<LinkRule> = {},
): number[] {
  const { network, scheduler, arrived } = lay(character);
  network.setRule(n1, n2, { ...openLink, ...rule });
  for (let number = 0; number < count; number++) network.send(n1, n2, number);
  while (scheduler.step());
  return arrived.map(({ message }) => message as number);
}

const ascending = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);
const all = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

describe('the simulated network', () => {
  it('delivers everything once and in order when it is calm', () => {
    assert.deepEqual(carry(100, {}), all(100));
  });

  it('reorders messages that travel alone, and loses none of them', () => {
    const arrived = carry(100, { ordered: false });
    assert.notDeepEqual(arrived, all(100));
    assert.deepEqual(ascending(arrived), all(100));
  });

  it('loses and duplicates about as many as its character says', () => {
    const lost = 1000 - carry(1000, { lossRatio: 0.2 }).length;
    const doubled = carry(1000, { duplicateRatio: 0.2 }).length - 1000;
    for (const count of [lost, doubled]) assert(count > 150 && count < 250, `${count} of 1000`);
  });

  it('a link that resets or duplicates by its rule does so too', () => {
    assert(carry(1000, {}, { resetRatio: 0.5 }).length < 600);
    assert(carry(1000, {}, { duplicateRatio: 0.5 }).length > 1400);
  });

  it('a held link delivers everything, late, once it passes again', () => {
    const { network, scheduler, arrived } = lay({});
    network.setRule(n1, n2, { ...openLink, mode: 'hold' });
    for (const message of [1, 2, 3]) network.send(n1, n2, message);
    scheduler.runUntil(1_000_000);
    assert.deepEqual(arrived, []);
    network.setRule(n1, n2, openLink);
    while (scheduler.step());
    assert.deepEqual(
      arrived.map(({ message }) => message),
      [1, 2, 3],
    );
    assert(arrived.every(({ atUs }) => atUs > 1_000_000));
    assert.equal(network.cutCount, 3);
  });

  for (const mode of ['drop', 'reset', 'refuse'] as const) {
    it(`a link in mode ${mode} takes what is under way too, and gives nothing back`, () => {
      const { network, scheduler, arrived } = lay({});
      network.send(n1, n2, 'under way');
      network.setRule(n1, n2, { ...openLink, mode });
      network.send(n1, n2, 'later');
      scheduler.runUntil(1_000_000);
      network.setRule(n1, n2, openLink);
      while (scheduler.step());
      assert.deepEqual(arrived, []);
    });
  }

  it('a cut is directed', () => {
    const { network, scheduler, arrived } = lay({});
    network.setRule(n1, n2, { ...openLink, mode: 'drop' });
    network.send(n2, n1, 'back');
    while (scheduler.step());
    assert.equal(arrived.length, 1);
  });

  it('delays, jitter and bandwidth make messages late', () => {
    const arrivalUs = (rule: Partial<LinkRule>): number => {
      const { network, scheduler, arrived } = lay({});
      network.setRule(n1, n2, { ...openLink, ...rule });
      for (let number = 0; number < 10; number++) network.send(n1, n2, 'a message of thirty characters');
      while (scheduler.step());
      return arrived.at(-1)?.atUs ?? 0;
    };
    assert(arrivalUs({ delayMs: 50 }) >= 50_000);
    assert(arrivalUs({ jitterMs: 100 }) > 20_000);
    assert(arrivalUs({ bytesPerSecond: 1000 }) >= 300_000);
  });
});

describe('a latency', () => {
  const mean = (latency: Latency): number => {
    const prng = createPrng(3);
    let sum = 0;
    for (let draw = 0; draw < 20_000; draw++) sum += drawUs(latency, prng);
    return sum / 20_000;
  };

  it('has the mean that it says, and its tail makes it longer', () => {
    const plain = mean({ minUs: 1000, meanUs: 2000, tailRatio: 0 });
    assert(plain > 2900 && plain < 3100, String(plain));
    assert(mean({ minUs: 1000, meanUs: 2000, tailRatio: 0.1 }) > 6000);
  });

  it('is a positive whole number of microseconds', () => {
    const prng = createPrng(4);
    for (let draw = 0; draw < 1000; draw++) {
      const us = drawUs({ minUs: 0, meanUs: 1, tailRatio: 0.5 }, prng);
      assert(Number.isInteger(us) && us >= 1);
    }
  });
});
