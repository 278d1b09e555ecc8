/**
 * Snapshots keep log and journal short. One stands for everything up to its index, which must be safe: what a change of
 * leaders may take back stays in the log, so that the state can be made anew without it.
 */
import { assert } from '../kernel/assert.ts';
import { createMachine, type Machine } from '../machines/index.ts';
import type { MachineResult } from '../machines/machine.ts';
import { Sessions } from '../machines/sessions.ts';
import type { Command, Index, JournalRecord } from './messages.ts';
import type { Replica } from './replica.ts';

/** What the entries up to `index` have made of nothing. */
export interface State {
  readonly index: Index;
  readonly machine: Machine;
  readonly sessions: Sessions;
}

/** Applies a command once, however often its client had to send it. Null: there was nothing to apply. */
export function applyCommand(
  { machine, sessions }: Pick<State, 'machine' | 'sessions'>,
  command: Command,
): { readonly result: MachineResult | null; readonly isRepeated: boolean } {
  if (command.type !== 'operation') return { result: null, isRepeated: false };
  const { operation, serial } = command;
  const earlier = serial === undefined ? null : sessions.resultOf(serial);
  if (earlier !== null) return { result: earlier, isRepeated: true };
  const result = machine.apply(operation);
  if (serial !== undefined) sessions.record(serial, result);
  return { result, isRepeated: false };
}

/** The state after the entry at `index`, made anew from the snapshot. O(keys + entries since the snapshot). */
export function stateAt({ snapshot, log, options, rules }: Replica, index: Index): State {
  const settings = { name: options.machine, isAtomic: rules.appliesWhole };
  const machine = createMachine(settings, snapshot?.state ?? null);
  const sessions = new Sessions(options.sessionLimit, snapshot?.sessions ?? []);
  const state = { index, machine, sessions };
  for (let at = (snapshot?.index ?? 0) + 1; at <= index; at++) {
    const entry = log.entryAt(at);
    assert(entry !== undefined, 'what the snapshot does not hold is in the log');
    applyCommand(state, entry.command);
  }
  return state;
}

/** Shows this state from now on. */
export function restore(replica: Replica, { index, machine, sessions }: State): void {
  replica.machine = machine;
  replica.sessions = sessions;
  replica.appliedIndex = index;
  replica.shownIndex = index;
}

/** Takes a snapshot once enough entries are safe since the last one, and compacts log and journal. */
export function maybeCompact(replica: Replica): void {
  const { log, options, appliedIndex, safeIndex, snapshot } = replica;
  const index = Math.min(appliedIndex, safeIndex);
  if (index - (snapshot?.index ?? 0) < options.snapshotEntries) return;
  const epoch = log.termAt(index);
  assert(epoch !== null, 'what is safe since the last snapshot is in the log');
  const { machine, sessions } = index === appliedIndex ? replica : stateAt(replica, index);
  replica.snapshot = {
    index,
    epoch,
    state: machine.snapshot(),
    sessions: replica.rules.snapshotSessions(sessions.snapshot()),
  };
  log.compactTo(Math.max(log.baseIndex, index - Math.floor(options.snapshotEntries / 2)));
  compactJournal(replica);
  replica.out.probe('log-compacted');
}

/** The journal as short as it gets: the snapshot, the epoch, what is left of the log, and what is shown. */
export function compactJournal(replica: Replica): void {
  const { log, rules, snapshot, role, replicated } = replica;
  const { baseIndex, baseTerm: baseEpoch, lastIndex } = log;
  const records: (JournalRecord | null)[] = [
    snapshot === null ? null : { type: 'snapshot', snapshot, baseIndex, baseEpoch },
    rules.epochRecord(replica.epoch),
    rules.entriesRecord(log.slice(baseIndex + 1, lastIndex - baseIndex), role),
    { type: 'shown', index: replica.shownIndex },
    replicated.size === 0 ? null : { type: 'replicated', values: [...replicated] },
  ];
  replica.journaledShownIndex = replica.shownIndex;
  replica.replicatedRecords = 0;
  replica.out.compact(records.filter((record) => record !== null));
}
