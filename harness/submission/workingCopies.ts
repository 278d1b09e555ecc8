/**
 * Working copies: every node runs in a folder of its own, so that nodes cannot meet in files, and a submission is the
 * same after a run as before.
 */
import {
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
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
    mkdirSync(to, { recursive: true });
    // By their real names: a folder may be known by several, and would be copied into its own copy for ever.
    const [root = '', ...rest] = [from, ...except].map((path) =>
      existsSync(path) ? realpathSync(path) : resolve(path),
    );
    copyInto(root, to, { root, except: rest, files: 0, bytes: 0 });
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
  const found = statSync(link, { throwIfNoEntry: false });
  const target = found === undefined ? resolve(dirname(link), readlinkSync(link)) : realpathSync(link);
  const leadsOut = relative(copying.root, target).split(sep, 1)[0] === '..';
  if (leadsOut && found?.isFile() === true) copyOne(target, to, found.size, copying);
  // One inside may have said the whole path, which is that of the original.
  else symlinkSync(leadsOut ? target : relative(dirname(link), target) || '.', to);
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
