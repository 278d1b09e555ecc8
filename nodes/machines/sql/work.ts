/**
 * What a statement would do, told by the program that SQLite compiles it to (EXPLAIN), before it is carried out: which
 * functions it calls, and how many rows its loops pass over at most. A limit in seconds would let one node finish what
 * another one gives up; this bound depends on nothing but the statement and the tables, so every node decides alike.
 *
 * The bound. Rows come from tables and indices, or are written out in the statement. Loops over tables may all be nested:
 * their sizes are multiplied. A loop over a sorter, or over rows that were gathered on the way, passes over rows that a
 * counted loop has put there, but for those written out, each of which has an instruction of its own. A copy of gathered
 * rows (OpenDup: the same view twice) may be looped over for each of them, so it counts as all tables once more.
 * Nothing recursive is compiled (text.ts). Loops one after another are multiplied too: that is too much, and safe.
 */
import { allowedFunctions } from './functions.ts';
import type { Connection, SqlValue } from './databases.ts';

/** So many rows may be passed over by the statements of a request: some tenths of a second. */
export const rowsPassedMax = 2_000_000;

/** What the program of a statement says, until a table is made or changed. */
export interface Program {
  /** Why it must not run; null when it may. */
  readonly refusal: string | null;
  /** The table of each loop over a table or an index; one that is looped over twice is there twice. */
  readonly tables: readonly string[];
  /** How often the rows of all these tables may be passed over once more, and a factor for rows that are written out. */
  readonly copies: number;
  readonly writtenOut: number;
}

/** The columns of EXPLAIN that are of use. */
interface Instruction {
  readonly opcode: string;
  readonly p1: number;
  readonly p2: number;
  readonly p4: string;
}

function instructionsOf(connection: Connection, sql: string): readonly Instruction[] {
  return rowsOf(connection, `EXPLAIN ${sql}`).map(([, opcode, p1, p2, , p4]) => ({
    opcode: String(opcode),
    p1: Number(p1),
    p2: Number(p2),
    p4: typeof p4 === 'string' ? p4 : '',
  }));
}

function rowsOf(connection: Connection, sql: string): readonly (readonly SqlValue[])[] {
  const statement = connection.prepare(sql);
  try {
    const rows: SqlValue[][] = [];
    while (statement.step()) rows.push(statement.get());
    return rows;
  } finally {
    statement.free();
  }
}

const calling = new Set(['Function', 'PureFunc', 'AggStep', 'AggInverse']);
const looping = new Set(['Next', 'Prev']);
const yielding = new Set(['Yield']);
const inserting = new Set(['Insert', 'IdxInsert']);

/** Looks at a statement as it would run now. */
export function programOf(connection: Connection, sql: string): Program {
  const instructions = instructionsOf(connection, sql);
  const tables: string[] = [];
  const opened = tablesOfCursors(connection, instructions);
  const sorters = new Set(instructions.filter(({ opcode }) => opcode === 'SorterOpen').map(({ p1 }) => p1));
  /** How many instructions of this kind act on the same cursor, or the same coroutine. */
  const count = (p1: number, opcodes: ReadonlySet<string>): number =>
    instructions.filter((other) => other.p1 === p1 && opcodes.has(other.opcode)).length;
  let copies = 0;
  let writtenOut = 1;
  for (const { opcode, p1, p4 } of instructions) {
    const called = calling.has(opcode) ? p4.replace(/\(.*/, '').toLowerCase() : null;
    if (called !== null && !allowedFunctions.has(called))
      return {
        refusal: `${called}() is not among the functions that are offered`,
        tables,
        copies,
        writtenOut,
      };
    if (opcode === 'VOpen') return { refusal: 'virtual tables are not offered', tables, copies, writtenOut };
    if (opcode === 'OpenDup') copies++;
    if (opcode === 'InitCoroutine') writtenOut *= count(p1, yielding);
    if (!looping.has(opcode)) continue;
    const table = opened.get(p1);
    if (table !== undefined) tables.push(table);
    else if (!sorters.has(p1)) writtenOut *= count(p1, inserting) || instructions.length;
  }
  return { refusal: null, tables, copies, writtenOut };
}

/** The table behind each cursor that is opened on one, or on an index of it. */
function tablesOfCursors(
  connection: Connection,
  instructions: readonly Instruction[],
): ReadonlyMap<number, string> {
  const opens = instructions.filter(({ opcode }) => opcode === 'OpenRead' || opcode === 'OpenWrite');
  if (opens.length === 0) return new Map();
  const schema = rowsOf(connection, 'SELECT rootpage, tbl_name FROM sqlite_schema WHERE rootpage > 0');
  const names = new Map(schema.map(([root, name]) => [Number(root), String(name)]));
  return new Map(opens.map(({ p1, p2 }) => [p1, names.get(p2) ?? 'sqlite_schema']));
}

/** How many rows the program passes over at most, as the tables are now. O(pages of its tables). */
export function rowsPassed(connection: Connection, { tables, copies, writtenOut }: Program): number {
  const sizes = new Map<string, number>();
  let product = 1;
  for (const table of tables) {
    const size = sizes.get(table) ?? rowCount(connection, table);
    sizes.set(table, size);
    product *= Math.max(1, size);
  }
  return product ** (1 + copies) * writtenOut;
}

function rowCount(connection: Connection, table: string): number {
  const [row] = rowsOf(connection, `SELECT count(*) FROM "${table.replaceAll('"', '""')}"`);
  return Number(row?.[0] ?? 0);
}
