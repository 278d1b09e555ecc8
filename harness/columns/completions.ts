/** Whether completions are of the operations that their processes invoked: pairing looks at processes alone. */
import { MalformedHistory } from '../history.ts';
import type { History } from './history.ts';
import { noName } from './interner.ts';
import { noEvent } from './operations.ts';

/**
 * Throws MalformedHistory if an operation is completed as another one, or as one of another key. A completion need not
 * repeat the key; and what became of a transaction may have any name, since only its value tells that it is one.
 * O(operations).
 */
export function refuseOtherCompletions({ operations, events }: History): void {
  const { length, completion, f, key } = operations;
  const transaction = events.fNames.find('txn');
  for (let row = 0; row < length; row++) {
    const at = completion[row] ?? noEvent;
    if (at === noEvent) continue;
    const asked = f[row] ?? 0;
    const answered = events.f[at] ?? 0;
    if (asked !== answered && asked !== transaction) {
      const [invoked, completed] = [asked, answered].map((id) => events.fNames.get(id));
      throw malformed(events, at, `completes '${invoked}' as '${completed}'`);
    }
    const keyAsked = key[row] ?? noName;
    const keyAnswered = events.key[at] ?? noName;
    if (keyAsked === keyAnswered || keyAsked === noName || keyAnswered === noName) continue;
    const [of, as] = [keyAsked, keyAnswered].map((id) => events.keyNames.get(id));
    throw malformed(events, at, `completes an operation on key '${of}' as one on '${as}'`);
  }
}

function malformed({ processes, process }: History['events'], index: number, what: string): MalformedHistory {
  return new MalformedHistory(index, `process ${processes.processOf(process[index] ?? 0)} ${what}`);
}
