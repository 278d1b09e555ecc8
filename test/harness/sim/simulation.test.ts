import assert from 'node:assert/strict';
import { nodeId } from '../../../nodes/kernel/ids.ts';
import type { NodeModel } from '../../../nodes/kernel/model.ts';
import { createPrng } from '../../../nodes/kernel/prng.ts';
import type { HostFlaw } from '../../../harness/sim/flaws.ts';
import { calm } from '../../../harness/sim/personality.ts';
import { simulate, StuckRun, type Simulated } from '../../../harness/sim/simulation.ts';
import { operationsOf } from '../../../harness/history.ts';
import type { Run } from '../../../harness/world.ts';
import { toy, ToyRun } from './toy.ts';

interface Changes {
  readonly flaw?: HostFlaw;
  readonly bug?: string | null;
  readonly limitMs?: number;
  readonly model?: typeof toy;
  readonly run?: (run: Run) => Run;
}

const same = (run: Run): Run => run;

/** The toy model, whose third message of all carries something that nobody looks at. */
function withNoise(noise: unknown): typeof toy {
  let messages = 0;
  return {
    ...toy,
    create: (init) => {
      const core = toy.create(init);
      return {
        status: () => core.status(),
        step: (event, now) => {
          const effects = core.step(event, now);
          const sends = effects.sends.map(({ to, message }) =>
            ++messages === 3 ? { to, message: { ...message, noise } } : { to, message },
          );
          return { ...effects, sends };
        },
      };
    },
  };
}

function simulateToy(
  seed: number,
  { flaw, bug = null, limitMs = 10_000, model = toy, run = same }: Changes = {},
): Simulated {
  const prng = createPrng(seed);
  return simulate({
    model: model as unknown as NodeModel,
    options: {},
    bug,
    ...(flaw !== undefined && { flaw }),
    nodes: [1, 2, 3].map(nodeId),
    personality: calm,
    run: run(new ToyRun(prng.fork('run'), 500)),
    prng: prng.fork('world'),
    limitMs,
  });
}

const seeds = [1, 2, 3, 4, 5, 6, 7, 8];

describe('a simulation', () => {
  it('does the same for the same seed, in any order, and something else for another seed', () => {
    const once = seeds.map((seed) => simulateToy(seed).hash);
    const backwards = [...seeds].reverse().map((seed) => simulateToy(seed).hash);
    assert.deepEqual(backwards.reverse(), once);
    assert.equal(new Set(once).size, seeds.length);
  });

  it('has another hash when one message differs, however deep, or one event of the history', () => {
    const noises = [undefined, [{ entry: { value: 1 } }], [{ entry: { value: 2 } }], [{ entry: {} }]];
    const traces = noises.map((noise) => simulateToy(1, noise ? { model: withNoise(noise) } : {}));
    for (const { history } of traces) assert.deepEqual(history, traces[0]?.history);
    const lying = (run: Run): Run => ({
      on: (report, nowNs) =>
        run
          .on(report, nowNs)
          .map((command) =>
            command.kind === 'record' && command.op.index === 5
              ? { ...command, op: { ...command.op, value: 'another' } }
              : command,
          ),
    });
    const hashes = [...traces, simulateToy(1, { run: lying })].map(({ hash }) => hash);
    assert.equal(new Set(hashes).size, hashes.length);
  });

  it('lets a run do its work: operations succeed, nodes die and come back, the history is well-formed', () => {
    const { history, probes, failure, timeNs } = simulateToy(1);
    assert.equal(failure, null);
    assert(operationsOf(history).filter(({ completion }) => completion?.type === 'ok').length > 20);
    assert(history.some(({ f }) => f === 'kill'));
    assert((probes.get('gossip') ?? 0) > 10);
    assert(timeNs >= 500e6);
    for (const [at, op] of history.entries()) assert.equal(op.index, at);
  });

  it('breaks no invariant when the host keeps its laws', () => {
    for (const seed of seeds) assert.equal(simulateToy(seed).failure, null);
  });

  for (const flaw of ['early-output', 'lossy-disk'] as const) {
    it(`finds what is lost when the host breaks its laws: ${flaw}`, () => {
      const kinds = seeds.map((seed) => simulateToy(seed, { flaw }).failure?.kind);
      assert(kinds.includes('durable'));
    });
  }

  it('reports a core that throws as a crash, with its words', () => {
    const { failure } = simulateToy(1, { bug: 'throws' });
    assert.equal(failure?.kind, 'crash');
    assert.match(failure?.explanation ?? '', /planted/);
  });

  it('does not wait for ever for a run that never ends', () => {
    assert.throws(() => simulateToy(1, { limitMs: 100 }), StuckRun);
  });
});
