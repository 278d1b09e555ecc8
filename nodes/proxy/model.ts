/** The proxy as hosts and harness see it: a model whose nodes stand in front of those of another one. */
import type { NodeModel } from '../kernel/model.ts';
import { transportOption } from '../kernel/transport.ts';
import { leadingOf } from './answers.ts';
import { bugSpecs } from './bugs.ts';
import { ProxyCore } from './core.ts';
import { routes } from './http.ts';
import { invariants } from './invariants.ts';
import type { ProxyProtocol } from './messages.ts';
import { optionSpecs } from './options.ts';

export const proxy: NodeModel<ProxyProtocol> = {
  name: 'proxy',
  summary:
    'takes the requests of clients to the nodes of a cluster: writes to the leader, reads where they are wanted',
  nodesDefault: 2,
  workloads: [],
  api: 'key-value',
  survives: () => ['partition', 'kill', 'stop', 'pause', 'slow', 'flaky'],
  deduplicates: ({ resend }) => resend === 'on',
  options: [...optionSpecs, transportOption],
  bugs: bugSpecs,
  invariants,
  routes,
  messageSchemas: { 'pass-on': null, answered: null, 'who-leads': null, leads: null },
  claim: () => ({ guarantees: [], because: 'what holds is what the nodes behind it claim' }),
  carried: (message) => {
    if (message.type === 'pass-on') return message.request;
    return message.type === 'who-leads' ? { method: 'GET', path: '/leader' } : null;
  },
  answered: (message, answer) => {
    if (message.type === 'pass-on') return { type: 'answered', attempt: message.attempt, answer };
    return message.type === 'who-leads' ? { type: 'leads', said: leadingOf(answer) } : null;
  },
  toAnswer: (answer) => answer,
  leader: ({ leader, term }) => ({ leader, term }),
  create: (init) => new ProxyCore(init),
};
