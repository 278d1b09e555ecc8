/** Operations that surely had no effect, key by key: the first suspects when somebody saw what nobody else wrote. */
import type { History } from '../../columns/history.ts';
import { falseId } from '../../columns/interner.ts';
import { failOutcome, okOutcome } from '../../columns/operations.ts';

/** Rows by id of the key. */
type Refused = ReadonlyMap<number, readonly number[]>;

const known = new WeakMap<History, Refused>();

/** The rows of the key of a row that failed, and of each cas that did not match. O(operations) the first time. */
export function refusedBeside(history: History, row: number): readonly number[] {
  let refused = known.get(history);
  if (!refused) known.set(history, (refused = gather(history)));
  return refused.get(history.operations.key[row] ?? 0) ?? [];
}

function gather({ operations, events }: History): Refused {
  const { length, outcome, key, output, f } = operations;
  const cas = events.fNames.find('cas');
  const refused = new Map<number, number[]>();
  for (let row = 0; row < length; row++) {
    const isMismatch = f[row] === cas && outcome[row] === okOutcome && output[row] === falseId;
    if (outcome[row] !== failOutcome && !isMismatch) continue;
    const own = refused.get(key[row] ?? 0);
    if (own) own.push(row);
    else refused.set(key[row] ?? 0, [row]);
  }
  return refused;
}
