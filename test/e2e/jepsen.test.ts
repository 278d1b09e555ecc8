/** `npm run jepsen`: whole runs on real processes, at their smallest. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Op } from '../../harness/history.ts';
import type { Results } from '../../harness/results.ts';
import { runCommand } from '../command.ts';
import { temporaryFolder } from './folder.ts';

type Printed = Results & { readonly folder: string };

describe('jepsen, end to end', () => {
  const folder = temporaryFolder();

  const jepsen = async (...args: string[]): Promise<{ code: number | null; results: Printed }> => {
    const all = ['jepsen', '--model', 'raft', ...args, '--out', folder(), '--json'];
    const { code, stdout, stderr } = await runCommand(all);
    assert.notEqual(stdout, '', `exit ${code}: ${stderr}`);
    return { code, results: JSON.parse(stdout) as Printed };
  };

  it('a correct Raft is found valid under the default faults, and the run folder is complete', async () => {
    const { code, results } = await jepsen('--time-limit', '6', '--seed', '7');
    assert.equal(code, 0, JSON.stringify(results.reasons));
    assert.equal(results.valid, true);
    assert.ok(results.operations.ok > 50, `only ${results.operations.ok} acknowledged operations`);
    assert.ok((results.probes['leader-changes'] ?? 0) >= 1, 'no change of leader');
    for (const file of [
      'config.json',
      'history.jsonl',
      'results.json',
      'report.html',
      'nodes/n1',
      'nodes/n5',
    ]) {
      assert.ok(existsSync(join(results.folder, file)), file);
    }
    assert.ok(statSync(join(results.folder, 'report.html')).size > 10_000);
    assert.equal(join(folder(), readlinkSync(join(folder(), 'latest'))), results.folder);
    const history = readFileSync(join(results.folder, 'history.jsonl'), 'utf8').trimEnd().split('\n');
    const ops = history.map((line) => JSON.parse(line) as Op);
    assert.ok(ops.every((op, at) => op.index === at));
    assert.ok(ops.some((op) => op.process === 'nemesis'));
  });

  it('the other faults and the append workload', async () => {
    const args = [
      '--workload',
      'append',
      '--faults',
      'stop,slow,flaky',
      '--fault-interval',
      '1',
      '--time-limit',
      '5',
    ];
    const { code, results } = await jepsen(...args, '--nodes', '3', '--seed', '3');
    assert.equal(code, 0, JSON.stringify([results.reasons, results.checkers]));
    for (const fault of ['stop', 'slow', 'flaky'])
      assert.ok((results.faults[fault]?.injected ?? 0) > 0, fault);
  });

  it('a planted bug ends in exit 1, naming the operations', async () => {
    const args = ['--bug', 'ack-before-commit', '--faults', 'partition', '--time-limit', '8', '--nodes', '3'];
    for (const seed of ['1', '2', '3', '4']) {
      const { code, results } = await jepsen(...args, '--seed', seed);
      if (code !== 1) continue;
      const anomaly = results.checkers['linearizable']?.anomalies[0];
      assert.ok(
        anomaly && anomaly.ops.length > 0 && /process \d+/.test(anomaly.explanation),
        JSON.stringify(anomaly),
      );
      return;
    }
    assert.fail('not found in four seeds');
  });

  it('runs side by side do not disturb each other', async () => {
    const args = ['--time-limit', '2', '--faults', 'none', '--nodes', '3'];
    const both = await Promise.all([jepsen(...args, '--seed', '1'), jepsen(...args, '--seed', '1')]);
    assert.deepEqual(
      both.map(({ code }) => code),
      [0, 0],
    );
    assert.notEqual(both[0].results.folder, both[1].results.folder);
  });
});
