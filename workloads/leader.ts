/** Who leads: every node is asked again and again who leads, and in which term. A term that had two leaders. */
import { leaderTerms } from '../harness/checkers/objects/leaderTerms.ts';
import { fromFunction, list, type Generator } from '../harness/generator/index.ts';
import { leader as leaderSpec } from '../harness/specs/leader.ts';
import { nodesOf, type Workload, type WorkloadOptions } from '../harness/workload.ts';
import { nodeId } from '../nodes/kernel/ids.ts';

export const leader: Workload = {
  name: 'leader',
  meaning: 'every node is asked who leads, and in which term',
  idempotent: ['leader'],
  needs: [['leader']],
  spec: leaderSpec.name,
  generator: ({ nodes }) =>
    fromFunction(({ prng }) => ({ f: 'leader', value: null, node: nodeId(1 + prng.int(0, nodes)) })),
  finalGenerator: everyNode,
  action: () => ({ kind: 'leader' }),
  completed: (_invocation, result) => result,
  // No level speaks of terms: that there is one leader in each is what everybody owes who has any.
  checker: () => null,
  always: [leaderTerms()],
};

function everyNode(options: WorkloadOptions): Generator {
  return list(nodesOf(options).map((node) => ({ f: 'leader', value: null, node })));
}
