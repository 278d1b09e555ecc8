/** How logs that were shown at different moments are compared: the common ground of the invariants. */
import type { Entry, Index, LogView, Epoch } from './messages.ts';

export function lastIndexOf(log: LogView): Index {
  return log.baseIndex + log.length;
}

/** The epoch at `index`; null if it is compacted, or not there. */
export function epochIn(log: LogView, index: Index): Epoch | null {
  if (index === log.baseIndex) return log.baseEpoch;
  if (index < log.baseIndex || index > lastIndexOf(log)) return null;
  return log.entries[index - log.baseIndex - 1]?.epoch ?? null;
}

/**
 * The first index from which `current` may differ from `before`: past the end of `before` if it was only appended to.
 * O(1) unless the log was truncated, compacted or read from the journal since; then O(entries).
 */
export function firstChange(before: LogView, current: LogView): Index {
  if (before.entries === current.entries) return lastIndexOf(before) + 1;
  const last = Math.min(lastIndexOf(before), lastIndexOf(current));
  let index = Math.max(before.baseIndex, current.baseIndex) + 1;
  while (
    index <= last &&
    before.entries[index - before.baseIndex - 1] === current.entries[index - current.baseIndex - 1]
  )
    index++;
  return index;
}

const hashes = new WeakMap<Entry, number>();

/** A hash of epoch and command (FNV-1a, 32 bits), computed once for each entry that is passed around. */
export function hashOfEntry(entry: Entry): number {
  const known = hashes.get(entry);
  if (known !== undefined) return known;
  const text = `${entry.epoch} ${JSON.stringify(entry.command)}`;
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hashes.set(entry, hash);
  return hash;
}
