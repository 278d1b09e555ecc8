/** Bad input ends at once, with what was wrong, what was expected and what to do; never with a stack trace. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { Option } from 'commander';
import { correctedLine } from '../../harness/cli/forgottenDashes.ts';
import { runCommand } from '../command.ts';
import { temporaryFolder } from './folder.ts';

describe('bad input', () => {
  const folder = temporaryFolder();

  const refused: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['an unknown model, with a suggestion', ['jepsen', '--model', 'rafft'], /no model 'rafft'.*mean 'raft'/s],
    ['no model', ['jepsen'], /--model is missing.*raft/s],
    [
      'an unknown flag, with a suggestion',
      ['jepsen', '--model', 'raft', '--nodess', '3'],
      /--nodess.*--nodes/s,
    ],
    ['a value that is no number', ['jepsen', '--model', 'raft', '--nodes', 'many'], /many.*whole number/s],
    ['a value out of range', ['jepsen', '--model', 'raft', '--time-limit', '-3'], /seconds/],
    [
      'an unknown value of an option',
      ['jepsen', '--model', 'raft', '--set', 'reads=wrong'],
      /reads.*read-index/s,
    ],
    ['an unknown option', ['jepsen', '--model', 'raft', '--set', 'raeds=leader'], /raeds.*reads/s],
    ['an unknown fault', ['jepsen', '--model', 'raft', '--faults', 'partition,kil'], /kil.*kill/s],
    ['an unknown workload', ['jepsen', '--model', 'raft', '--workload', 'regster'], /register/],
    ['an unknown guarantee', ['jepsen', '--model', 'raft', '--guarantee', 'linearisable'], /linearizable/],
    ['an unknown bug', ['jepsen', '--model', 'raft', '--bug', 'ack-before-comit'], /ack-before-commit/],
    ['an argument too many', ['jepsen', '--model', 'raft', 'now'], /too many arguments: 'now'/],
    ['a misspelt command of jepsen', ['jepsen', 'lst'], /'lst'.*mean 'list'/],
    ['a value without its flag', ['jepsen', 'raft'], /'raft' belongs to no flag.*--model raft/],
    ['an unknown model in the simulator', ['sim', '--model', 'rafft', '--seeds', '1'], /raft/],
    ['a file that is not there', ['check', 'no-such-file.jsonl'], /no-such-file\.jsonl/],
  ];
  for (const [name, args, expected] of refused) {
    it(`${name}: exit 254`, async () => {
      const { code, stdout, stderr } = await runCommand([...args]);
      assert.equal(code, 254, stderr);
      assert.match(stderr, expected);
      assert.doesNotMatch(stderr, /^ {4}at /m);
      assert.equal(stdout, '');
    });
  }

  it('flags without -- : exit 254 with the corrected line', () => {
    const { status, stderr } = spawnSync('npm', ['run', 'jepsen', '--model', 'raft', '--time-limit', '3'], {
      encoding: 'utf8',
    });
    assert.equal(status, 254, stderr);
    assert.match(stderr, /npm run jepsen -- --model raft --time-limit 3/);
  });

  it('a value whose flag cannot be told is left open in the corrected line', () => {
    const flags = [new Option('--model <name>'), new Option('--json')];
    for (const name of ['nodes', 'rate']) flags.push(new Option(`--${name} <n>`).argParser(Number));
    const environment = { npm_config_model: 'true', npm_config_nodes: 'true', npm_config_rate: 'true' };
    const line = correctedLine('jepsen', flags, ['raft', '3', '9'], environment);
    assert.equal(line, 'npm run jepsen -- --model raft --nodes <n> --rate <n>');
    assert.equal(correctedLine('jepsen', flags, [], { npm_config_json: 'true' }), null);
  });

  it('a run folder that cannot be written: exit 255 before anything is started', async () => {
    const file = join(folder(), 'a-file');
    writeFileSync(file, '');
    const { code, stderr } = await runCommand(['jepsen', '--model', 'raft', '--out', join(file, 'runs')]);
    assert.equal(code, 255, stderr);
    assert.match(stderr, /cannot be written.*--out/s);
    assert.doesNotMatch(stderr, /^ {4}at /m);
  });

  it('a corrupt line of a history: exit 254 with file and line', async () => {
    const file = join(folder(), 'history.jsonl');
    const good = '{"index":0,"timeNs":1,"process":0,"type":"invoke","f":"read","key":"k","value":null}';
    writeFileSync(file, `${good}\n{"index":1,"timeNs"\n${good}\n`);
    const { code, stderr } = await runCommand(['check', file]);
    assert.equal(code, 254, stderr);
    assert.match(stderr, /history\.jsonl.*2/s);
  });

  it('a port that is in use: exit 255, naming the port', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    try {
      const { code, stderr } = await runCommand([
        'node',
        '--model',
        'raft',
        '--id',
        '1',
        '--port',
        String(port),
      ]);
      assert.equal(code, 255, stderr);
      assert.match(stderr, new RegExp(String(port)));
      assert.doesNotMatch(stderr, /^ {4}at /m);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('--help of every command shows examples and costs nothing', async () => {
    for (const command of ['jepsen', 'sim', 'check', 'node', 'cluster', 'bench-harness']) {
      const { code, stdout } = await runCommand([command, '--help']);
      assert.equal(code, 0);
      assert.match(stdout, /Examples?:/, command);
    }
  });
});
