/** What `--submission DIR` changes of a plan: the model, its API, and the faults that can be injected. */
import { models } from '../../nodes/index.ts';
import type { NodeModel, OptionValues } from '../../nodes/kernel/model.ts';
import { lackingForFaketime } from '../cluster/faketime.ts';
import { UsageError } from '../exit.ts';
import type { ApiProfile } from '../profile.ts';
import { isCuttable, modelOf, possibleFaults, profileOf } from '../submission/asModel.ts';
import { nodesDefault, type Submission } from '../submission/manifest.ts';
import type { ModelFlags } from './modelFlags.ts';

/** The submission in the place of a model. Throws UsageError for what cannot be run, or makes no sense beside it. */
export function submittedModel({ manifest }: Submission, { model, bug }: ModelFlags): NodeModel {
  if (model !== undefined)
    throw new UsageError('--submission says what is run, and so does --model: give one of them');
  if (bug !== undefined)
    throw new UsageError(
      '--bug plants a mistake in a model of the project; a submission has none to choose from',
    );
  return modelOf(manifest, namedBy({ manifest }));
}

export function submissionProfile(
  { manifest }: Pick<Submission, 'manifest'>,
  options: OptionValues,
): ApiProfile {
  return profileOf(manifest, namedBy({ manifest }), options);
}

/** Faults that somebody asked for, and that cannot be done to this program. */
export function refuseImpossible({ manifest }: Submission, faults: readonly string[]): void {
  const possible = possibleFaults(manifest);
  const impossible = faults.filter((fault) => !possible.includes(fault));
  if (impossible.length === 0) return refuseWithoutFaketime(faults);
  const why = isCuttable(manifest)
    ? 'nobody can see into a program of others'
    : 'it is told nothing of where its peers are ({peerPorts}, {peerUrls}, {peers}), so nothing stands between its nodes';
  throw new UsageError(
    `${impossible.join(', ')} cannot be done to ${manifest.name}: ${why}. There are: ${possible.join(', ')}`,
  );
}

function refuseWithoutFaketime(faults: readonly string[]): void {
  const lacking = lackingForFaketime();
  if (faults.includes('clock') && lacking.length > 0)
    throw new UsageError(
      `the wall clocks of programs of others cannot be moved here without ${lacking.join(', ')}`,
    );
}

/** What `--faults all` injects: what the submission survives, and this machine can do. */
export function survivedHere(model: NodeModel, options: OptionValues): readonly string[] {
  const hasFaketime = lackingForFaketime().length === 0;
  return model.survives(options).filter((fault) => fault !== 'clock' || hasFaketime);
}

/** Where the nodes listen is said for as many as the submission has. */
export function refuseOtherSize({ manifest }: Submission, nodes: number): void {
  const { name, ports, nodes: stated = nodesDefault } = manifest;
  if (ports === undefined || nodes === stated) return;
  throw new UsageError(
    `--nodes ${nodes} cannot be: ${name} says where its ${stated} nodes listen (ports), and cannot be told otherwise`,
  );
}

function namedBy({ manifest }: Pick<Submission, 'manifest'>): NodeModel {
  const model = models.find(({ name }) => name === manifest.model);
  if (model === undefined) throw new UsageError(`there is no model ${manifest.model}`);
  return model;
}
