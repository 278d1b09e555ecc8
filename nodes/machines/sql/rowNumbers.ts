/**
 * The numbers of rows (rowid). SQLite counts upwards from the highest one of a table, and draws by chance once that is
 * 2^63 - 1: every node would draw something else. So no request may leave a row with a number of 2^62 or more behind;
 * below that no statement can count up to the end. What is left is a statement that writes the last number itself, draws
 * another one, and takes its own first row away again: statements that could do that are refused.
 */
import type { Connection } from './databases.ts';
import { quoted, rowsOf, type Instruction } from './instructions.ts';

const highest = 2n ** 62n;

/** What to look at before and after a statement that numbers rows. */
export interface RowNumbers {
  /** Why it must not run; null when it may. */
  readonly refusal: string | null;
  /** Each finds a row whose number is too high, if there is one. */
  readonly searches: readonly string[];
}

/** `opened`: the table behind each cursor. Of INSERT, REPLACE, UPDATE and DELETE; no other statement gives numbers away. */
export function rowNumbersOf(
  connection: Connection,
  instructions: readonly Instruction[],
  opened: ReadonlyMap<number, string>,
): RowNumbers {
  const acts = (opcode: string, cursor?: number): boolean =>
    instructions.some((each) => each.opcode === opcode && (cursor === undefined || each.p1 === cursor));
  const isOfManyRows = acts('InitCoroutine') || acts('Next') || acts('Prev');
  const searches = new Set<string>();
  for (const [cursor, table] of opened) {
    // Tables WITHOUT ROWID have only IdxInsert.
    if (!acts('Insert', cursor)) continue;
    if (isOfManyRows && acts('NewRowid', cursor) && acts('MustBeInt') && acts('Delete', cursor))
      return {
        refusal:
          'rows that are numbered by the statement and may replace one another are written one at a time',
        searches: [],
      };
    const name = nameOfNumber(connection, table);
    if (name === undefined)
      return { refusal: `the columns of ${table} take all names of rowid`, searches: [] };
    searches.add(`SELECT 1 FROM ${quoted(table)} WHERE ${name} >= ${highest} LIMIT 1`);
  }
  return { refusal: null, searches: [...searches] };
}

/** Why the rows must not stay as they are now; null when they may. O(log n) for each table. */
export function refusalOfRows(connection: Connection, searches: readonly string[]): string | null {
  const isTooHigh = searches.some((search) => rowsOf(connection, search).length > 0);
  return isTooHigh ? 'the number of a row (rowid) would be 2^62 or more' : null;
}

/** A column may have taken one of the names for itself. */
function nameOfNumber(connection: Connection, table: string): string | undefined {
  const columns = rowsOf(connection, `PRAGMA table_xinfo(${quoted(table)})`);
  const taken = new Set(columns.map(([, name]) => String(name).toLowerCase()));
  return ['rowid', 'oid', '_rowid_'].find((name) => !taken.has(name));
}
