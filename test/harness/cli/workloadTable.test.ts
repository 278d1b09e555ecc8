import assert from 'node:assert/strict';
import { workloadLines, workloadTable } from '../../../harness/cli/workloadTable.ts';
import { serviceOf } from '../../../harness/profile.ts';
import { apiProfileOf } from '../../../harness/profiles/index.ts';
import { models } from '../../../nodes/index.ts';
import { defaultOptions } from '../../../nodes/kernel/options.ts';
import { workloadNamed, workloads } from '../../../workloads/index.ts';

describe('the table of models and workloads', () => {
  const rows = workloadTable(models);

  it('has a row for every workload that a model names, and each judges something', () => {
    for (const { name, workloads: served } of models)
      assert.deepEqual(
        rows.filter(({ model }) => model === name).map(({ workload }) => workload),
        workloads.map((workload) => workload.name).filter((workload) => served.includes(workload)),
      );
    for (const { model, workload, judged } of rows) assert(judged.length > 0, `${model}, ${workload}`);
  });

  it('names only workloads that there are, and that the model has routes for', () => {
    for (const model of models)
      for (const name of model.workloads) {
        const workload = workloadNamed(name);
        assert(workload, `${model.name}: ${name}`);
        const options = { ...defaultOptions(model), ...model.defaultsFor?.(name) };
        const service = serviceOf(apiProfileOf(model, options));
        const isServed = workload.needs.some((kinds) => kinds.every((kind) => service.knows(kind)));
        assert(isServed, `${model.name} cannot serve ${name}`);
      }
  });

  it('says what stands for a claim that a workload cannot judge as such', () => {
    const judgedOn = (name: string): readonly string[] | undefined =>
      rows.find(({ model, workload }) => model === 'raft' && workload === name)?.judged;
    assert.deepEqual(judgedOn('inventory'), ['never-oversold']);
    assert.deepEqual(judgedOn('leader'), ['leader-terms']);
    assert.deepEqual(judgedOn('list-append'), ['strict-serializable']);
    assert(judgedOn('register')?.includes('linearizable'));
  });

  it('is printed in columns', () => {
    const row = { model: 'm', workload: 'w', claims: [], judged: ['a', 'b'] };
    assert.deepEqual(workloadLines([row, { ...row, model: 'model', judged: [] }]), [
      '  m      w  a, b',
      '  model  w',
    ]);
  });
});
