/** The command line of a node process. */
import assert from 'node:assert/strict';
import { FlagsError, parseFlags, type NodeFlags } from '../../../nodes/host/flags.ts';
import type { NodeModel } from '../../../nodes/kernel/model.ts';
import { createLawProbe } from './lawModel.ts';

const model = {
  ...createLawProbe().model,
  options: [{ name: 'pace', meaning: '', type: 'number', min: 1, max: 9, default: 5 }],
  bugs: [{ name: 'forgetful', mistake: '', revealedBy: '' }],
} as unknown as NodeModel;

const parse = (line: string): NodeFlags => parseFlags(line.split(' '), [model]);

function problemsOf(line: string): string {
  try {
    parse(line);
  } catch (error) {
    assert(error instanceof FlagsError);
    return error.message;
  }
  return assert.fail(`${line} was accepted`);
}

describe('the flags of a node', () => {
  it('become settings, with defaults for what is not given', () => {
    assert.deepEqual(
      parse('--model law --id 1 --port 5001 --data d --peers 2=http://127.0.0.1:5002,3=http://h:1'),
      {
        model,
        self: 'n1',
        port: 5001,
        peers: { n2: 'http://127.0.0.1:5002', n3: 'http://h:1' },
        folder: 'd',
        options: { pace: 5 },
        seed: '0',
        bug: null,
        clockOffsetMs: 0,
        exitWithStdin: false,
      },
    );
    const all = parse(
      '--model law --id 2 --port 0 --data d --options {"pace":7} --seed 9 --bug forgetful --exit-with-stdin',
    );
    assert.deepEqual(
      [all.self, all.options, all.seed, all.bug, all.exitWithStdin],
      ['n2', { pace: 7 }, '9', 'forgetful', true],
    );
  });

  it('are refused with all their problems at once', () => {
    const problems = problemsOf(
      '--model law --id 0 --port 70000 --peers 2=ftp://x,5002 --options {"pace":99,"pice":1} --bug lazy',
    ).split('\n');
    assert.deepEqual(problems, [
      '--id must be a whole number from 1 to 1000000, not "0"',
      '--port must be a whole number from 0 to 65535, not "70000"',
      'peer "2=ftp://x" is not of the form 2=http://host:port',
      'peer "5002" is not of the form 2=http://host:port',
      '--data is missing: the folder of the journal',
      'option "pace" must be a number from 1 to 9, not 99',
      'model law has no option "pice"; did you mean "pace"?',
      'model law has no bug "lazy"; it has forgetful',
    ]);
  });

  it('are refused when they are unknown, with a suggestion', () => {
    assert.match(problemsOf('--modl law'), /--modl.*did you mean --model\?/);
    assert.match(problemsOf('law'), /law/);
  });

  it('must name a model that there is', () => {
    assert.match(problemsOf('--id 1 --port 1 --data d'), /--model is missing: one of law/);
    assert.match(problemsOf('--model raft --id 1 --port 1 --data d'), /no model "raft"; there are law/);
  });

  it('name no peer twice, and not the node itself', () => {
    const line = '--model law --id 1 --port 1 --data d --peers';
    assert.match(problemsOf(`${line} 2=http://a:1,2=http://b:1`), /peer 2 is given twice/);
    assert.match(problemsOf(`${line} 1=http://a:1`), /has the id of this node/);
  });

  it('may make the clock wrong, forwards and back', () => {
    const line = '--model law --id 1 --port 1 --data d';
    assert.equal(parse(`${line} --clock-offset 500`).clockOffsetMs, 500);
    assert.equal(parse(`${line} --clock-offset=-500`).clockOffsetMs, -500);
    assert.match(problemsOf(`${line} --clock-offset 1.5`), /--clock-offset must be whole milliseconds/);
  });

  it('take options as one JSON object', () => {
    const line = '--model law --id 1 --port 1 --data d --options';
    assert.match(problemsOf(`${line} [1]`), /must be a JSON object/);
    assert.match(problemsOf(`${line} pace=1`), /is not JSON/);
  });
});
