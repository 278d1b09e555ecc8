/** The bytes of a file, in order: the only I/O of the readers of foreign formats. */
import { closeSync, openSync, readSync } from 'node:fs';
import { UsageError } from '../exit.ts';
import type { ByteSource } from './byteWindow.ts';

/** Told after every piece of a file: how much of it was read so far. */
export type OnBytes = (bytes: number) => void;

/** Opens a file for as long as `use` runs, at what follows a byte order mark. Throws UsageError if it cannot be read. */
export function withBytesOf<T>(file: string, use: (source: ByteSource) => T, onBytes?: OnBytes): T {
  const fd = orRefused(file, () => openSync(file, 'r'));
  let bytes = 0;
  try {
    const source: ByteSource = (into) => {
      const count = orRefused(file, () => readSync(fd, into));
      onBytes?.((bytes += count));
      return count;
    };
    return use(withoutMark(source));
  } finally {
    closeSync(fd);
  }
}

/** UTF-8 for U+FEFF: editors on Windows begin files with it. */
const byteOrderMark = Buffer.from('\uFEFF');

function withoutMark(source: ByteSource): ByteSource {
  let isBeginning = true;
  return (into) => {
    const count = source(into);
    if (!isBeginning) return count;
    isBeginning = false;
    if (count < byteOrderMark.length || byteOrderMark.compare(into, 0, byteOrderMark.length) !== 0)
      return count;
    into.copyWithin(0, byteOrderMark.length, count);
    return count === byteOrderMark.length ? source(into) : count - byteOrderMark.length;
  };
}

/** The first bytes of a file, as Latin-1 text: what tells formats apart is ASCII. */
export function headOf(file: string, bytes = 4096): string {
  return withBytesOf(file, (source) => {
    const head = Buffer.alloc(bytes);
    return head.toString('latin1', 0, source(head));
  });
}

function orRefused<T>(file: string, access: () => T): T {
  try {
    return access();
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
