/**
 * Verdicts on recorded histories of real systems, where a folder with them is named in ORDEAL_HISTORIES: `EXPECTED.txt`
 * (a file name and true or false a line), `etcd-logs/` and `kv-logs/`.
 */
import { History } from '../../../../harness/columns/history.ts';
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeBudget } from '../../../../harness/checkers/budget.ts';
import { linearizable } from '../../../../harness/checkers/linearizable/linearizable.ts';
import { casRegister } from '../../../../harness/specs/register.ts';
import { kv } from '../../../../harness/specs/kv.ts';
import { parseEtcdLog, parseKvLog } from '../jepsenLog.ts';

const folder = process.env['ORDEAL_HISTORIES'];

function expectedVerdicts(root: string): [file: string, valid: boolean][] {
  const lines = readFileSync(join(root, 'EXPECTED.txt'), 'utf8').split('\n');
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => [line.split(' ')[0] ?? '', line.endsWith('true')]);
}

if (folder !== undefined) {
  describe('recorded histories', () => {
    for (const [file, valid] of expectedVerdicts(folder)) {
      it(`${file} is ${valid ? '' : 'not '}linearizable`, () => {
        const etcd = join(folder, 'etcd-logs', file);
        const [history, spec] = existsSync(etcd)
          ? [parseEtcdLog(readFileSync(etcd, 'utf8')), casRegister]
          : [parseKvLog(readFileSync(join(folder, 'kv-logs', file), 'utf8')), kv];
        assert.equal(linearizable(spec).check(History.of(history), nodeBudget(50_000_000)).valid, valid);
      });
    }
  });
}
