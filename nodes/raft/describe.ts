/**
 * One printer for each type of the protocol, used by logs, tests and scenario scripts alike. `6/3` is the entry at
 * index 6 of term 3.
 */
import { assertNever } from '../kernel/assert.ts';
import { describeOperation, describeQuery, describeResult } from '../machines/describe.ts';
import type { LogView } from '../log/log.ts';
import type { Command, Entry, JournalRecord, Message, Request, Response, Status } from './messages.ts';

export function describeCommand(command: Command): string {
  switch (command.type) {
    case 'no-op':
      return 'no-op';
    case 'operation': {
      const { operation, serial } = command;
      return describeOperation(operation) + (serial ? ` #${serial.client}/${serial.number}` : '');
    }
    case 'members':
      return `members ${command.members.join(',')}`;
    default:
      return assertNever(command);
  }
}

/** `6/3 put x=1`: index 6, term 3. */
export function describeEntry(entry: Entry): string {
  return `${entry.index}/${entry.term} ${describeCommand(entry.command)}`;
}

function describeEntries(entries: readonly Entry[]): string {
  return `[${entries.map(describeEntry).join(', ')}]`;
}

/** `(4/1) 5/2 6/3`: a log whose first four entries are compacted. */
export function describeLog(log: LogView<Entry>): string {
  const entries = log.entries.map((entry) => `${entry.index}/${entry.term}`);
  const base = log.baseIndex === 0 ? [] : [`(${log.baseIndex}/${log.baseTerm})`];
  return [...base, ...entries].join(' ') || 'empty';
}

export function describeMessage(message: Message): string {
  switch (message.type) {
    case 'request-vote': {
      const kind = message.preVote ? 'request-pre-vote' : 'request-vote';
      const transfer = message.transfer ? ' (transfer)' : '';
      return `${kind} term ${message.term} last ${message.lastIndex}/${message.lastTerm}${transfer}`;
    }
    case 'vote': {
      const kind = message.preVote ? 'pre-vote' : 'vote';
      return `${kind} term ${message.term} ${message.granted ? 'granted' : 'refused'}`;
    }
    case 'append-entries': {
      const previous = `${message.previousIndex}/${message.previousTerm}`;
      const entries = describeEntries(message.entries);
      return `append-entries term ${message.term} after ${previous} ${entries} commit ${message.commitIndex} round ${message.round}`;
    }
    case 'appended':
      return message.success
        ? `appended term ${message.term} match ${message.matchIndex} round ${message.round}`
        : `rejected term ${message.term} after ${message.previousIndex} conflict ${message.conflictIndex}/${message.conflictTerm} round ${message.round}`;
    case 'install-snapshot': {
      const last = `${message.lastIndex}/${message.lastTerm}`;
      const range = `${message.offset}+${message.chunk.length}${message.done ? ' done' : ''}`;
      return `install-snapshot term ${message.term} last ${last} chunk ${range} round ${message.round}`;
    }
    case 'snapshot-received': {
      const state = message.installed ? 'installed' : `received ${message.offset}`;
      return `snapshot-received term ${message.term} last ${message.lastIndex} ${state} round ${message.round}`;
    }
    case 'timeout-now':
      return `timeout-now term ${message.term}`;
    case 'ask-read-index':
    case 'ask-log-end':
      return `${message.type} term ${message.term} ticket ${message.incarnation}.${message.ticket}`;
    case 'read-index':
      return `read-index term ${message.term} ticket ${message.incarnation}.${message.ticket} index ${message.index ?? 'unknown'}`;
    case 'log-end':
      return `log-end term ${message.term} ticket ${message.incarnation}.${message.ticket} last ${message.lastIndex}`;
    default:
      return assertNever(message);
  }
}

export function describeRequest(request: Request): string {
  switch (request.type) {
    case 'query':
      return describeQuery(request.query);
    case 'operation':
      return describeCommand(request);
    case 'add-member':
      return `add ${request.node}`;
    case 'remove-member':
      return `remove ${request.node}`;
    case 'transfer':
      return `transfer to ${request.to}`;
    case 'malformed':
      return `malformed: ${request.why}`;
    default:
      return assertNever(request);
  }
}

export function describeResponse(response: Response): string {
  switch (response.type) {
    case 'not-leader':
      return `ask ${response.leader}`;
    case 'members':
      return `members ${response.members.join(',')}`;
    case 'transferred':
      return `led by ${response.leader}`;
    default:
      return describeResult(response);
  }
}

export function describeRecord(record: JournalRecord): string {
  switch (record.type) {
    case 'hard-state':
      return `hard-state term ${record.term} voted ${record.votedFor ?? 'for none'}`;
    case 'entries':
      return `entries ${describeEntries(record.entries)}`;
    case 'commit':
      return `commit ${record.index}`;
    case 'snapshot':
      return `snapshot ${record.snapshot.index}/${record.snapshot.term} base ${record.baseIndex}/${record.baseTerm}`;
    default:
      return assertNever(record);
  }
}

export function describeStatus(status: Status): string {
  const vote = status.votedFor === null ? '' : ` voted ${status.votedFor}`;
  const leader = status.leader === null ? '' : ` leader ${status.leader}`;
  return `${status.role} term ${status.term}${vote}${leader} commit ${status.commitIndex} log ${describeLog(status.log)}`;
}
