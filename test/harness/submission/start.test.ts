import assert from 'node:assert/strict';
import { programOf } from '../../../harness/submission/start.ts';
import type { Manifest } from '../../../harness/submission/manifest.ts';
import { nodeId } from '../../../nodes/kernel/ids.ts';

describe('what runs at a place of a submission', () => {
  const manifest: Manifest = {
    name: 'x',
    model: 'leader-follower',
    run: ['follower', '{id}', '{leaderUrl}'],
    leader: { run: ['leader', '{peerUrls}'] },
    proxy: { count: 2, run: ['proxy', '{id}', '{peerPorts}'] },
    stdin: '{port}\n',
    env: { NODE_ID: 'node_{id}', ES_LIDER: '{isLeader}' },
  };
  const at = (number: number, peers: readonly number[]): ReturnType<typeof programOf> =>
    programOf(
      manifest,
      {
        node: nodeId(number),
        number,
        nodes: 2,
        host: '127.0.0.1',
        port: 5000 + number,
        peers: peers.map((peer) => ({
          node: nodeId(peer),
          number: peer,
          url: `http://127.0.0.1:${7000 + peer}`,
        })),
        dataDirectory: '/data',
      },
      {},
    );

  it('the first node is started as the leader, the others as followers', () => {
    assert.deepEqual(at(1, [2]), {
      command: ['leader', '["http://127.0.0.1:7002"]'],
      env: { NODE_ID: 'node_1', ES_LIDER: '1' },
      stdin: '5001\n',
    });
    assert.deepEqual(at(2, [1]), {
      command: ['follower', '2', 'http://127.0.0.1:7001'],
      env: { NODE_ID: 'node_2', ES_LIDER: '0' },
      stdin: '5002\n',
    });
  });

  it('what comes after the nodes is a proxy, and is told of all of them', () => {
    assert.deepEqual(at(3, [1, 2]).command, ['proxy', '3', '7001,7002']);
    assert.deepEqual(at(4, [1, 2]).command, ['proxy', '4', '7001,7002']);
  });
});
