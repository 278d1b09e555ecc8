/** Why a history in which nothing wrong was found is undecided all the same. */
import { describeValue } from '../specs/describe.ts';
import { phrase } from './phrases.ts';
import { none, type ReadsFrom } from './readsFrom.ts';

/** A sentence, or undefined when every operation was looked at. */
export function doubtOf({ history, setAside }: ReadsFrom): string | undefined {
  const { ambiguousReads, ambiguous, mismatches } = setAside;
  if (ambiguous) {
    const [read, first, second] = ambiguous;
    const { invocation, completion } = history.operation(read);
    const seen = invocation.f === 'cas' ? (invocation.value as readonly never[])[0] : completion?.value;
    const writer = phrase(history.operation(first));
    const other = second === none ? 'the initial value' : phrase(history.operation(second));
    const more = ambiguousReads > 1 ? `, and ${ambiguousReads - 1} more like it` : '';
    return (
      `nobody can tell from which write every value was read: ${phrase(history.operation(read))} saw ` +
      `${describeValue(seen ?? null)}, which is both ${writer} and ${other}${more}`
    );
  }
  if (mismatches > 0)
    return `${mismatches} cas that did not match say only which value was not there, which this check cannot use`;
  return undefined;
}

/** Why a history is none of reads and writes of single values. */
export const notAccesses =
  'it has operations that are neither reads, writes nor cas of one value, so that values cannot be followed';

export const budgetUsedUp = 'the budget was used up before the history was decided';
