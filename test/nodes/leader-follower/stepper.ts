/** Nodes of leader-follower moved by hand, with its requests and logs in short. */
import type { NodeId, RequestId } from '../../../nodes/kernel/ids.ts';
import type { OptionValues } from '../../../nodes/kernel/model.ts';
import type { LeaderFollowerProtocol } from '../../../nodes/leader-follower/messages.ts';
import { leaderFollower } from '../../../nodes/leader-follower/model.ts';
import { ModelStepper } from '../stepper.ts';

export { n1, n2, n3, n4, n5 } from '../stepper.ts';
export type Letter = Stepper['letters'][number];

export class Stepper extends ModelStepper<LeaderFollowerProtocol> {
  /** Starts `size` nodes; those that are `late` wait for `start`. */
  constructor(size: number, options: OptionValues = {}, late: readonly NodeId[] = []) {
    super(leaderFollower, size, { options, late });
  }

  put(node: NodeId, key: string, value: number): RequestId {
    return this.request(node, { type: 'operation', operation: { type: 'put', key, value } });
  }

  get(node: NodeId, key: string): RequestId {
    return this.request(node, { type: 'query', query: { type: 'get', key } });
  }

  /** `written`, a value, or what went wrong, in a word; null while it is open. */
  outcome(id: RequestId): unknown {
    const response = this.response(id);
    if (response?.type === 'value') return response.value;
    return response?.type === 'refused' ? response.error : (response?.type ?? null);
  }

  /** `1/1 2/1 (3/2)`: index and epoch of what the log of a node has, what is compacted in brackets. */
  log(node: NodeId): string {
    const { baseIndex, baseTerm, entries } = this.status(node).log;
    const base = baseIndex === 0 ? [] : [`(${baseIndex}/${baseTerm})`];
    return [...base, ...entries.map(({ index, epoch }) => `${index}/${epoch}`)].join(' ');
  }
}
