/** The simulated host as a world for the tests of the host laws: virtual time goes by only while a test lets it. */
import { createPrng } from '../../../nodes/kernel/prng.ts';
import { nodeId } from '../../../nodes/kernel/ids.ts';
import type { NodeModel } from '../../../nodes/kernel/model.ts';
import { type ClusterObserver, SimCluster } from '../../../harness/sim/cluster.ts';
import type { HostFlaw } from '../../../harness/sim/flaws.ts';
import { calm } from '../../../harness/sim/personality.ts';
import { Scheduler } from '../../../harness/sim/scheduler.ts';
import { openLink } from '../../../harness/world.ts';
import type { LawFixture, LawWorld } from '../../nodes/host/lawLab.ts';
import type { LawStatus } from '../../nodes/host/lawModel.ts';

const silent: ClusterObserver = {
  stepping: () => undefined,
  released: () => undefined,
  probe: () => undefined,
  failed: (_node, error) => {
    throw error;
  },
};

const aDayMs = 86_400_000;

export function simulatedLawWorld(flaw: HostFlaw | null): LawFixture {
  return (model, { nodes, seed }) => {
    const scheduler = new Scheduler();
    const ids = Array.from({ length: nodes }, (_, at) => nodeId(at + 1));
    const personality = { ...calm, crashKeeps: 'nothing' } as const;
    const cluster = new SimCluster(
      {
        model: model as unknown as NodeModel,
        nodes: ids,
        options: {},
        bug: null,
        flaw,
        personality,
        scheduler,
        prng: createPrng(seed),
      },
      silent,
    );
    cluster.startAll();
    scheduler.runUntil(10_000);
    const cuts: (() => void)[] = [];
    const world: LawWorld = {
      request: (node, request) =>
        new Promise((resolve) => {
          cluster.ask(node, request, aDayMs, (outcome) => {
            resolve(
              outcome.kind === 'answer' ? { status: outcome.status, body: outcome.body ?? null } : 'broken',
            );
          });
        }),
      deliver: (node, from, message) => {
        cluster.host(node).message(from, message);
      },
      pass: async (ms) => {
        scheduler.runUntil(scheduler.nowUs + ms * 1000);
        // Promises of requests settle between two slices of virtual time.
        await new Promise((resolve) => setImmediate(resolve));
      },
      holdSyncs: (node) => {
        cluster.host(node).holdSyncs();
      },
      releaseSyncs: (node) => {
        cluster.host(node).releaseSyncs();
      },
      syncs: (node) => cluster.host(node).syncCount,
      crash: (node) => {
        cluster.host(node).kill();
        return Promise.resolve();
      },
      start: (node) => {
        cluster.host(node).start();
        return Promise.resolve();
      },
      cut: (from, to) => {
        cluster.network.setRule(from, to, { ...openLink, mode: 'drop' });
        cuts.push(() => {
          cluster.network.setRule(from, to, openLink);
        });
      },
      heal: () => {
        for (const undo of cuts.splice(0)) undo();
      },
      status: (node) => (cluster.host(node).status as LawStatus | null) ?? undefined,
      close: () => Promise.resolve(),
    };
    return Promise.resolve(world);
  };
}
