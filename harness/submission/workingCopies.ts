/**
 * Working copies: every node runs in a folder of its own, so that nodes cannot meet in files, and a submission is the
 * same after a run as before.
 */
import {
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { HarnessError } from '../exit.ts';

/** What no program needs to run. */
const leftOut = new Set(['.git']);
const filesMax = 100_000;
const bytesMax = 2 * 1024 ** 3;

interface Copying {
  readonly root: string;
  /** Hold the copies, and may lie inside of what is copied. */
  readonly except: readonly string[];
  files: number;
  bytes: number;
}

/** Copies a folder with modes and links, but for `except`. Sockets and their like are left out. */
export function copyFolder(from: string, to: string, except: readonly string[]): void {
  try {
    copyInto(from, to, { root: resolve(from), except, files: 0, bytes: 0 });
  } catch (error) {
    if (error instanceof HarnessError) throw error;
    throw new HarnessError(`the submission could not be copied: ${(error as Error).message}`);
  }
}

function copyInto(from: string, to: string, copying: Copying): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    if (leftOut.has(name) || copying.except.includes(source)) continue;
    const found = lstatSync(source);
    if (found.isDirectory()) copyInto(source, target, copying);
    else if (found.isSymbolicLink()) copyLink(source, target, copying);
    else if (found.isFile()) copyOne(source, target, found.size, copying);
  }
}

/** A link inside of the folder leads to the copy. What a link out of it leads to is copied if it is a file. */
function copyLink(link: string, to: string, copying: Copying): void {
  const target = readlinkSync(link);
  const absolute = resolve(dirname(link), target);
  const leadsOut = relative(copying.root, absolute).startsWith('..');
  const found = statSync(link, { throwIfNoEntry: false });
  if (leadsOut && found?.isFile() === true) copyOne(absolute, to, found.size, copying);
  else symlinkSync(leadsOut ? absolute : target, to);
}

function copyOne(from: string, to: string, bytes: number, copying: Copying): void {
  copying.files += 1;
  copying.bytes += bytes;
  if (copying.files > filesMax || copying.bytes > bytesMax)
    throw new HarnessError(
      `${copying.root} is too large to be copied for every node: more than ${filesMax} files, or 2 GiB; ` +
        'a submission is the folder of one program',
    );
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
}
