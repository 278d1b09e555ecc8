/** Proxies in a cluster: what serves clients goes on when one of them dies, simulated and on real sockets. */
import assert from 'node:assert/strict';
import { campaignOf } from '../../../harness/cli/simPlan.ts';
import { planTrial, simulatePlan, judgePlan } from '../../../harness/sim/trial.ts';
import { startNode, type RunningNode } from '../../../nodes/host/node.ts';
import { models } from '../../../nodes/index.ts';
import type { NodeId } from '../../../nodes/kernel/ids.ts';
import type { NodeModel } from '../../../nodes/kernel/model.ts';
import type { Protocol } from '../../../nodes/kernel/protocol.ts';
import { rosterOf, seatOf } from '../../../nodes/kernel/roster.ts';
import { eventually } from '../../eventually.ts';
import { MemoryDisk } from '../host/memoryDisk.ts';

describe('proxies in a cluster', () => {
  it('one that is dead stops nobody: clients go to the other one', () => {
    const campaign = campaignOf({
      model: 'raft',
      nodes: 3,
      set: ['proxy=on'],
      timeLimit: 5,
      profile: 'partition',
    });
    for (const dead of ['n4', 'n5']) {
      const kill = {
        id: 0,
        fault: 'kill',
        atMs: 500,
        durationMs: 4000,
        params: { nodes: [dead] },
        seed: '1',
      };
      const plan = planTrial({ ...campaign, schedule: [kill] }, 1);
      const { history } = simulatePlan(campaign, plan);
      const meanwhile = history.filter(
        ({ type, timeNs, f }) => type === 'ok' && f !== 'read' && timeNs > 1500e6 && timeNs < 4400e6,
      );
      assert(meanwhile.length > 20, `${meanwhile.length} writes were acknowledged without ${dead}`);
      assert(meanwhile.every(({ node }) => node !== dead));
      assert.equal(judgePlan(campaign, plan, history).valid, true);
    }
  });

  for (const [name, options] of [
    ['raft', { proxy: 'on' }],
    ['raft', { proxy: 'on', proxyReads: 'quorum' }],
    ['leader-follower', { proxy: 'on' }],
  ] as const) {
    it(`on real sockets: ${name} with ${JSON.stringify(options)}`, async () => {
      const model = models.find((one) => one.name === name) as NodeModel;
      const roster = rosterOf(model, options, 3);
      const urls = new Map<NodeId, string>();
      const running: RunningNode<Protocol>[] = [];
      const start = async (
        self: NodeId,
        peers: readonly NodeId[],
        port = 0,
      ): Promise<RunningNode<Protocol>> => {
        const seat = seatOf(model, { options, bug: null }, roster, self);
        const node = await startNode({
          ...seat,
          self,
          port,
          peers: Object.fromEntries(peers.map((peer) => [peer, urls.get(peer) ?? 'http://127.0.0.1:1'])),
          disk: new MemoryDisk(),
          seed: '1',
          onFatal: (error) => assert.fail(error),
        });
        urls.set(self, `http://127.0.0.1:${node.port}`);
        running.push(node);
        return node;
      };
      try {
        for (const node of roster.nodes)
          await start(
            node,
            roster.nodes.filter((other) => other !== node),
          );
        // Those that were started first did not know where the others would be.
        for (const node of running)
          for (const [peer, url] of urls)
            if (url !== `http://127.0.0.1:${node.port}`) node.peers.setAddress(peer, url);
        for (const front of roster.fronts) await start(front, roster.nodes);
        const [first, second] = roster.fronts.map((front) => urls.get(front) ?? '');
        assert(first !== undefined && second !== undefined);
        assert.equal((await ask(`${first}/put`, { key: 'x', value: 1 })).status, 200);
        assert.deepEqual((await ask(`${second}/get/x`)).body, { key: 'x', value: 1 });
        running.at(-2)?.drop();
        assert.equal((await ask(`${second}/put`, { key: 'x', value: 2 })).status, 200);
        assert.deepEqual((await ask(`${second}/get/x`)).body, { key: 'x', value: 2 });
        const leads = (await (await fetch(`${second}/leader`)).json()) as { leader: string };
        assert(roster.nodes.includes(leads.leader as NodeId));
        assert.equal((await fetch(`${second}/put`, { method: 'POST', body: '{"key":"x"}' })).status, 400);
      } finally {
        for (const node of running) node.drop();
      }
    });
  }
});

/** Asks until the answer is not that this is impossible just now: a leader may have to be elected first. */
async function ask(url: string, body?: object): Promise<{ status: number; body: unknown }> {
  let last = { status: 0, body: null as unknown };
  await eventually(
    () => `an answer of ${url}, not ${JSON.stringify(last)}`,
    async () => {
      const request = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
      const answer = await fetch(url, request);
      last = { status: answer.status, body: await answer.json() };
      return last.status < 500;
    },
  );
  return last;
}
