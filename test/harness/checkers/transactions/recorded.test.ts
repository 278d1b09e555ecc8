/** Verdicts on Elle's example histories, where a folder that holds `elle/` is named in ORDEAL_HISTORIES. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { unlimited } from '../../../../harness/checkers/budget.ts';
import { isolation, isolationLevels } from '../../../../harness/checkers/transactions/isolation.ts';
import { readHistoryFile, recognisedFormat } from '../../../../harness/formats/index.ts';
import { listAppend } from '../../../../harness/specs/txn.ts';

const folder = process.env['ORDEAL_HISTORIES'];

/** The file, the worst anomaly, and the levels that are not refuted. */
const expected: readonly [file: string, kind: string, held: readonly string[]][] = [
  ['paper-example.edn', 'G-single', ['read-uncommitted', 'read-committed']],
  [
    'si-without-g-single.edn',
    'G2-item',
    ['read-uncommitted', 'read-committed', 'snapshot-isolation', 'strong-session-snapshot-isolation'],
  ],
];

if (folder !== undefined) {
  describe('recorded histories of transactions', () => {
    for (const [name, kind, held] of expected)
      it(`${name} shows ${kind}`, () => {
        const file = join(folder, 'elle', name);
        const { history } = readHistoryFile(file, recognisedFormat(file));
        const verdicts = isolationLevels.map((level) =>
          isolation(level, listAppend).check(history, unlimited),
        );
        assert.equal(verdicts.at(-1)?.anomalies[0]?.kind, kind);
        assert.deepEqual(
          isolationLevels.filter((_, at) => verdicts[at]?.valid === true),
          held,
        );
      });
  });
}
