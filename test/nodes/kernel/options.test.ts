/** Options of models, as people write them. */
import assert from 'node:assert/strict';
import { checkOptions, defaultOptions, OptionsError, parseOptions } from '../../../nodes/kernel/options.ts';
import type { OptionSpec } from '../../../nodes/kernel/model.ts';

const options: readonly OptionSpec[] = [
  {
    name: 'reads',
    meaning: '',
    type: 'choice',
    choices: ['read-index', 'lease', 'leader'],
    default: 'read-index',
  },
  { name: 'checkQuorum', meaning: '', type: 'choice', choices: ['on', 'off'], default: 'on' },
  { name: 'heartbeatMs', meaning: '', type: 'number', min: 1, max: 1000, default: 50 },
];
const model = { name: 'toy', options };

function problemsOf(attempt: () => unknown): readonly string[] {
  try {
    attempt();
  } catch (error) {
    assert(error instanceof OptionsError);
    return error.problems;
  }
  return assert.fail('no problem was found');
}

describe('options', () => {
  it('have their defaults, and the values that were given', () => {
    assert.deepEqual(defaultOptions(model), { reads: 'read-index', checkQuorum: 'on', heartbeatMs: 50 });
    assert.deepEqual(parseOptions(model, ['reads=lease', 'heartbeatMs=20']), {
      reads: 'lease',
      checkQuorum: 'on',
      heartbeatMs: 20,
    });
    assert.deepEqual(checkOptions(model, { heartbeatMs: 20 }), parseOptions(model, ['heartbeatMs=20']));
  });

  it('report every problem at once, with what would be right', () => {
    assert.deepEqual(
      problemsOf(() =>
        parseOptions(model, ['reads=dirty', 'heartbeatMs=0', 'checkquorm=off', 'nonsense', 'zzz=1']),
      ),
      [
        '"nonsense" is not of the form name=value',
        'option "reads" must be one of read-index, lease, leader, not "dirty"',
        'option "heartbeatMs" must be a number from 1 to 1000, not "0"',
        'model toy has no option "checkquorm"; did you mean "checkQuorum"?',
        'model toy has no option "zzz"; it has reads, checkQuorum, heartbeatMs',
      ],
    );
  });

  it('take no text for a number that is none', () => {
    for (const text of ['', ' ', 'fast', '1e9', 'NaN', 'Infinity', '-1']) {
      assert.equal(problemsOf(() => parseOptions(model, [`heartbeatMs=${text}`])).length, 1, text);
    }
    for (const value of [true, null, [5], {}]) {
      assert.equal(problemsOf(() => checkOptions(model, { heartbeatMs: value })).length, 1);
    }
  });

  it('that are durations may say their unit', () => {
    const interval: OptionSpec = {
      name: 'every',
      meaning: '',
      type: 'number',
      min: 10,
      max: 60_000,
      default: 500,
      unit: 'ms',
    };
    const timed = { name: 'toy', options: [interval] };
    for (const [given, every] of [
      ['5s', 5000],
      ['0.5s', 500],
      ['20ms', 20],
      ['20', 20],
      [20, 20],
    ]) {
      assert.deepEqual(checkOptions(timed, { every: given }), { every });
    }
    for (const given of ['5m', 's', '1ms', '100s', '..s', '5 s s']) {
      assert.deepEqual(
        problemsOf(() => checkOptions(timed, { every: given })),
        [`option "every" must be a number from 10 to 60000 (ms, or with a unit: 5s), not "${given}"`],
      );
    }
    assert.equal(problemsOf(() => checkOptions(model, { heartbeatMs: '20ms' })).length, 1);
  });

  it('are given once, and may contain an equals sign', () => {
    assert.deepEqual(
      problemsOf(() => parseOptions(model, ['reads=lease', 'reads=leader'])),
      ['option "reads" is given twice'],
    );
    assert.match(problemsOf(() => parseOptions(model, ['reads=a=b']))[0] ?? '', /not "a=b"/);
  });

  it('are refused by a model that has none, inherited names included', () => {
    assert.deepEqual(
      problemsOf(() => parseOptions({ name: 'bare', options: [] }, ['toString=1'])),
      ['model bare has no options, so none named "toString"'],
    );
  });
});
