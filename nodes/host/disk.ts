/**
 * The few verbs by which a journal touches its folder. They are a port, so that tests can put a disk beneath that
 * forgets what was not synced, fails, or stops in the middle.
 */
import {
  closeSync,
  constants,
  fdatasync,
  fsync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

export interface DiskFile {
  /** Writes all of `bytes` at this offset. In the file at once, durable only after `sync`. */
  write(bytes: Uint8Array, at: number): void;
  truncate(lengthBytes: number): void;
  /** Resolves when everything written before is durable (fdatasync: data and length). */
  sync(): Promise<void>;
  close(): void;
}

/** One folder. Names are plain file names. */
export interface Disk {
  /** The whole file, or null when there is none. */
  read(name: string): Buffer | null;
  /** Opens for writing: an empty file when `fresh`, otherwise what is there, made when missing. */
  open(name: string, fresh: boolean): DiskFile;
  /** Atomically replaces `to` by `from`; durable only after `syncFolder`. */
  rename(from: string, to: string): void;
  syncFolder(): Promise<void>;
}

/** A folder of the real file system, made when missing. */
export function folderDisk(folder: string): Disk {
  mkdirSync(folder, { recursive: true });
  return {
    read: (name) => readOrNull(join(folder, name)),
    open: (name, fresh) => openFile(join(folder, name), fresh),
    rename: (from, to) => renameSync(join(folder, from), join(folder, to)),
    syncFolder: () => syncPath(folder),
  };
}

function readOrNull(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function openFile(path: string, fresh: boolean): DiskFile {
  // None of the letter flags fits: `a` ignores the offset of a write on Linux, `r+` does not make a missing file.
  const flags = constants.O_RDWR | constants.O_CREAT | (fresh ? constants.O_TRUNC : 0);
  const file = openSync(path, flags, 0o644);
  return {
    write(bytes, at) {
      for (let done = 0; done < bytes.length;) {
        done += writeSync(file, bytes, done, bytes.length - done, at + done);
      }
    },
    truncate: (lengthBytes) => ftruncateSync(file, lengthBytes),
    sync: () => settled((done) => fdatasync(file, done)),
    close: () => closeSync(file),
  };
}

async function syncPath(path: string): Promise<void> {
  const folder = openSync(path, 'r');
  try {
    await settled((done) => fsync(folder, done));
  } finally {
    closeSync(folder);
  }
}

function settled(call: (done: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => call((error) => (error ? reject(error) : resolve())));
}
