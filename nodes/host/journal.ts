/**
 * The journal of one node: records are appended in memory, and a sync writes and fdatasyncs all of them at once (group
 * commit). A compaction writes a whole new file and renames it into place. What was synced survives everything but the
 * loss of the disk; a torn last write is cut off; damage elsewhere is refused (see journalFormat.ts).
 *
 * Beside the journal stands `journal.synced`: how many bytes are durable. It is written without a sync after every
 * sync, so it is never ahead: what is missing below it was lost, not torn. It also serves whoever damages disks on purpose
 * and must not touch what was promised.
 */
import type { OptionValues } from '../kernel/model.ts';
import type { Disk, DiskFile } from './disk.ts';
import {
  decodeJournal,
  encodeFrame,
  generationOf,
  JournalCorrupt,
  type DecodedJournal,
  type JournalHeader,
} from './journalFormat.ts';

export const journalFile = 'journal';
export const syncedFile = 'journal.synced';
const newFile = 'journal.new';

export interface JournalCounters {
  /** Completed syncs, compactions included. */
  syncs: number;
  /** Records made durable. */
  records: number;
  bytes: number;
  compactions: number;
}

/** Whose journal it is: a folder that belongs to another one is refused. */
export interface JournalOwner {
  readonly model: string;
  readonly node: string;
  /** The options without which nobody can read it. */
  readonly options?: OptionValues;
}

export class Journal<Record> {
  readonly counters: JournalCounters = { syncs: 0, records: 0, bytes: 0, compactions: 0 };
  /** Of this start: one more than any earlier one on this journal. Durable before `open` resolves. */
  readonly incarnation: number;
  /** Of the earlier incarnations, in order. */
  readonly recovered: readonly Record[];
  /** How many bytes of a torn last write were cut off at the start. */
  readonly tornBytes: number;

  private readonly disk: Disk;
  private readonly owner: JournalOwner;
  private readonly synced: DiskFile;
  private file: DiskFile | null = null;
  private generation: number;
  /** The length of the file; all of it is durable, except during a sync. */
  private fileBytes = 0;
  /** Records as JSON, so that what a core changes later changes nothing here. */
  private pending: string[] = [];
  /** Whether `pending` replaces everything before. */
  private replaces = false;

  /** Opens the journal of this folder, or makes it, and begins the next incarnation. Throws `JournalCorrupt`. */
  static async open<Record>(disk: Disk, owner: JournalOwner): Promise<Journal<Record>> {
    const bytes = disk.read(journalFile);
    // A length is only ever published for a journal that has its name for good.
    if (bytes === null && (disk.read(syncedFile)?.length ?? 0) > 0)
      throw new JournalCorrupt(`it is gone, and ${syncedFile} says that there was one`);
    const published = bytes === null ? undefined : publishedBytes(disk, bytes);
    const found = bytes === null ? null : decodeJournal(bytes, published);
    if (found !== null) mustBelongTo(owner, found);
    const journal = new Journal<Record>(disk, owner, found);
    if (found === null) await journal.rewrite([]);
    else await journal.resume(found.lengthBytes, published ?? 0);
    return journal;
  }

  private constructor(disk: Disk, owner: JournalOwner, found: DecodedJournal | null) {
    this.disk = disk;
    this.owner = owner;
    this.synced = disk.open(syncedFile, false);
    this.incarnation = (found?.incarnation ?? 0) + 1;
    this.recovered = (found?.records ?? []) as readonly Record[];
    this.tornBytes = found?.tornBytes ?? 0;
    this.generation = found?.header.generation ?? 0;
  }

  /** Adds records; durable when the next `sync` has ended. */
  append(records: readonly Record[]): void {
    for (const record of records) this.pending.push(JSON.stringify(record));
  }

  /** Atomically replaces everything, what was appended before included; durable when the next `sync` has ended. */
  replace(records: readonly Record[]): void {
    this.pending = [];
    this.replaces = true;
    this.append(records);
  }

