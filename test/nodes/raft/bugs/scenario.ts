/** What a run of a planted bug is, and what several of them begin with. */
import assert from 'node:assert/strict';
import type { OptionValues } from '../../../../nodes/kernel/model.ts';
import type { Entry, Message } from '../../../../nodes/raft/messages.ts';
import { n1, n2, ofType, type Stepper } from '../stepper.ts';

export interface Scenario {
  readonly bug: string;
  readonly size?: number;
  readonly options?: OptionValues;
  readonly joining?: number;
  /** Plays the run; says whether a client was answered wrongly. Invariants are looked at in any case. */
  readonly play: (cluster: Stepper) => boolean | undefined;
}

export const noOp = { type: 'no-op' } as const;
export const entriesOf = (term: number, first: number, last: number): Entry[] =>
  Array.from({ length: last - first + 1 }, (_, at) => ({ term, index: first + at, command: noOp }));
export const append = (
  term: number,
  previous: [number, number],
  entries: Entry[],
  commitIndex = 0,
): Message => ({
  type: 'append-entries',
  term,
  round: 1,
  previousIndex: previous[0],
  previousTerm: previous[1],
  entries,
  commitIndex,
});
export const voteRequest = (term: number, lastIndex = 0, lastTerm = 0): Message => ({
  type: 'request-vote',
  term,
  lastIndex,
  lastTerm,
  preVote: false,
  transfer: false,
});

/** x is 1, then n1 is cut off and does not know it, and x is 2 for everyone else. */
export function depose(cluster: Stepper): void {
  cluster.elect(n1);
  cluster.put(n1, 'x', 1);
  cluster.settle();
  cluster.isolate(n1);
  cluster.elect(n2);
  cluster.put(n2, 'x', 2);
  cluster.settle();
}

/** What n1 answers to a read of x; undefined if nothing. */
export function readAtOne(cluster: Stepper): unknown {
  const read = cluster.get(n1, 'x');
  cluster.settle();
  return cluster.valueRead(read);
}

/** What n2 answers to a read that comes before it has heard that the x = 2 of its leader n1 is committed. */
export function readBehind(cluster: Stepper): unknown {
  cluster.elect(n1);
  cluster.put(n1, 'x', 1);
  cluster.settle();
  cluster.fire(n1, 'heartbeat');
  cluster.settle();
  const write = cluster.put(n1, 'x', 2);
  cluster.deliver(ofType('append-entries'));
  cluster.deliver(ofType('appended'));
  assert.equal(cluster.response(write)?.type, 'written');
  cluster.drop();
  cluster.isolate(n1);
  const read = cluster.get(n2, 'x');
  cluster.settle((letter) => !ofType('append-entries')(letter));
  return cluster.valueRead(read);
}

/** A node runs for election until it leads or has tried often enough; only votes are delivered. */
export function runFor(cluster: Stepper, node: typeof n1): void {
  for (let attempt = 0; attempt < 3 && cluster.role(node) !== 'leader'; attempt++) {
    cluster.wait(1000);
    cluster.fire(node, 'election');
    cluster.settle(ofType('request-vote', 'vote'));
  }
}

/** Lets a node know that there is a later term. */
export function informOf(cluster: Stepper, node: typeof n1, term: number): void {
  const message = { type: 'vote', term, granted: false, preVote: false } as const;
  cluster.hand({ from: node === n1 ? n2 : n1, to: node, message });
}

/** A list that is appended to twice under one Request-Id, with something in between. */
export function appendTwice(cluster: Stepper, between: () => void): boolean {
  const operation = { type: 'txn', txn: [['append', 'l', 1]] } as const;
  const serial = { client: 'c', number: 1 };
  cluster.elect(n1);
  cluster.operate(n1, operation, serial);
  cluster.settle();
  between();
  if (cluster.role(n1) !== 'leader') cluster.elect(n1);
  cluster.operate(n1, operation, serial);
  cluster.settle();
  const read = cluster.get(n1, 'l');
  cluster.settle();
  return JSON.stringify(cluster.valueRead(read)) !== '[1]';
}

/** n2 takes over from an isolated n1 if the rules let it, and sets x to 2; says whether it came to that. */
export function takeOver(cluster: Stepper): boolean {
  cluster.fire(n2, 'election');
  cluster.settle();
  if (cluster.role(n2) !== 'leader') return false;
  cluster.put(n2, 'x', 2);
  cluster.settle();
  return true;
}
