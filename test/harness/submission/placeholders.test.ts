import assert from 'node:assert/strict';
import { filled, tellsPeers, type SeatedPlace } from '../../../harness/submission/placeholders.ts';
import { nodeId } from '../../../nodes/kernel/ids.ts';

const urlOf = (number: number): string => `http://127.0.0.1:${7000 + number}`;
const placeOf = (number: number): SeatedPlace => ({
  nodes: 3,
  node: nodeId(number),
  number,
  host: '127.0.0.1',
  port: 5000 + number,
  peers: [1, 2, 3]
    .filter((other) => other !== number)
    .map((other) => ({ node: nodeId(other), number: other, url: urlOf(other) })),
  dataDirectory: '/runs/x/data',
});

describe('placeholders of submissions', () => {
  const second = (text: string): string => filled(text, placeOf(2), { r: 2, level: 'ONE' });

  it('tell a node of its place: its own address, and its peers by its own links', () => {
    for (const [text, expected] of [
      ['{id} {index} of {nodes}', '2 1 of 3'],
      ['{host}:{port}', '127.0.0.1:5002'],
      ['{peerPorts}', '7001,7003'],
      ['{peerUrls}', '["http://127.0.0.1:7001","http://127.0.0.1:7003"]'],
      ['{peers}', '1=http://127.0.0.1:7001,3=http://127.0.0.1:7003'],
      ['{leaderUrl} {isLeader}', 'http://127.0.0.1:7001 0'],
      ['{dataDir}/log', '/runs/x/data/log'],
      ['--r={option.r} {option.level}', '--r=2 ONE'],
      ['{"json": {port}}', '{"json": 5002}'],
      ['no placeholder', 'no placeholder'],
    ] as const)
      assert.equal(second(text), expected);
  });

  it('give the first node its own address as that of the leader', () => {
    assert.equal(filled('{leaderUrl} {isLeader}', placeOf(1), {}), 'http://127.0.0.1:5001 1');
  });

  it('are not looked for in what was filled in', () => {
    assert.equal(filled('{dataDir}', { ...placeOf(1), dataDirectory: '{port}' }, {}), '{port}');
  });

  it('say whether a node is told where its peers are', () => {
    assert.equal(tellsPeers(['--port', '{port}', '{nodes}']), false);
    for (const name of ['peerPorts', 'peerUrls', 'peers', 'leaderUrl'])
      assert.equal(tellsPeers(['x', `--p={${name}}`]), true, name);
  });
});
