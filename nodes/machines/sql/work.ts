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
 *
 * Lengths. A value starts as one of the file, of the parameters or of the text. Each instruction that puts values together
 * makes a value at most so many times as long as its longest argument; whatever the order, the product of all these
 * factors bounds every value. Rows that are gathered hold each row of a table as often as the other loops go round.
 */
import { allowedFunctions } from './functions.ts';
import { pageBytes, type Connection } from './databases.ts';
import { instructionsOf, quoted, rowsOf, type Instruction } from './instructions.ts';
import { rowNumbersOf, type RowNumbers } from './rowNumbers.ts';
import { effectOf } from './text.ts';
import { refusalOfLength } from './views.ts';

/** So many rows may be passed over by the statements of a request: some tenths of a second. */
export const rowsPassedMax = 2_000_000;
/** A value may become so long, and all rows that a statement gathers together. */
export const valueBytesMax = 32 * 1024 * 1024;
export const gatheredBytesMax = 512 * 1024 * 1024;

/** What the program of a statement says, until a table is made or changed. */
export interface Program {
  /** Why it must not run; null when it may. */
  readonly refusal: string | null;
  /** The table of each loop over a table or an index; one that is looped over twice is there twice. */
  readonly tables: readonly string[];
  /** How often the rows of all these tables may be passed over once more, and a factor for rows that are written out. */
  readonly copies: number;
  readonly writtenOut: number;
  /** How many times as long as what there was a value can become. */
  readonly growth: number;
  /** What tells whether it has given a row a number that is too high. */
  readonly searches: RowNumbers['searches'];
}

/** What a statement would do at most, as the tables are now. */
export interface Work {
  readonly rows: number;
  readonly valueBytes: number;
  readonly gatheredBytes: number;
}

const calling = new Set(['Function', 'PureFunc', 'AggStep', 'AggInverse']);
const looping = new Set(['Next', 'Prev']);
const yielding = new Set(['Yield']);
const inserting = new Set(['Insert', 'IdxInsert']);

/** Looks at a statement as it would run now. */
export function programOf(connection: Connection, sql: string): Program {
  const tooLong = refusalOfLength(connection, sql);
  if (tooLong !== null)
    return { refusal: tooLong, tables: [], copies: 0, writtenOut: 1, growth: 1, searches: [] };
  const instructions = instructionsOf(connection, sql);
  const tables: string[] = [];
  const opened = tablesOfCursors(connection, instructions);
  const sorters = new Set(instructions.filter(({ opcode }) => opcode === 'SorterOpen').map(({ p1 }) => p1));
  /** How many instructions of this kind act on the same cursor, or the same coroutine. */
  const count = (p1: number, opcodes: ReadonlySet<string>): number =>
    instructions.filter((other) => other.p1 === p1 && opcodes.has(other.opcode)).length;
  let [copies, writtenOut, growth] = [0, 1, 1];
  // A table that is only made now has no number of its own yet, and cannot be looked at.
  const numbers =
    effectOf(sql) === 'changes'
      ? rowNumbersOf(connection, instructions, opened)
      : { refusal: null, searches: [] };
  let refusal: string | null = numbers.refusal;
  for (const { opcode, p1, p4 } of instructions) {
    if (calling.has(opcode)) {
      const called = p4.replace(/\(.*/, '').toLowerCase();
      if (!allowedFunctions.has(called)) refusal = `${called}() is not among the functions that are offered`;
      growth *= growthOf(called, instructions.length);
    }
    if (opcode === 'Concat') growth *= 2;
    // Only the first database of a connection is the file.
    if (opcode === 'Transaction' && p1 !== 0)
      refusal = 'temporary tables belong to the connection of one node';
    if (opcode === 'VOpen') refusal = 'virtual tables are not offered';
    if (opcode === 'OpenDup') copies++;
    if (opcode === 'InitCoroutine') writtenOut *= count(p1, yielding);
    if (!looping.has(opcode)) continue;
    const table = opened.get(p1);
    if (table !== undefined) tables.push(table);
    else if (!sorters.has(p1)) writtenOut *= count(p1, inserting) || instructions.length;
  }
  return { refusal, tables, copies, writtenOut, growth, searches: numbers.searches };
}

/** How many times as long as its longest argument the result of a function can be. */
function growthOf(name: string, instructions: number): number {
  if (name === 'hex' || name === 'group_concat' || name === 'string_agg') return 2;
  if (name === 'quote') return 3;
  // As many arguments as there may be: each is put somewhere by an instruction.
  if (name === 'concat' || name === 'concat_ws' || name === 'char' || name === 'json_extract')
    return instructions;
  return 1;
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

/** `given`: the length of text and parameters. O(pages of the tables that are looped over). */
export function workOf(
  connection: Connection,
  { tables, copies, writtenOut, growth }: Program,
  given: number,
): Work {
  const sizes = new Map([...new Set(tables)].map((table) => [table, rowCount(connection, table)]));
  const loops = tables.map((table) => Math.max(1, sizes.get(table) ?? 1));
  const rows = loops.reduce((product, size) => product * size, 1) ** (1 + copies) * writtenOut;
  const file = fileBytes(connection);
  const rounds = loops.length * (rows / Math.min(...loops, rows));
  return {
    rows,
    valueBytes: growth * (file + given),
    gatheredBytes: growth * (file * rounds + rows * given),
  };
}

function fileBytes(connection: Connection): number {
  const [row] = rowsOf(connection, 'PRAGMA page_count');
  return Number(row?.[0] ?? 0) * pageBytes;
}

function rowCount(connection: Connection, table: string): number {
  const [row] = rowsOf(connection, `SELECT count(*) FROM ${quoted(table)}`);
  return Number(row?.[0] ?? 0);
}
