/**
 * Files as others wrote them, where a folder with them is named in ORDEAL_HISTORIES: `EXPECTED.txt` (a file name and
 * true or false a line) for `etcd-logs/` and `kv-logs/`; `knossos/good/` and `knossos/bad/`; `elle/`.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from '../../../harness/check.ts';
import { readHistoryFile, recognisedFormat } from '../../../harness/formats/index.ts';

const root = process.env['ORDEAL_HISTORIES'];

interface Recorded {
  readonly file: string;
  readonly format: string;
  readonly spec: string;
  readonly valid: boolean;
}

function filesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

function logsOf(folder: string): Recorded[] {
  const expected = new Map(
    readFileSync(join(folder, 'EXPECTED.txt'), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.split(' ')[0] ?? '', line.endsWith('true')]),
  );
  const kinds = [
    ['etcd-logs', 'jepsen-log', 'cas-register'],
    ['kv-logs', 'porcupine-kv', 'kv'],
  ] as const;
  return kinds.flatMap(([name, format, spec]) =>
    filesIn(join(folder, name)).flatMap((file) => {
      const valid = expected.get(file.split('/').at(-1) ?? '');
      return valid === undefined ? [] : [{ file, format, spec, valid }];
    }),
  );
}

const knossosOf = (folder: string): Recorded[] =>
  [true, false].flatMap((valid) =>
    filesIn(join(folder, 'knossos', valid ? 'good' : 'bad')).map((file) => ({
      file,
      format: 'edn',
      spec: 'cas-register',
      valid,
    })),
  );

if (root !== undefined) {
  describe('files as others wrote them', () => {
    for (const { file, format, spec, valid } of [...logsOf(root), ...knossosOf(root)])
      it(`${file.slice(root.length)} is ${valid ? '' : 'not '}linearizable`, () => {
        const found = recognisedFormat(file);
        assert.equal(found.name, format);
        // What a failed cas means is a matter of taste in the logs, but not in files of Knossos.
        for (const failedCas of format === 'edn' ? (['drop'] as const) : (['drop', 'constrain'] as const)) {
          const { history, warnings } = readHistoryFile(file, found, { failedCas });
          assert.deepEqual(warnings, []);
          assert.equal(check(history, { spec, guarantee: 'linearizable' }).valid, valid);
        }
      });

    for (const file of filesIn(join(root, 'elle')))
      it(`${file.slice(root.length)} is a history of transactions`, () => {
        const { history } = readHistoryFile(file, recognisedFormat(file));
        assert.equal(history.length, 8);
        assert.deepEqual([...history.operations.outcome], [1, 1, 1, 1]);
        assert.ok([...history.ops()].every(({ f }) => f === 'txn'));
      });
  });
}
