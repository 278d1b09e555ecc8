import assert from 'node:assert/strict';
import { helpText, parseLine } from '../../../harness/cluster/consoleLine.ts';
import { nodeId } from '../../../nodes/kernel/ids.ts';

const [n1, n2, n3] = [nodeId(1), nodeId(2), nodeId(3)];

describe('a line of the console', () => {
  for (const [line, command] of [
    ['read k', { kind: 'ask', action: { kind: 'read', key: 'k' }, at: null }],
    ['read k @2', { kind: 'ask', action: { kind: 'read', key: 'k' }, at: n2 }],
    ['write k 5', { kind: 'ask', action: { kind: 'write', key: 'k', value: 5 }, at: null }],
    ['write k hello', { kind: 'ask', action: { kind: 'write', key: 'k', value: 'hello' }, at: null }],
    ['write k @2', { kind: 'ask', action: { kind: 'write', key: 'k', value: '@2' }, at: null }],
    [
      '  cas  k null {"a":1} ',
      { kind: 'ask', action: { kind: 'cas', key: 'k', from: null, to: { a: 1 } }, at: null },
    ],
    ['append k 1', { kind: 'ask', action: { kind: 'txn', txn: [['append', 'k', 1]] }, at: null }],
    ['delete k', { kind: 'ask', action: { kind: 'delete', key: 'k' }, at: null }],
    ['kill 2', { kind: 'kill', node: n2 }],
    ['pause n2', { kind: 'pause', node: n2 }],
    ['transfer 2', { kind: 'transfer', node: n2 }],
    ['cut 1 2,3', { kind: 'cut', left: [n1], right: [n2, n3], mode: 'hold', oneWay: false }],
    ['cut 1,2 3 oneway reset', { kind: 'cut', left: [n1, n2], right: [n3], mode: 'reset', oneWay: true }],
    ['heal', { kind: 'heal' }],
    ['quit', { kind: 'quit' }],
    ['', { kind: 'nothing' }],
  ] as const) {
    it(`understands: ${line}`, () => assert.deepEqual(parseLine(line), command));
  }

  for (const line of [
    'read',
    'read a b',
    'kill',
    'kill x',
    'kill 0',
    'heal 1',
    'cut 1',
    'cut 1 1',
    'cut 1 2 sideways',
  ]) {
    it(`says what it expected instead of: ${line}`, () => {
      const command = parseLine(line);
      assert.ok(command.kind === 'problem');
      assert.match(command.why, /^expected: /);
      assert.ok(helpText.includes(command.why.slice('expected: '.length)));
    });
  }

  it('suggests the command that was meant', () => {
    assert.deepEqual(parseLine('wrte k 1'), {
      kind: 'problem',
      why: "no command 'wrte'. Did you mean 'write'? 'help' lists all.",
    });
    assert.ok(parseLine('constructor').kind === 'problem');
  });
});
