/** Who is who in a cluster: nodes, and the processes in front of them. */
import assert from 'node:assert/strict';
import { models } from '../../../nodes/index.ts';
import { nodeId } from '../../../nodes/kernel/ids.ts';
import type { NodeModel } from '../../../nodes/kernel/model.ts';
import { defaultOptions } from '../../../nodes/kernel/options.ts';
import { plantable, rosterOf, seatOf } from '../../../nodes/kernel/roster.ts';

const raft = models.find(({ name }) => name === 'raft') as NodeModel;
const options = { ...defaultOptions(raft), proxy: 'on' };

describe('roster', () => {
  it('without anything in front, clients talk to the nodes', () => {
    for (const model of models) {
      const { all, nodes, fronts, entrances } = rosterOf(model, defaultOptions(model), 3);
      assert.deepEqual({ all, fronts, entrances }, { all: nodes, fronts: [], entrances: nodes });
      assert.deepEqual(nodes, ['n1', 'n2', 'n3']);
    }
  });

  it('proxies are numbered after the nodes, and clients talk to them alone', () => {
    const { all, nodes, fronts, entrances } = rosterOf(raft, options, 3);
    assert.deepEqual(nodes, ['n1', 'n2', 'n3']);
    assert.deepEqual(fronts, ['n4', 'n5']);
    assert.equal(entrances, fronts);
    assert.deepEqual(all, [...nodes, ...fronts]);
  });

  it('seats nodes that know each other, proxies that know all nodes, and whoever joins later alone', () => {
    const roster = rosterOf(raft, options, 3);
    const seat = (number: number, bug: string | null = null): unknown => {
      const { model, peers, bug: planted } = seatOf(raft, { options, bug }, roster, nodeId(number));
      return [model.name, peers.join(), planted];
    };
    assert.deepEqual(seat(2), ['raft', 'n1,n3', null]);
    assert.deepEqual(seat(5), ['proxy', 'n1,n2,n3', null]);
    assert.deepEqual(seat(6), ['raft', '', null]);
    assert.deepEqual(seat(1, 'votes-twice'), ['raft', 'n2,n3', 'votes-twice']);
    assert.deepEqual(seat(4, 'votes-twice'), ['proxy', 'n1,n2,n3', null]);
    assert.deepEqual(seat(1, 'retries-unsafe'), ['raft', 'n2,n3', null]);
    assert.deepEqual(seat(4, 'retries-unsafe'), ['proxy', 'n1,n2,n3', 'retries-unsafe']);
  });

  it('tells proxies what the model behind them allows', () => {
    const setup = (model: string, more: Record<string, string> = {}): unknown => {
      const behind = models.find(({ name }) => name === model) as NodeModel;
      return behind.front?.of({ ...defaultOptions(behind), proxy: 'on', ...more })?.options;
    };
    assert.deepEqual(setup('raft'), { reads: 'follower', resend: 'on', transport: 'http' });
    assert.deepEqual(setup('raft', { proxyReads: 'quorum', transport: 'grpc' }), {
      reads: 'any',
      resend: 'on',
      transport: 'grpc',
    });
    // What a leader forgets with its entries it cannot recognise.
    assert.deepEqual(setup('leader-follower', { failover: 'highest-log', ack: '1' }), {
      reads: 'follower',
      resend: 'off',
      transport: 'http',
    });
  });

  it('names the bugs of nodes and of what stands in front of them once', () => {
    const names = plantable(raft).map(({ name }) => name);
    assert(names.includes('retries-unsafe') && names.includes('votes-twice'));
    assert.equal(new Set(names).size, names.length);
  });
});
