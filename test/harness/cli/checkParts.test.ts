/** Parts of `npm run check`: the guessed spec, its budget and progress, and the tables of its help. */
import assert from 'node:assert/strict';
import { deadlineBudget, nodeBudget, shareOf } from '../../../harness/checkers/budget.ts';
import { checkCommand } from '../../../harness/cli/check.ts';
import { formatsTable, guaranteesTable, operationsTable } from '../../../harness/cli/checkTables.ts';
import { Progress } from '../../../harness/cli/progress.ts';
import { guessSpecs } from '../../../harness/cli/specGuess.ts';
import { History } from '../../../harness/columns/history.ts';
import { historyFormats } from '../../../harness/formats/index.ts';
import { specs } from '../../../harness/specs/index.ts';
import { guarantees } from '../../../nodes/kernel/model.ts';
import { parseDrawing } from '../checkers/notation.ts';

describe('the spec of a history', () => {
  it('is guessed from the operations, and from what reads answered', () => {
    const guess = (drawing: string): string | undefined =>
      guessSpecs(History.of(parseDrawing(drawing).history))[0]?.name;
    assert.equal(guess('p0  |- read -> 1 -|'), 'register');
    assert.equal(guess('p0  |- write 1 -|  |- cas [1,2] -|'), 'cas-register');
    assert.equal(guess('p0  |- append 1 -|  |- read -> [1] -|'), 'append');
    assert.equal(guess('p0  |- append a -|  |- get -> a -|'), 'kv');
    assert.equal(guess('p0  |- add 1 -|  |- read -> [1] -|'), 'set');
    assert.equal(guess('p0  |- add 1 -|  |- read -> 1 -|'), 'counter');
    assert.equal(guess('p0  |- enqueue 1 -|'), 'queue');
    assert.equal(guess('p0  |- acquire a -|'), 'lock');
    assert.equal(guess('p0  |- fly -|'), undefined);
  });
});

describe('a deadline budget', () => {
  it('is used up when its time has passed, however little was searched', () => {
    let nowMs = 1_000;
    const budget = deadlineBudget(() => nowMs, 50);
    assert(budget.spend(1_000_000));
    nowMs = 1_050;
    assert(budget.spend(0));
    nowMs = 1_051;
    assert(!budget.spend(0));
  });
});

describe('the help of check', () => {
  const help = checkCommand().helpInformation() + formatsTable() + guaranteesTable();

  it('lists every format with how it is read, and every level that a spec can be judged for', () => {
    for (const { name, meaning } of historyFormats)
      assert(help.includes(`${name}: ${meaning}\n    operations: --nil-read `));
    for (const { name } of specs) assert(new RegExp(`^  .*\\b${name}\\b.*:$`, 'm').test(help), name);
    for (const level of guarantees) assert(help.includes(level), level);
  });

  it('lists all operations of all specs', () => {
    const table = operationsTable();
    for (const { name, operations } of specs) {
      assert(table.includes(`  ${name}: `));
      for (const { f, invoked } of operations) assert(table.includes(`${f.padEnd(9)} asks ${invoked}`));
    }
  });
});

describe('the progress of a check', () => {
  it('is told after two seconds, then now and then, through every share of a budget', () => {
    let nowMs = 0;
    const told: string[] = [];
    const progress = new Progress(
      'h.edn',
      () => nowMs,
      (line) => told.push(line),
    );
    const budget = shareOf(progress.watching(nodeBudget(10), 'checking 5 operations'), 0.5);
    for (; nowMs < 9_000; nowMs += 1_000) budget.spend(0);
    assert.deepEqual(told, [
      'h.edn: checking 5 operations, 2 s so far\n',
      'h.edn: checking 5 operations, 7 s so far\n',
    ]);
    assert.equal(budget.spend(6), false);
  });
});
