import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { HarnessError, UsageError } from '../../harness/exit.ts';
import { readJsonl } from '../../harness/formats/jsonl.ts';
import type { Op } from '../../harness/history.ts';
import { HistoryFileError, HistoryWriter } from '../../harness/historyFile.ts';
import { limit, mix } from '../../harness/generator/index.ts';
import { AssertionFailed } from '../../nodes/kernel/assert.ts';
import { eventually } from '../eventually.ts';
import { always } from './generator/context.ts';
import { simulateGenerator } from './generator/simulate.ts';

const someHistory = (operations: number, seed = 1): readonly Op[] =>
  simulateGenerator(limit(operations, mix([always('read'), always('write')])), {
    seed,
    concurrency: 8,
    outcome: (_dispatch, prng) => ({
      afterMs: 1 + prng.next(),
      value: { text: 'ü\n"{', list: [1, null, true] },
      ...(prng.chance(0.1) ? { type: 'info', error: 'timeout' } : {}),
    }),
  }).history;

const readHistory = (file: string): { history: readonly Op[]; warnings: readonly string[] } => {
  const { history, warnings } = readJsonl(file);
  return { history: [...history.ops()], warnings };
};

const linesOf = (history: readonly Op[]): string => history.map((op) => `${JSON.stringify(op)}\n`).join('');

describe('the history file', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ordeal-history-'));
    file = join(folder, 'history.jsonl');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const refused = (text: string, line: number, ...words: string[]): void => {
    writeFileSync(file, text);
    assert.throws(
      () => readHistory(file),
      (error: unknown) => {
        assert.ok(error instanceof HistoryFileError, String(error));
        assert.ok(error instanceof UsageError, 'the command line takes it for a mistake of the caller');
        assert.equal(error.line, line, error.message);
        for (const word of [file, ...words]) assert.ok(error.message.includes(word), error.message);
        return true;
      },
    );
  };

  it('reads back what was written', () => {
    const history = someHistory(500);
    const writer = new HistoryWriter(file);
    for (const op of history) writer.append(op);
    writer.close();
    assert.deepEqual(readHistory(file), { history, warnings: [] });
  });

  it('has its lines in the file soon, while the run goes on', async () => {
    const [op] = someHistory(1);
    assert.ok(op);
    const writer = new HistoryWriter(file);
    writer.append(op);
    await eventually('the line', () => readFileSync(file, 'utf8') !== '');
    assert.deepEqual(readHistory(file).history, [op]);
    writer.close();
  });

  it('has all its lines in the file when the process exits, by an uncaught error too', () => {
    const program = `
      import { HistoryWriter } from ${JSON.stringify(join(import.meta.dirname, '../../harness/historyFile.ts'))};
      const writer = new HistoryWriter(${JSON.stringify(file)});
      for (let index = 0; index < 3; index++)
        writer.append({ index, timeNs: 0, process: index, type: 'invoke', f: 'read', value: null });
      throw new Error('the harness fails');`;
    const { status } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program]);
    assert.notEqual(status, 0);
    assert.equal(readHistory(file).history.length, 3);
  });

  it('writes every byte, though the system takes few at a time', () => {
    const [op] = someHistory(1);
    assert.ok(op);
    const writer = new HistoryWriter(file, ((fd: number, bytes: Buffer, offset: number) =>
      writeSync(fd, bytes, offset, Math.min(7, bytes.length - offset))) as typeof writeSync);
    writer.append(op);
    writer.close();
    assert.equal(readFileSync(file, 'utf8'), `${JSON.stringify(op)}\n`);
  });

  it('records nothing after the end, and never writes into an old file', () => {
    const [op] = someHistory(1);
    assert.ok(op);
    const writer = new HistoryWriter(file);
    writer.close();
    assert.throws(() => writer.append(op), AssertionFailed);
    assert.throws(() => new HistoryWriter(file), /EEXIST/);
  });

  it('says so when a line cannot be written', () => {
    const [op] = someHistory(1);
    assert.ok(op);
    const writer = new HistoryWriter(file, () => {
      throw new Error('ENOSPC: no space left on device, write');
    });
    writer.append(op);
    assert.throws(
      () => writer.close(),
      (error) =>
        error instanceof HarnessError && error.message.includes(file) && /ENOSPC/.test(error.message),
    );
  });

  it('a file cut anywhere is read up to there; only a torn last line is dropped, with a warning', () => {
    const history = someHistory(20);
    const text = Buffer.from(linesOf(history));
    fc.assert(
      fc.property(fc.nat(text.length), (length) => {
        writeFileSync(file, text);
        truncateSync(file, length);
        const read = readHistory(file);
        const whole = text.subarray(0, length).toString().split('\n').length - 1;
        const rest = length - (text.subarray(0, length).lastIndexOf('\n') + 1);
        // A cut exactly before the line feed leaves a line that is whole.
        const isWhole = text[length] === 10 && rest > 0;
        assert.deepEqual(read.history, history.slice(0, isWhole ? whole + 1 : whole));
        assert.equal(read.warnings.length, rest > 0 && !isWhole ? 1 : 0);
      }),
      { seed: 8, numRuns: 60 },
    );
  });

  it('refuses a corrupt line in the middle, with file, line and what was expected', () => {
    const lines = linesOf(someHistory(5)).split('\n');
    const corrupt = (at: number, line: string): string => lines.with(at, line).join('\n');
    refused(corrupt(2, '{"index":2,'), 3, 'expected one event, a JSON object, on each line', '{"index":2,');
    refused(corrupt(0, ''), 1, 'an empty line');
    refused(corrupt(1, '[]'), 2, 'must be object');
    refused(
      corrupt(1, '{"index":1,"timeNs":0,"process":-1,"type":"done","f":"read","valeu":1}'),
      2,
      'process must be',
      'type must be one of ["invoke","ok","fail","info"]',
      "unknown property 'valeu'",
      'Expected a line like',
    );
    // With a line feed at its end the last line is not torn: it was written like this.
    refused(`${lines[0]}\n{"index":1\n`, 2, 'expected one event, a JSON object, on each line');
    refused(`${lines[0]}\n{"index":1}`, 2, 'not an event');
  });

  it('refuses lines that are missing or stand in another order', () => {
    const [first, second, third] = linesOf(someHistory(5)).split('\n');
    refused(`${first}\n${third}\n`, 2, 'expected index 1, found 2');
    refused(`${second}\n${first}\n`, 1, 'expected index 0, found 1');
  });

  it('refuses a completion that was not invoked, and a nemesis that invokes', () => {
    const completion = { index: 0, timeNs: 0, process: 1, type: 'ok', f: 'read', value: null };
    refused(`${JSON.stringify(completion)}\n`, 1, 'never invoked');
    refused(`${JSON.stringify({ ...completion, process: 'nemesis' })}\n`, 1, 'only info');
  });

  it('says that a file cannot be read', () => {
    assert.throws(() => readHistory(join(folder, 'none.jsonl')), UsageError);
    assert.throws(() => readHistory(folder), UsageError);
  });

  it('reads an empty file as an empty history', () => {
    writeFileSync(file, '');
    assert.deepEqual(readHistory(file), { history: [], warnings: [] });
  });
});
