/** Whole runs whose clients speak gRPC with the nodes, and what people get to read of such nodes. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunConfig } from '../../harness/config.ts';
import type { Results } from '../../harness/results.ts';
import { runCommand, startCommand } from '../command.ts';
import { temporaryFolder } from './folder.ts';
import { eventually } from '../eventually.ts';

type Printed = Results & { readonly folder: string };

describe('over gRPC, end to end', () => {
  const folder = temporaryFolder();

  const jepsen = async (...args: string[]): Promise<{ code: number | null; results: Printed }> => {
    const all = ['jepsen', ...args, '--set', 'transport=grpc', '--out', folder(), '--json'];
    const { code, stdout, stderr } = await runCommand(all);
    assert.notEqual(stdout, '', `exit ${code}: ${stderr}`);
    return { code, results: JSON.parse(stdout) as Printed };
  };

  for (const [model, level] of [
    ['raft', 'linearizable'],
    ['eventual', 'convergence'],
  ] as const)
    it(`a correct ${model} is found valid under the default faults`, async () => {
      const { code, results } = await jepsen('--model', model, '--time-limit', '5', '--seed', '3');
      assert.equal(code, 0, JSON.stringify([results.reasons, results.warnings]));
      assert.equal(results.checkers[level]?.valid, true);
      assert.ok(results.operations.ok > 10, `only ${results.operations.ok} acknowledged operations`);
      assert.ok(results.faults['kill'] !== undefined && results.faults['partition'] !== undefined);
      const config = JSON.parse(readFileSync(join(results.folder, 'config.json'), 'utf8')) as RunConfig;
      assert.equal(config.options['transport'], 'grpc');
      assert.match(results.repro, /--set transport=grpc/);
    });

  it('what the nodes do not serve is said before anything starts', async () => {
    const counter = ['--model', 'crdt', '--workload', 'counter', '--set', 'transport=grpc'];
    const { code, stderr } = await runCommand(['jepsen', ...counter]);
    assert.equal(code, 254, stderr);
    assert.match(stderr, /the workload counter needs increment and count/);
    const unknown = await runCommand(['jepsen', '--model', 'raft', '--set', 'transport=carrier-pigeon']);
    assert.match(unknown.stderr, /option "transport" must be one of http, grpc/);
  });

  it('one node by hand says how it is called, too', async () => {
    const { child, ended } = startCommand([
      'node',
      '--model',
      'eventual',
      '--id',
      '1',
      '--port',
      '0',
      '--peers',
      '',
      '--set',
      'transport=grpc',
    ]);
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await eventually('the lines to paste', () => said.includes('Ctrl-C') || child.exitCode !== null);
    child.kill('SIGINT');
    assert.equal((await ended).code, 0);
    assert.match(said, /ordeal\.KeyValue\/Delete/);
    assert.doesNotMatch(said, /ordeal\.KeyValue\/(Cas|Txn|Leader)/);
  });
});
