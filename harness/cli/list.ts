/** `npm run jepsen -- list`: everything that has a name: models with options and bugs, workloads, faults, guarantees. */
import { Command } from 'commander';
import { models } from '../../nodes/index.ts';
import { defaultOptions } from '../../nodes/kernel/options.ts';
import { plantable } from '../../nodes/kernel/roster.ts';
import { guarantees, type NodeModel, type OptionSpec } from '../../nodes/kernel/model.ts';
import { workloads } from '../../workloads/index.ts';
import { faults, faultsDefault } from '../faults/index.ts';
import { specs } from '../specs/index.ts';
import { workloadLines, workloadTable } from './workloadTable.ts';

function describeOption(option: OptionSpec): string {
  const values = option.type === 'choice' ? option.choices.join('|') : `${option.min}..${option.max}`;
  return `--set ${option.name}=${values}  (default ${option.default})  ${option.meaning}`;
}

function describeModel(model: NodeModel): string[] {
  const options = defaultOptions(model);
  const { guarantees: claimed, because } = model.claim(options);
  return [
    `  ${model.name}: ${model.summary}`,
    `    claims ${claimed.join(', ')}: ${because}`,
    `    survives ${model.survives(options).join(', ')}; workloads ${model.workloads.join(', ')}; ${model.nodesDefault} nodes`,
    '    options',
    ...model.options.map((option) => `      ${describeOption(option)}`),
    '    planted bugs',
    ...plantable(model).map(
      (bug) => `      --bug ${bug.name}  ${bug.mistake}; revealed by ${bug.revealedBy}`,
    ),
  ];
}

function named(items: readonly { readonly name: string; readonly meaning: string }[]): string[] {
  return items.map((item) => `  ${item.name}: ${item.meaning}`);
}

function asText(): string {
  return [
    'models',
    ...models.flatMap(describeModel),
    'workloads',
    ...named(workloads),
    'what is judged (the claims of default options, as far as each workload can judge them)',
    ...workloadLines(workloadTable(models)),
    `faults (unless asked otherwise ${faultsDefault.join(', ')}, if the model survives them; --faults all: all that it survives)`,
    ...named(faults),
    'sequential specs (check --spec)',
    ...named(specs),
    'guarantees',
    `  ${guarantees.join(', ')}`,
    'programs of your own',
    '  --submission DIR: a folder with a submission.json (harness/submission/README.md; examples in test/submissions)',
    '',
  ].join('\n');
}

function asJson(): unknown {
  const model = (model: NodeModel): unknown => ({
    name: model.name,
    summary: model.summary,
    options: model.options,
    bugs: plantable(model),
    survives: model.survives(defaultOptions(model)),
    workloads: model.workloads,
  });
  const plain = ({ name, meaning }: { name: string; meaning: string }): unknown => ({ name, meaning });
  return {
    models: models.map(model),
    workloads: workloads.map(plain),
    judged: workloadTable(models),
    faults: faults.map(plain),
    specs: specs.map(plain),
    guarantees,
  };
}

export function listCommand(): Command {
  return new Command('list')
    .description(
      'everything that has a name: models with their options and planted bugs, workloads, faults, guarantees',
    )
    .option('--json', 'one JSON value on stdout')
    .action((_: unknown, command: Command) => {
      // `jepsen` has a --json of its own, which takes the flag before this command sees it.
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      process.stdout.write(json ? `${JSON.stringify(asJson())}\n` : asText());
    });
}
