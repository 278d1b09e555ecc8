/**
 * How many copies of an entry, the leader's own included, each promise takes. Any two majorities share a node, so what a
 * majority has is found by whoever asks a majority before a new leader is chosen.
 */
import type { LeaderFollowerOptions } from './options.ts';

/** Numbers of copies. */
export interface Copies {
  /** Before a client is answered. */
  readonly toAnswer: number;
  /** Before a read shows the entry. */
  readonly toShow: number;
  /** Before it is certain that no change of leaders loses it. */
  readonly toBeSafe: number;
}

/** The smallest number of nodes that is more than half. */
export function majority(nodes: number): number {
  return Math.floor(nodes / 2) + 1;
}

/**
 * Without failover nothing that the leader has on its disk is ever lost, so it is safe and shown at once, and
 * confirmations only delay the answer. With failover a read must not show what another leader may not have; but where
 * answers do not wait for a majority, reads cannot either: a client would miss what it was told is written.
 */
export function copiesOf({ ack, failover }: LeaderFollowerOptions, nodes: number): Copies {
  const toAnswer = copiesToAnswer(ack, nodes);
  if (failover === 'none') return { toAnswer, toShow: 1, toBeSafe: 1 };
  return { toAnswer, toShow: Math.min(toAnswer, majority(nodes)), toBeSafe: majority(nodes) };
}

function copiesToAnswer(ack: LeaderFollowerOptions['ack'], nodes: number): number {
  switch (ack) {
    case 'none':
      return 1;
    case 'majority':
      return majority(nodes);
    case 'all':
      return nodes;
    default:
      return ack + 1;
  }
}

/** The highest value that `count` nodes have reached, given what each has; -∞ if there are not so many nodes. */
export function reachedBy(count: number, values: readonly number[]): number {
  return values.toSorted((left, right) => right - left)[count - 1] ?? Number.NEGATIVE_INFINITY;
}
