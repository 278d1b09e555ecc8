/** Schedules that are read from a file. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planRun } from '../../../harness/cli/runPlan.ts';
import { readSchedule } from '../../../harness/cli/scheduleFile.ts';
import { campaignOf, simReproLine } from '../../../harness/cli/simPlan.ts';
import { UsageError } from '../../../harness/exit.ts';
import { reproLine, runDefaults } from '../../../harness/repro.ts';
import { planTrial } from '../../../harness/sim/trial.ts';
import { nodeId } from '../../../nodes/kernel/ids.ts';

const nodes = [1, 2, 3].map(nodeId);
const kill = { fault: 'kill', atMs: 1000, durationMs: 500, params: { nodes: ['n1'] } };

describe('a schedule in a file', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'ordeal-schedule-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function fileWith(text: string): string {
    const file = join(folder, 'schedule.json');
    writeFileSync(file, text);
    return file;
  }

  it('has entries, whose ids and seeds may be left out', () => {
    const read = readSchedule(fileWith(JSON.stringify([kill, { ...kill, atMs: 2000 }])), nodes);
    assert.deepEqual(read, [
      { id: 0, seed: '0', ...kill },
      { id: 1, seed: '1', ...kill, atMs: 2000 },
    ]);
  });

  it('may change the members of a cluster of which it knows nothing yet', () => {
    const change = { ...kill, fault: 'membership', params: { mode: 'replace', nodes: ['n2'] } };
    const loss = { ...kill, fault: 'rejoin-empty', params: { target: 'leader' } };
    assert.equal(readSchedule(fileWith(JSON.stringify([change, loss])), nodes).length, 2);
  });

  it('may be the config.json of a run', () => {
    const entry = { id: 7, seed: 's', ...kill };
    assert.deepEqual(readSchedule(fileWith(JSON.stringify({ model: 'raft', schedule: [entry] })), nodes), [
      entry,
    ]);
  });

  for (const [what, text, expected] of [
    ['no JSON', '{', /no schedule: .*JSON/],
    ['no list', '{"schedule": 1}', /must be array/],
    [
      'an entry without a time',
      '[{"fault": "kill", "durationMs": 1}]',
      /0 must have required property 'atMs'/,
    ],
    ['a misspelt property', JSON.stringify([{ ...kill, atMS: 1 }]), /unknown property 'atMS'/],
    ['a time before the start', JSON.stringify([{ ...kill, atMs: -1 }]), /atMs must be >= 0/],
    [
      'an unknown fault',
      JSON.stringify([{ ...kill, fault: 'flood' }]),
      /no fault 'flood'. There are: partition,/,
    ],
    [
      'an unknown node',
      JSON.stringify([{ ...kill, params: { nodes: ['n9'] } }]),
      /\["n9"\], not a list of some of n1/,
    ],
    ['no target', JSON.stringify([{ ...kill, params: {} }]), /"target" of a fault is null/],
    [
      'a target that there is not',
      JSON.stringify([{ ...kill, fault: 'partition', params: { shape: 'majorities-ring', mode: 'hold' } }]),
      /a cluster of 3 cannot be cut/,
    ],
    [
      'two entries with one id',
      JSON.stringify([
        { ...kill, id: 1 },
        { ...kill, id: 1 },
      ]),
      /two entries have the id 1/,
    ],
  ] as const) {
    it(`is refused with ${what}`, () => {
      const file = fileWith(text);
      assert.throws(
        () => readSchedule(file, nodes),
        (error) =>
          error instanceof UsageError && expected.test(error.message) && error.message.includes(file),
      );
    });
  }

  it('is refused when there is no such file', () => {
    assert.throws(() => readSchedule(join(folder, 'nothing.json'), nodes), /no schedule: ENOENT/);
  });

  it('takes the place of the drawn one, in real and in simulated runs, and in the lines that repeat them', () => {
    const schedule = fileWith(JSON.stringify([kill]));
    const flags = {
      model: 'raft',
      set: [],
      network: 'links',
      seed: 1,
      schedule,
      timeLimit: runDefaults.timeLimitSeconds,
      faultInterval: runDefaults.faultIntervalSeconds,
      concurrency: runDefaults.concurrency,
    };
    const { config, model } = planRun(flags);
    assert.deepEqual(config.schedule, [{ id: 0, seed: '0', ...kill }]);
    assert.deepEqual(config.faults, ['kill']);
    assert.equal(reproLine(config, model), `npm run jepsen -- --model raft --schedule ${schedule} --seed 1`);
    const simFlags = { model: 'raft', set: [], schedule, timeLimit: 8 };
    const planned = planTrial(campaignOf(simFlags), 3).config;
    assert.deepEqual([planned.schedule, planned.nodes], [config.schedule, 5]);
    assert.match(
      simReproLine(simFlags, { seed: 3, profile: 'crash' }),
      new RegExp(`--schedule ${schedule}$`),
    );
    assert.throws(() => planRun({ ...flags, faults: 'kill' }), /--faults .* --schedule/);
  });
});
