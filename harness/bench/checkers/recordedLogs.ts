/** Recorded logs of etcd (a cas register, at first null), with the verdicts that they should get. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UsageError } from '../../exit.ts';
import { readHistoryFile, recognisedFormat } from '../../formats/index.ts';
import type { Place, Work } from './benchCase.ts';
import { judge } from './judged.ts';

/**
 * All files `etcd_*.log` anywhere in the folder of histories. Where a file EXPECTED.txt stands beside their folder,
 * with a line `etcd_000.log false` for each, the verdicts are compared with it.
 */
export function recordedLogs({ histories }: Place): Work {
  if (histories === undefined)
    throw new UsageError('the etcd logs are not part of the project: --histories DIR');
  const files = readdirSync(histories, { recursive: true, encoding: 'utf8' })
    .filter((file) => /^etcd_.*\.log$/.test(basename(file)))
    .sort();
  if (files.length === 0) throw new UsageError(`${histories} holds no file etcd_*.log`);
  const expectations = expectedIn(join(histories, 'EXPECTED.txt'));
  const logs = files.map((file) => {
    const path = join(histories, file);
    const { history } = readHistoryFile(path, recognisedFormat(path));
    return { name: basename(file), history };
  });
  return {
    operations: logs.reduce((sum, { history }) => sum + history.operations.length, 0),
    expected: `${logs.length} verdicts as expected`,
    run: () => {
      const wrong = logs.flatMap(({ name, history }) => {
        const found = String(judge('linearizable', 'cas-register', history).valid);
        return found === (expectations.get(name) ?? found) && found !== 'unknown' ? [] : [`${name} ${found}`];
      });
      return wrong.length === 0 ? `${logs.length} verdicts as expected` : wrong.join(', ');
    },
  };
}

function expectedIn(file: string): ReadonlyMap<string, string> {
  if (!existsSync(file)) return new Map();
  const lines = readFileSync(file, 'utf8').split('\n');
  return new Map(
    lines
      .map((line) => line.split(/\s+/))
      .filter(([first = '']) => first !== '' && first !== '#')
      .map(([name = '', verdict = '']) => [name, verdict]),
  );
}
