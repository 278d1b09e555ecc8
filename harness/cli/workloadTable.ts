/** Which model runs which workload, and what is judged there of what the model claims with its default options. */
import type { NodeModel } from '../../nodes/kernel/model.ts';
import { defaultOptions } from '../../nodes/kernel/options.ts';
import { workloads } from '../../workloads/index.ts';
import { judgedOf } from '../judged.ts';

export interface WorkloadRow {
  readonly model: string;
  readonly workload: string;
  readonly claims: readonly string[];
  /** The names of the checkers that decide: levels, and what they mean for these objects. */
  readonly judged: readonly string[];
}

/** A row for every workload of every model, in the order of the workloads' registry. */
export function workloadTable(models: readonly NodeModel[]): readonly WorkloadRow[] {
  return models.flatMap((model) =>
    workloads
      .filter(({ name }) => model.workloads.includes(name))
      .map((workload) => {
        const options = { ...defaultOptions(model), ...model.defaultsFor?.(workload.name) };
        const claim = model.claim(model.sized?.(options, model.nodesDefault) ?? options);
        const { levels, entailed } = judgedOf(workload, claim, null);
        const names = [...levels, ...[...entailed, ...workload.always].map(({ name }) => name)];
        return {
          model: model.name,
          workload: workload.name,
          claims: claim.guarantees,
          judged: [...new Set(names)],
        };
      }),
  );
}

/** The rows as lines: models, workloads and checkers in columns. */
export function workloadLines(rows: readonly WorkloadRow[]): readonly string[] {
  const width = (texts: readonly string[]): number => Math.max(0, ...texts.map(({ length }) => length));
  const models = width(rows.map(({ model }) => model));
  const names = width(rows.map(({ workload }) => workload));
  return rows.map(({ model, workload, judged }) =>
    `  ${model.padEnd(models)}  ${workload.padEnd(names)}  ${judged.join(', ')}`.trimEnd(),
  );
}
