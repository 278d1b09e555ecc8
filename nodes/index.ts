/** The registry of models: one line each. */
import type { NodeModel, OptionValues } from './kernel/model.ts';
import type { Protocol } from './kernel/protocol.ts';
import { causal } from './causal/model.ts';
import { crdt } from './crdt/model.ts';
import { eventual } from './eventual/model.ts';
import { quorum } from './quorum/model.ts';
import { leaderFollower } from './leader-follower/model.ts';
import { transportOf } from './kernel/transport.ts';
import { proxy } from './proxy/model.ts';
import { raft } from './raft/model.ts';

/**
 * Forgets which protocol a model speaks. Sound as long as what one model has made (a request, a status, a record) is
 * handed back to this model only, which every host does: it runs one model.
 */
function anyProtocol<P extends Protocol>(model: NodeModel<P>): NodeModel {
  return model as unknown as NodeModel;
}

/** Models whose nodes stand in front of those of another one: they run, and claim nothing by themselves. */
export const frontModels: readonly NodeModel[] = [anyProtocol(proxy)];

/** With the options `proxy` and `proxyReads`: two proxies, set up as the model behind them needs it. */
function behindProxies(model: NodeModel): NodeModel {
  const { deduplicates } = model;
  const settings = (options: OptionValues): OptionValues => ({
    reads: options['proxyReads'] === 'quorum' ? 'any' : (options['proxyReads'] ?? 'follower'),
    resend: (typeof deduplicates === 'function' ? deduplicates(options) : deduplicates) ? 'on' : 'off',
    transport: transportOf(options),
  });
  return {
    ...model,
    front: {
      model: anyProtocol(proxy),
      of: (options) => (options['proxy'] === 'on' ? { count: 2, options: settings(options) } : null),
    },
  };
}

export const models: readonly NodeModel[] = [
  behindProxies(anyProtocol(raft)),
  behindProxies(anyProtocol(leaderFollower)),
  anyProtocol(quorum),
  anyProtocol(eventual),
  anyProtocol(crdt),
  anyProtocol(causal),
];
