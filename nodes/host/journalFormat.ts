/**
 * The journal on disk: one frame a line, to be read with `less`.
 *
 *     crc32     durable tag payload
 *     5ba1d7c3  0       h   {"format":"ordeal-journal", … "records":1}      the header, then that many records:
 *     0c93e5aa  0       r   {"kind":"hardState", …}                         the base: durable before the file got its name
 *     77f20b1e  158     i   2                                               the second incarnation begins
 *     a9e01f44  181     r   {"kind":"entry", …}                             appended by commit groups
 *
 * The checksum covers the rest of the line. JSON text holds no raw newline, so a line is a frame. `durable` is how many
 * bytes of the file were synced when the frame was written: a witness that tells a torn tail from a damaged middle.
 * One commit group at most is unsynced at any time, and while a node starts also the one that its last process left. So
 * damage before the `durable` of any intact frame is damage to something that was promised, and must never be cut off
 * silently.
 */
import { crc32 } from 'node:zlib';
import type { OptionValues } from '../kernel/model.ts';

export interface JournalHeader {
  readonly format: 'ordeal-journal';
  readonly version: 1;
  readonly model: string;
  readonly node: string;
  readonly options?: OptionValues;
  /** Counts the compactions; tells whether a published length speaks of this file. */
  readonly generation: number;
  /** The incarnation that wrote this file. */
  readonly incarnation: number;
  /** How many records belong to the base. */
  readonly records: number;
}

export type FrameTag = 'h' | 'r' | 'i';

interface Frame {
  readonly durableBytes: number;
  readonly tag: FrameTag;
  readonly payload: unknown;
}

/** The file is damaged where it had been durable, or is no journal: the node must not start on it. */
export class JournalCorrupt extends Error {
  override name = 'JournalCorrupt';
}

export interface DecodedJournal {
  readonly header: JournalHeader;
  readonly records: readonly unknown[];
  /** The last incarnation that has begun. */
  readonly incarnation: number;
  /** Where the intact part ends. */
  readonly lengthBytes: number;
  /** How much follows it: the torn tail. */
  readonly tornBytes: number;
}

/** The line of one frame; `json` is the payload's text. */
export function encodeFrame(durableBytes: number, tag: FrameTag, json: string): string {
  const content = `${durableBytes} ${tag} ${json}\n`;
  return `${checksum(content)} ${content}`;
}

function checksum(content: string | Uint8Array): string {
  return crc32(content).toString(16).padStart(8, '0');
}

/**
 * Reads a journal. `publishedBytes` is the durable length that was published beside it, if that speaks of this file:
 * it is never more than what was synced, so nothing may be missing below it. A damaged or cut frame at the end is a
 * torn tail; any other damage throws `JournalCorrupt`. O(bytes).
 */
export function decodeJournal(bytes: Buffer, publishedBytes: number | undefined): DecodedJournal {
  const first = frameAt(bytes, 0);
  if (first === null) throw new JournalCorrupt('its header is damaged or missing, so it is no journal');
  const header = headerOf(first.frame);
  const records: unknown[] = [];
  let { incarnation } = header;
  let at = first.endBytes;
  while (at < bytes.length) {
    const found = frameAt(bytes, at);
    if (found === null) break;
    if (found.frame.tag === 'r') records.push(found.frame.payload);
    if (found.frame.tag === 'i') incarnation = Number(found.frame.payload);
    at = found.endBytes;
  }
  if (records.length < header.records) {
    throw new JournalCorrupt(
      `${damageAt(bytes, at)}, inside the base, which was durable before the file had its name`,
    );
  }
  if (publishedBytes !== undefined && publishedBytes > at) {
    throw new JournalCorrupt(`${damageAt(bytes, at)}, but ${publishedBytes} bytes were durable`);
  }
  if (at < bytes.length) mustBeTail(bytes, at, publishedBytes !== undefined);
  return { header, records, incarnation, lengthBytes: at, tornBytes: bytes.length - at };
}

/** The generation of the file that these bytes begin; undefined when its header is damaged. */
export function generationOf(bytes: Buffer): number | undefined {
  const first = frameAt(bytes, 0)?.frame;
  return first?.tag === 'h' ? (first.payload as JournalHeader).generation : undefined;
}

function headerOf(frame: Frame): JournalHeader {
  const header = frame.payload as JournalHeader;
  if (frame.tag !== 'h' || header.format !== 'ordeal-journal') throw new JournalCorrupt('it is no journal');
  if (header.version !== 1)
    throw new JournalCorrupt(`its format version is ${String(header.version)}, not 1`);
  return header;
}

/**
 * Throws unless the damage at `at` can be the torn last write: nothing durable comes after it. `isKnown` says that it
 * lies beyond a published length.
 */
function mustBeTail(bytes: Buffer, at: number, isKnown: boolean): void {
  let intactAt: number | null = null;
  for (let next = at + 1; next < bytes.length;) {
    const found = frameAt(bytes, next);
    if (found === null) {
      next += 1;
      continue;
    }
    intactAt ??= next;
    if (found.frame.durableBytes > at) {
      throw new JournalCorrupt(
        `${damageAt(bytes, at)}, which was durable when the frame at byte ${next} was written`,
      );
    }
    next = found.endBytes;
  }
  // The rest of its own commit group may be intact. Then only a published length knows that it was not promised.
  if (intactAt !== null && !isKnown) {
    throw new JournalCorrupt(`${damageAt(bytes, at)}, and an intact frame follows at byte ${intactAt}`);
  }
}

function damageAt(bytes: Buffer, at: number): string {
  return `a checksum does not hold (or the file ends too early) at byte ${at} of ${bytes.length}`;
}

const newline = 0x0a;
const space = 0x20;
const checksumBytes = 8;

/** The intact frame that starts at this offset, or null. */
function frameAt(bytes: Buffer, at: number): { frame: Frame; endBytes: number } | null {
  if (bytes[at + checksumBytes] !== space) return null;
  const stated = bytes.toString('latin1', at, at + checksumBytes);
  if (!/^[0-9a-f]{8}$/.test(stated)) return null;
  const end = bytes.indexOf(newline, at);
  if (end < 0) return null;
  const content = bytes.subarray(at + checksumBytes + 1, end + 1);
  if (checksum(content) !== stated) return null;
  const [durable = '', tag = ''] = content.toString('latin1', 0, 24).split(' ', 2);
  const payload: unknown = JSON.parse(content.toString('utf8', durable.length + tag.length + 2));
  return { frame: { durableBytes: Number(durable), tag: tag as FrameTag, payload }, endBytes: end + 1 };
}
