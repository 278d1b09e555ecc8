/** What holds for a proxy at any moment, whatever nodes and network do. */
import type { Invariant } from '../kernel/model.ts';
import type { ProxyProtocol } from './messages.ts';

export const invariants: readonly Invariant<ProxyProtocol>[] = [
  {
    name: 'latest-leader',
    source: 'Ongaro §6.2',
    meaning: 'a proxy goes to no leader after it has heard of a later one',
    observer:
      () =>
      ({ node, status: { leader, term, latestTerm } }) =>
        leader === null || term >= latestTerm
          ? null
          : `${node} still takes ${leader} for the leader, since term ${term}, and has heard of one of term ${latestTerm}`,
  },
];
