/**
 * Databases of SQLite, each a file in the memory of one WebAssembly module, which is loaded once a process. That memory
 * knows no garbage collection, and nobody tells a core when it is dropped; so few databases are open at a time, and the
 * one longest unused goes on as bytes until it is used again. Nothing else than the file may therefore matter to a
 * database (see functions.ts and text.ts): what belongs to a connection would come and go.
 */
import type { Database as Connection, SqlJs, SqlJsValue as SqlValue } from 'sql.js/dist/sql-wasm-inline.js';
import { assert } from '../../kernel/assert.ts';

export type { Connection, SqlValue };

let sqlite: SqlJs | null = null;

/** Must have ended before the first database is used. Loads some 700 kB; nobody pays for it who uses no database. */
export async function loadSqlite(): Promise<void> {
  if (sqlite !== null) return;
  const { default: initialise } = await import('sql.js/dist/sql-wasm-inline.js');
  // The functions of its own that sql.js could add are not those of SQLite.
  sqlite = await initialise({ useOldExtensionFunctions: false });
}

/** A file of at most 4 MiB: it travels in snapshots. Small pages, because most are small. */
export const fileBytesMax = 4 * 1024 * 1024;
export const pageBytes = 1024;

/**
 * Page size and limit are those of every node, so that a full file is full everywhere. The rest spares work: a crash ends
 * the whole node, so nothing in its memory has to survive one.
 */
const settings = `
  PRAGMA page_size = ${pageBytes};
  PRAGMA max_page_count = ${fileBytesMax / pageBytes};
  PRAGMA journal_mode = MEMORY;
  PRAGMA temp_store = MEMORY;
  PRAGMA synchronous = OFF;`;

/** So many databases are open at once: more than a cluster of the simulator has nodes. */
const openMax = 32;

/** The open ones, from the one longest unused to the latest (a Set keeps the order of insertion). */
const openFiles = new Set<DatabaseFile>();

export class DatabaseFile {
  private bytes: Uint8Array | null;
  private connection: Connection | null = null;

  /** An empty one, or one with this content. */
  constructor(bytes: Uint8Array | null = null) {
    this.bytes = bytes;
  }

  /** To be used at once, and not to be kept. */
  open(): Connection {
    openFiles.delete(this);
    openFiles.add(this);
    if (this.connection !== null) return this.connection;
    assert(sqlite !== null, 'SQLite is loaded before the first node is made (NodeModel.prepare)');
    this.connection = new sqlite.Database(this.bytes);
    this.connection.run(settings);
    this.bytes = null;
    for (const longestUnused of openFiles) {
      if (openFiles.size <= openMax) break;
      longestUnused.close();
    }
    return this.connection;
  }

  /** Goes on as bytes until it is used again. No transaction may be open. */
  close(): void {
    openFiles.delete(this);
    if (this.connection === null) return;
    this.bytes = this.connection.export();
    this.connection.close();
    this.connection = null;
  }

  content(): Uint8Array {
    return this.bytes ?? this.open().export();
  }
}
