import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { exitCodes } from '../../../harness/exit.ts';
import { schemaProblems } from '../../../harness/schemas/validate.ts';
import { runCommand, startCommand } from '../../command.ts';

interface SimJson {
  readonly seeds: number;
  readonly failures: readonly { seed: number; profile: string; kind: string; repro: string }[];
  readonly unknown: number;
  readonly vacuous: number;
  readonly operations: number;
  readonly seedsPerMinute: number;
  readonly hash: string;
}

const short = ['sim', '--model', 'raft', '--time-limit', '2', '--json'];

async function simulate(...args: readonly string[]): Promise<{ code: number | null; json: SimJson }> {
  const { code, stdout, stderr } = await runCommand([...short, ...args]);
  assert.notEqual(stdout, '', stderr);
  const json: unknown = JSON.parse(stdout);
  assert.deepEqual(schemaProblems('sim', json), []);
  return { code, json: json as SimJson };
}

describe('npm run sim', () => {
  it('has the same hash for the same seeds with any number of jobs, and another one for other seeds', async () => {
    const args = ['--seeds', '20', '--seed', '1'];
    const [one, two, other] = await Promise.all([
      simulate(...args, '--jobs', '1'),
      simulate(...args, '--jobs', '2'),
      simulate('--seeds', '20', '--seed', '2', '--jobs', '1'),
    ]);
    assert.equal(one.code, exitCodes.valid);
    assert.deepEqual([one.json.seeds, one.json.failures, one.json.unknown], [20, [], 0]);
    assert(one.json.operations > 500);
    assert.equal(two.json.hash, one.json.hash);
    assert.notEqual(other.json.hash, one.json.hash);
  });

  it('exits 1 when a bug is found, and the repro line of a failure repeats it', async () => {
    const bug = ['--bug', 'votes-twice', '--nodes', '3', '--seeds', '40', '--seed', '1'];
    const { code, json } = await simulate(...bug);
    assert.equal(code, exitCodes.invalid);
    const [failure] = json.failures;
    assert(failure);
    assert.match(failure.repro, /^npm run sim -- --model raft --seeds 1 --seed \d+ --profile \w+ /);
    const words = failure.repro.slice('npm run '.length).split(' ');
    const again = await runCommand([...words.filter((word) => word !== '--'), '--json']);
    assert.equal(again.code, exitCodes.invalid);
    const [same] = (JSON.parse(again.stdout) as SimJson).failures;
    assert.deepEqual(same, failure);
  });

  it('refuses what it does not know, with a suggestion', async () => {
    for (const [args, hint] of [
      [['--profile', 'crsh'], /Did you mean 'crash'/],
      [['--bug', 'vote-not-persistd'], /vote-not-persisted/],
      [['--seeds', 'many'], /whole number/],
      [['--model', 'rft'], /raft/],
    ] as const) {
      const { code, stderr } = await runCommand(['sim', '--model', 'raft', ...args]);
      assert.equal(code, exitCodes.usage, stderr);
      assert.match(stderr, hint);
    }
  });

  it('Ctrl-C ends it with what there is, and leaves nothing behind', async () => {
    const { child, ended } = startCommand([...short, '--seeds', '1000000', '--seed', '1', '--jobs', '2']);
    const isUnderWay = new Promise<void>((resolve) => {
      child.stderr?.on('data', () => {
        resolve();
      });
    });
    await isUnderWay;
    child.kill('SIGINT');
    const { code } = await ended;
    assert.equal(code, exitCodes.interrupted);
    assert.deepEqual(
      readdirSync(tmpdir()).filter((name) => name.startsWith(`ordeal-program-${child.pid ?? 0}-`)),
      [],
    );
  });
});
