/**
 * A disk in memory that knows what is durable: a crash may keep any part of what was not synced (bytes beyond the
 * synced ones of each file, renames not followed by a sync of the folder), and can be set to come at any operation.
 */
import type { Disk, DiskFile } from '../../../nodes/host/disk.ts';

/** The machine stopped here. */
export class PowerFailure extends Error {}

interface Inode {
  bytes: Buffer;
  /** What survives any crash. */
  durable: Buffer;
}

/** How much of the unsynced a crash keeps: a ratio for the bytes of files, and whether renames survive. */
export interface Mercy {
  readonly bytesRatio: number;
  readonly keepsRenames: boolean;
}

export class MemoryDisk implements Disk {
  /** Operations that touch the disk, so far. */
  operations = 0;
  private failsAt = Infinity;
  private names = new Map<string, Inode>();
  private durableNames = new Map<string, Inode>();

  /** The power fails at operation `operation` (counted from now, from 1), before it does anything. */
  failAt(operation: number): void {
    this.operations = 0;
    this.failsAt = operation;
  }

  /** The power is back: what is on the disk now is durable. */
  restart({ bytesRatio, keepsRenames }: Mercy): void {
    this.failsAt = Infinity;
    const names = keepsRenames ? this.names : this.durableNames;
    for (const inode of names.values()) {
      // Appended bytes survive in part; a file cut or written over in the middle survives as one or the other.
      const isAppended = inode.bytes.subarray(0, inode.durable.length).equals(inode.durable);
      const unsyncedBytes = Math.max(0, inode.bytes.length - inode.durable.length);
      const keptBytes = inode.durable.length + Math.floor(unsyncedBytes * bytesRatio);
      const kept = isAppended
        ? inode.bytes.subarray(0, keptBytes)
        : bytesRatio > 0.5
          ? inode.bytes
          : inode.durable;
      inode.bytes = Buffer.from(kept);
      inode.durable = Buffer.from(kept);
    }
    this.names = new Map(names);
    this.durableNames = new Map(names);
  }

  read(name: string): Buffer | null {
    const inode = this.names.get(name);
    return inode === undefined ? null : Buffer.from(inode.bytes);
  }

  /** Changes a file behind the journal's back. */
  damage(name: string, change: (bytes: Buffer) => Buffer): void {
    const bytes = change(this.read(name) ?? Buffer.alloc(0));
    const inode: Inode = { bytes, durable: bytes };
    this.names.set(name, inode);
    this.durableNames.set(name, inode);
  }

  open(name: string, fresh: boolean): DiskFile {
    let inode = this.names.get(name);
    if (inode === undefined || fresh) {
      this.touch();
      // A fresh file is a new inode here; the old one lives on under its durable name until the folder is synced.
      inode = { bytes: Buffer.alloc(0), durable: Buffer.alloc(0) };
      this.names.set(name, inode);
    }
    return this.fileOf(inode);
  }

  rename(from: string, to: string): void {
    this.touch();
    const inode = this.names.get(from);
    if (inode === undefined) throw new Error(`there is no ${from}`);
    this.names.delete(from);
    this.names.set(to, inode);
  }

  syncFolder(): Promise<void> {
    this.touch();
    this.durableNames = new Map(this.names);
    return Promise.resolve();
  }

  private fileOf(inode: Inode): DiskFile {
    return {
      write: (bytes, at) => {
        this.touch();
        const whole = Buffer.alloc(Math.max(inode.bytes.length, at + bytes.length));
        inode.bytes.copy(whole);
        whole.set(bytes, at);
        inode.bytes = whole;
      },
      truncate: (lengthBytes) => {
        this.touch();
        inode.bytes = inode.bytes.subarray(0, lengthBytes);
      },
      sync: () => {
        this.touch();
        inode.durable = inode.bytes;
        return Promise.resolve();
      },
      close: () => undefined,
    };
  }

  private touch(): void {
    this.operations += 1;
    if (this.operations >= this.failsAt) throw new PowerFailure(`at operation ${this.operations}`);
  }
}
