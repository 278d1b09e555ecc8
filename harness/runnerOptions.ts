/** What a run is made of. */
import type { NodeId } from '../nodes/kernel/ids.ts';
import type { Claim, Front, MembershipRequests, NodeModel, OptionValues } from '../nodes/kernel/model.ts';
import type { RunConfig } from './config.ts';
import type { ApiProfile } from './profile.ts';
import type { RunTimings } from './runTimings.ts';
import type { Workload } from './workload.ts';

export interface RunnerOptions {
  readonly config: RunConfig;
  readonly workload: Workload;
  /** What the harness must know of the model. */
  readonly model: {
    /** Whether a write may be sent again under its Request-Id. */
    readonly deduplicates: NodeModel['deduplicates'];
    /** Clients are such as the claim is made for; without one they roam. */
    claim?(options: OptionValues): Claim;
    /** Who stands in front of its nodes. */
    readonly front?: Front;
    /** How its members are changed, if they can be. */
    readonly membership?: MembershipRequests;
  };
  /** Who leads as long as no node tells. */
  readonly leader?: NodeId;
  /** How clients reach the service; the built-in key–value profile when absent. */
  readonly profile?: ApiProfile;
  readonly timings?: Partial<RunTimings>;
}
