/** Makes a folder and those above it, and names the one that stands in the way. */
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * One by one: asked to do it all, Node 20 never comes back where the system answers ENOENT under a folder that exists,
 * as /proc does. `unwritable` makes the error that is thrown.
 */
export function makeFolder(folder: string, unwritable: (folder: string, error: unknown) => Error): void {
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent, unwritable);
  try {
    const state = statSync(folder, { throwIfNoEntry: false });
    if (state?.isDirectory()) return;
    if (state) throw new Error('it is a file, not a folder');
    mkdirSync(folder);
  } catch (error) {
    // Somebody else may have been quicker.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unwritable(folder, error);
  }
}
