/** How entries are shown to people. `6/3` is the entry at index 6 of epoch 3. */
import { assertNever } from '../kernel/assert.ts';
import { describeOperation } from '../machines/describe.ts';
import type { Command, Entry } from './messages.ts';

function describeCommand(command: Command): string {
  switch (command.type) {
    case 'epoch-begins':
      return 'epoch-begins';
    case 'operation': {
      const { operation, serial } = command;
      return describeOperation(operation) + (serial ? ` #${serial.client}/${serial.number}` : '');
    }
    default:
      return assertNever(command);
  }
}

/** `6/3 put x=1`: index 6, epoch 3. */
export function describeEntry(entry: Entry): string {
  return `${entry.index}/${entry.epoch} ${describeCommand(entry.command)}`;
}
