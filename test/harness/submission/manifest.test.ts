import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../../harness/exit.ts';
import { manifestProblems, readSubmission, type Manifest } from '../../../harness/submission/manifest.ts';
import { models } from '../../../nodes/index.ts';
import { temporaryFolder } from '../../e2e/folder.ts';

describe('submission.json', () => {
  const folder = temporaryFolder();
  const needed = { name: 'team-7', model: 'eventual', run: ['./node', '{port}'] };

  const refusalOf = (manifest: unknown): string => {
    const text = typeof manifest === 'string' ? manifest : JSON.stringify(manifest);
    writeFileSync(join(folder(), 'submission.json'), text);
    return refusal(folder());
  };
  const refusal = (path: string): string => {
    try {
      readSubmission(path, models);
    } catch (error) {
      assert.ok(error instanceof UsageError, String(error));
      return error.message;
    }
    return assert.fail('nothing was refused');
  };

  it('needs a name, a model and a command', () => {
    writeFileSync(join(folder(), 'submission.json'), JSON.stringify(needed));
    const { manifest, folder: where } = readSubmission(folder(), models);
    assert.deepEqual(manifest, needed);
    assert.equal(where, folder());
    for (const name of ['name', 'model', 'run']) {
      assert.match(refusalOf({ ...needed, [name]: undefined }), new RegExp(`required property '${name}'`));
    }
  });

  it('where it is missing, the message has an example and what was found', () => {
    mkdirSync(join(folder(), 'src'));
    writeFileSync(join(folder(), 'main.py'), '');
    assert.match(refusal(folder()), /has no submission\.json; found: main\.py, src\n.*\n.*"team-7"/);
    assert.match(refusal(join(folder(), 'nowhere')), /there is no folder .*nowhere/);
    assert.match(refusal(join(folder(), 'main.py')), /there is no folder .*main\.py/);
  });

  it('shows what was found, an example, and every problem at once', () => {
    const message = refusalOf({
      ...needed,
      run: ['./node', '{prt}'],
      env: { PEERS: '{peerPort}', ORDEAL_CLUSTER: 'mine', ORDEAL_NODE: 'n9' },
      stdin: '{x}',
      options: { syncInteval: 1, resolve: 'mine' },
      ports: [5001],
      api: { operations: { reed: null, cas: { path: '/c/{ky}' }, read: { path: '/r/{key}' } } },
    });
    for (const part of [
      'no option "syncInteval"; did you mean "syncInterval"?',
      'option "resolve" must be one of lww, siblings, not "mine"',
      'run has an unknown placeholder {prt}; did you mean {port}?',
      'env.PEERS has an unknown placeholder {peerPort}; did you mean {peerPorts}?',
      'stdin has an unknown placeholder {x}; there are {id} {index}',
      'ports has 1 ports, but there are 3 nodes',
      'env.ORDEAL_NODE is what',
      'env.ORDEAL_CLUSTER is what the harness knows its processes by',
      'api.operations.reed is no kind of operation; did you mean read?',
      'api.operations.cas has no method',
      'api.operations.cas has an unknown placeholder {ky}; did you mean key?',
      'found: {"name":"team-7"',
      'an example:',
    ])
      assert.ok(message.includes(part), `${part} in\n${message}`);
    assert.doesNotMatch(message, /operations\.read /);
  });

  it('refuses operations that do not say what they are about, or where their results are', () => {
    const problemsOf = (model: string, operations: object): string =>
      refusalOf({ ...needed, model, api: { operations } });
    const unsaid = problemsOf('eventual', {
      raed: { path: '/r/{key}' },
      read: { path: '/value', result: null },
      write: { path: '/put/{key}', body: { value: 1 } },
      enqueue: { method: 'POST', path: '/queue' },
    });
    for (const part of [
      'api.operations.raed is no kind of operation; there are read, write, cas',
      'api.operations.read says {key} neither in its path nor in its body, so every key would be the same',
      'api.operations.read does not say where its answer holds the result',
      'api.operations.write says {value} neither',
      'api.operations.enqueue says {key} neither',
      'api.operations.enqueue says {value} neither',
    ])
      assert.ok(unsaid.includes(part), `${part} in\n${unsaid}`);
    assert.doesNotMatch(unsaid, /write says \{key\}/);
    const good = [
      { model: 'eventual', operations: { write: { body: { '{key}': '{value}' } } } },
      { model: 'raft', operations: { transfer: { body: { txn: ['{from}', '{to}', '{-amount}'] } } } },
      { model: 'raft', operations: { balances: { body: { of: ['{each accounts}', '{each}'] } } } },
      {
        model: 'raft',
        operations: { balances: { method: 'GET', path: '/balances', body: null, result: '' } },
      },
      { model: 'crdt', operations: { count: { path: '/total' }, increment: { body: { by: '{amount}' } } } },
    ];
    for (const { model, operations } of good) {
      const manifest = { ...needed, model, api: { operations } } as unknown as Manifest;
      assert.deepEqual(manifestProblems(manifest, models), []);
    }
  });

  it('names the nearest model', () => {
    assert.match(refusalOf({ ...needed, model: 'quorums' }), /did you mean "quorum"\?/);
  });

  it('refuses what has another form, and keeps its temper', () => {
    for (const [wrong, word] of [
      ['{"name": ', 'is not JSON'],
      ['', 'is not JSON'],
      [[], 'must be object'],
      [null, 'must be object'],
      [{ ...needed, run: 'python3 node.py' }, 'run must be array'],
      [{ ...needed, run: [] }, 'run must NOT have fewer'],
      [{ ...needed, run: [1] }, 'run.0 must be string'],
      [{ ...needed, nodes: 0 }, 'nodes must be >= 1'],
      [{ ...needed, nodes: 1.5 }, 'nodes must be integer'],
      [{ ...needed, readySeconds: '5' }, 'readySeconds must be number'],
      [{ ...needed, transport: 'tcp' }, 'transport must be one of'],
      [{ ...needed, durable: 'no' }, 'durable must be boolean'],
      [{ ...needed, ports: [5001, 5001, 5002] }, 'ports must NOT have duplicate'],
      [{ ...needed, env: { 'A B': '' } }, 'property name'],
      [{ ...needed, name: 'a\nb' }, 'name must match'],
      [{ ...needed, rum: 1 }, "unknown property 'rum'"],
      [{ ...needed, api: { operations: { read: { path: 'no slash' } } } }, 'path must match'],
      [{ ...needed, leader: {} }, "required property 'run'"],
    ] as const)
      assert.ok(refusalOf(wrong).includes(word), `${word} in ${refusalOf(wrong)}`);
    assert.match(refusalOf('x'.repeat(2 ** 20 + 1)), /1048577 bytes/);
  });
});
