/**
 * A leader that only speaks the course's protocol (POST /replicar) says neither which epoch it leads in nor where its
 * entries belong. What it sends is kept apart from the log, durable, and shown on top of it. A leader with an epoch
 * speaks for the whole log: once it does, what came without an epoch goes. So nobody can write around the epochs.
 */
import type { RequestId } from '../kernel/ids.ts';
import type { KeyValues } from '../machines/keyValue.ts';
import type { Replica } from './replica.ts';
import { compactJournal, restore, stateAt } from './snapshot.ts';

export function onReplicate(replica: Replica, id: RequestId, values: KeyValues): void {
  const { out, options } = replica;
  if (replica.role === 'leader') {
    out.reply(id, { type: 'leads-itself' });
    return;
  }
  addReplicated(replica, values);
  replica.replicatedRecords++;
  if (replica.replicatedRecords < options.snapshotEntries) out.persist({ type: 'replicated', values });
  else compactJournal(replica);
  out.reply(id, { type: 'replicated' });
}

/** Newest value of each key, and at once in the state. */
export function addReplicated(replica: Replica, values: KeyValues): void {
  replica.replicated = new Map([...replica.replicated, ...values]);
  for (const [key, value] of values) replica.machine.apply({ type: 'put', key, value });
}

/** Before anything of a leader with an epoch is taken, and before this node asks to follow one. */
export function forgetReplicated(replica: Replica): void {
  if (replica.replicated.size === 0) return;
  replica.replicated = new Map();
  replica.out.persist({ type: 'replicated-no-more' });
  replica.out.probe('replicated-forgotten');
  restore(replica, stateAt(replica, replica.appliedIndex));
}