  /** Makes everything durable that was added before this call. One at a time. */
  async sync(): Promise<void> {
    const { pending, replaces } = this;
    this.pending = [];
    this.replaces = false;
    if (replaces) await this.rewrite(pending);
    else await this.extend(pending.map((json) => encodeFrame(this.fileBytes, 'r', json)).join(''));
    this.counters.records += pending.length;
  }

  /** The size of the file. */
  get lengthBytes(): number {
    return this.fileBytes;
  }

  close(): void {
    this.file?.close();
    this.synced.close();
    this.file = null;
  }

  /**
   * Goes on with the file that is there: cuts the torn tail off, and notes the new incarnation. The last records may be
   * intact and yet unsynced, since they outlive a process that is killed: durable is what was published, and no more.
   */
  private async resume(intactBytes: number, publishedBytes: number): Promise<void> {
    this.file = this.disk.open(journalFile, false);
    this.file.truncate(intactBytes);
    this.fileBytes = intactBytes;
    await this.extend(encodeFrame(publishedBytes, 'i', String(this.incarnation)));
  }

  private async extend(frames: string): Promise<void> {
    if (this.file === null) throw new Error('the journal is closed');
    const bytes = Buffer.from(frames);
    this.file.write(bytes, this.fileBytes);
    this.fileBytes += bytes.length;
    await this.file.sync();
    this.noteSync(bytes.length);
  }

  /** A new file with these records as its base takes the place of the old one. */
  private async rewrite(records: readonly string[]): Promise<void> {
    this.generation += 1;
    const header: JournalHeader = {
      format: 'ordeal-journal',
      version: 1,
      ...this.owner,
      generation: this.generation,
      incarnation: this.incarnation,
      records: records.length,
    };
    const base = records.map((json) => encodeFrame(0, 'r', json)).join('');
    const bytes = Buffer.from(encodeFrame(0, 'h', JSON.stringify(header)) + base);
    const file = this.disk.open(newFile, true);
    file.write(bytes, 0);
    // Durable before it has the name: otherwise a crash could leave an empty file under it.
    await file.sync();
    this.disk.rename(newFile, journalFile);
    await this.disk.syncFolder();
    this.file?.close();
    this.file = file;
    this.fileBytes = bytes.length;
    this.counters.compactions += 1;
    this.noteSync(bytes.length);
  }

  private noteSync(bytes: number): void {
    this.counters.syncs += 1;
    this.counters.bytes += bytes;
    this.synced.write(Buffer.from(publishedText(this.generation, this.fileBytes)), 0);
  }
}

function mustBelongTo(owner: JournalOwner, { header }: DecodedJournal): void {
  const [found, wanted] = [nameOf(header), nameOf(owner)];
  if (found !== wanted) throw new JournalCorrupt(`it belongs to ${found}, not to ${wanted}`);
}

function nameOf({ model, node, options = {} }: JournalOwner): string {
  const pairs = Object.entries(options).map(([name, value]) => `${name}=${value}`);
  return [`node ${node} of model ${model}`, ...pairs].join(' with ');
}

/** Of fixed width, so that one small write replaces it. */
function publishedText(generation: number, durableBytes: number): string {
  return `${String(generation).padStart(10, '0')} ${String(durableBytes).padStart(15, '0')}\n`;
}

/** The durable length that was published for this very file; undefined when none was. */
function publishedBytes(disk: Disk, journal: Buffer): number | undefined {
  const text = disk.read(syncedFile)?.toString('latin1') ?? '';
  const [, generation, bytes] = /^(\d{10}) (\d{15})\n/.exec(text) ?? [];
  return Number(generation) === generationOf(journal) ? Number(bytes) : undefined;
}

/**
 * How many bytes of the journal in this folder are promised: a disk fault may damage only what lies beyond. Null when
 * there is no journal yet.
 */
export function promisedBytes(disk: Disk): number | null {
  const journal = disk.read(journalFile);
  // Without a published length the file has just been renamed into place, all of it synced.
  return journal === null ? null : (publishedBytes(disk, journal) ?? journal.length);
}
