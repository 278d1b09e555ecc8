/**
 * The simulated disk of one node: a journal of records with a durable prefix. A sync makes durable what was written
 * before it began; a crash forgets an arbitrary suffix of the rest. A compaction replaces the journal as one piece: after
 * a crash either the old journal is there or the new one, never a mixture.
 *
 * A loss of power may also damage a record and leave later ones whole. A journal that checks what it reads ends at the
 * first damaged record, as the real one does (nodes/host/journalFormat.ts), so what is left is a prefix again.
 */
import type { Prng } from '../../nodes/kernel/prng.ts';

/** One write: a record to append, or a journal that replaces all before it. */
type Write = { readonly record: unknown } | { readonly journal: readonly unknown[] };

export class SimDisk {
  private durable: unknown[] = [];
  private unsynced: Write[] = [];
  /** How many of the unsynced writes the running sync covers. */
  private syncing = 0;

  append(record: unknown): void {
    this.unsynced.push({ record });
  }

  /** Replaces everything, atomically. */
  compact(journal: readonly unknown[]): void {
    this.unsynced.push({ journal });
  }

  /** A sync begins: it covers what is written now. */
  beginSync(): void {
    this.syncing = this.unsynced.length;
  }

  /** The sync is done. */
  endSync(): void {
    this.keep(this.syncing);
  }

  /** Writes everything out, as a node that is stopped in order does. */
  flush(): void {
    this.keep(this.unsynced.length);
  }

  /** Power goes: of what no sync covered, some prefix is left, or nothing without a stream to draw from. */
  crash(prng: Prng | null): void {
    if (this.unsynced.length > 0) this.keep(prng?.int(0, this.unsynced.length + 1) ?? 0);
    this.unsynced = [];
    this.syncing = 0;
  }

  /**
   * Power goes, and some record that no sync covered is damaged: it and all after it are lost, unless `readsOn`, by which
   * a flawed journal takes what is whole beyond the damage. Answers how many records were unsynced.
   */
  damage(prng: Prng, readsOn: boolean): number {
    const { length } = this.unsynced;
    if (length === 0) return 0;
    const damagedAt = prng.int(0, length);
    const rest = readsOn ? this.unsynced.slice(damagedAt + 1) : [];
    this.keep(damagedAt);
    this.unsynced = rest;
    this.keep(rest.length);
    return length;
  }

  /** Forgets even what was synced: only a broken disk does this. */
  corrupt(keptRecords: number): void {
    this.durable = this.durable.slice(0, keptRecords);
  }

  /** The journal as the next incarnation finds it. */
  recover(): readonly unknown[] {
    return this.durable.slice();
  }

  private keep(writes: number): void {
    for (let at = 0; at < writes; at++) {
      const write = this.unsynced[at] as Write;
      if ('journal' in write) this.durable = write.journal.slice();
      else this.durable.push(write.record);
    }
    this.unsynced = writes === this.unsynced.length ? [] : this.unsynced.slice(writes);
    this.syncing = 0;
  }
}
