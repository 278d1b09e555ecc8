/**
 * What a loss of power may do to the journal of a node that is gone: bytes that no sync had covered are cut off, never
 * written, or wrong. The host publishes how many bytes are durable (nodes/host/journal.ts); those are never touched.
 */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderDisk } from '../../nodes/host/disk.ts';
import { journalFile, promisedBytes } from '../../nodes/host/journal.ts';
import type { Prng } from '../../nodes/kernel/prng.ts';
import type { Damage } from '../world.ts';

const flipsMax = 3;

/** How many bytes of the journal in this folder its node has written and not been told to be durable. */
export function unsyncedBytes(folder: string): number {
  const promised = promisedBytes(folderDisk(folder));
  return promised === null ? 0 : Math.max(0, statSync(join(folder, journalFile)).size - promised);
}

/** Damages the journal in this folder; says what it did, or null when there was nothing that it might touch. */
export function damageJournal(folder: string, damage: Damage, prng: Prng): string | null {
  const unsynced = unsyncedBytes(folder);
  if (unsynced === 0) return null;
  const file = join(folder, journalFile);
  const bytes = readFileSync(file);
  writeFileSync(file, damaged(bytes, bytes.length - unsynced, damage, prng));
  return `${damage}: of ${bytes.length} bytes the last ${unsynced} were not synced`;
}

/** The bytes after the damage; the first `promised` of them, fewer than all, are as they were. O(bytes). */
export function damaged(bytes: Buffer, promised: number, damage: Damage, prng: Prng): Buffer {
  const from = prng.int(promised, bytes.length);
  if (damage === 'cut') return bytes.subarray(0, from);
  const changed = Buffer.from(bytes);
  if (damage === 'tear') return changed.fill(0, from, prng.int(from, bytes.length) + 1);
  for (let flips = prng.int(1, flipsMax + 1); flips > 0; flips--) {
    const at = prng.int(promised, bytes.length);
    // From the byte as it was: two flips of one bit would undo each other.
    changed[at] = (bytes[at] ?? 0) ^ (1 << prng.int(0, 8));
  }
  return changed;
}
