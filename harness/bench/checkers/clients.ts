/**
 * Clients that take turns at random: each invokes an operation, the operation takes effect at one instant, and then
 * the answer arrives. So histories come about that are concurrent, and correct because of where the instants lie.
 */
import type { Prng } from '../../../nodes/kernel/prng.ts';

/** What clients do in a step; clients are numbered from 0. */
export interface Behaviour {
  /** Draws an operation and records its invocation. */
  invoke(client: number): void;
  /** The instant at which the operation happens. */
  takeEffect(client: number): void;
  /** Records the answer. */
  complete(client: number): void;
}

const idle = 0;
const invoked = 1;
const effective = 2;

/** Lets the clients do so many operations. Most of the time two thirds of the clients have one in flight. */
export function takeTurns(prng: Prng, clients: number, operations: number, behaviour: Behaviour): void {
  const phase = new Uint8Array(clients);
  let unstarted = operations;
  for (let unfinished = operations; unfinished > 0;) {
    const client = prng.int(0, clients);
    if (phase[client] === invoked) {
      behaviour.takeEffect(client);
      phase[client] = effective;
    } else if (phase[client] === effective) {
      behaviour.complete(client);
      phase[client] = idle;
      unfinished--;
    } else if (unstarted > 0) {
      behaviour.invoke(client);
      phase[client] = invoked;
      unstarted--;
    }
  }
}
