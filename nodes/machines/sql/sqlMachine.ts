/**
 * The relational machine: a database of SQLite, on which each request is one transaction. The statements come from a log,
 * so each node carries out the same ones in the same order; whatever could make their databases differ is refused, for
 * most of it before the log sees it.
 */
import { assert } from '../../kernel/assert.ts';
import type { ErrorName } from '../../kernel/errors.ts';
import type { Json } from '../../kernel/wire.ts';
import type { MachineResult, SqlRows, StateMachine } from '../machine.ts';
import { DatabaseFile, type Connection, type SqlValue } from './databases.ts';
import { refusalOfRows } from './rowNumbers.ts';
import { effectOf, parametersIn, refusalOfText } from './text.ts';
import { refusalOfViews } from './views.ts';
import { gatheredBytesMax, programOf, rowsPassedMax, valueBytesMax, workOf, type Program } from './work.ts';

export type SqlParams = readonly SqlScalar[] | { readonly [name: string]: SqlScalar };
type SqlScalar = null | boolean | number | string;

export interface SqlStatement {
  readonly sql: string;
  readonly params?: SqlParams;
  /** How many rows it must change: else the whole request leaves nothing behind. */
  readonly changes?: number;
}

/** All statements at one moment, or none. A request that only reads is a query, any other an operation. */
export interface SqlRequest {
  readonly type: 'sql';
  readonly statements: readonly SqlStatement[];
  /** Whether it came as one statement: then its answer is not a list. */
  readonly isSingle: boolean;
}

/** The file of the database, in base64. */
export interface SqlState {
  readonly database: string;
}

export interface SqlMachineSettings {
  /** The statements of a request are one transaction (not so: a planted bug). */
  readonly isAtomic: boolean;
}

export const rowsMax = 1000;
/** Of all rows of an answer together, as JSON: answers to writes are kept in sessions. */
export const answerLengthMax = 100_000;
/** So many statements are known at a time, with what they would do. */
const knownMax = 200;

/** Why a request leaves nothing behind. */
class SqlRefusal extends Error {
  override name = 'SqlRefusal';
  readonly error: ErrorName;

  constructor(error: ErrorName, why: string) {
    super(why);
    this.error = error;
  }
}

export class SqlMachine implements StateMachine<SqlRequest, SqlRequest, SqlState> {
  private readonly file: DatabaseFile;
  private readonly settings: SqlMachineSettings;
  /** What statements would do, as long as no table is made or changed. */
  private readonly programs = new Map<string, Program>();
  private schemaVersion = -1;
  /** Why statements are refused from their text, null for those that are not. */
  private readonly refusals = new Map<string, string | null>();

  constructor(state: SqlState | null = null, settings: SqlMachineSettings = { isAtomic: true }) {
    this.file = new DatabaseFile(state === null ? null : Buffer.from(state.database, 'base64'));
    this.settings = settings;
  }

  refusal({ type, statements }: SqlRequest): MachineResult | null {
    if (type !== 'sql')
      return { type: 'refused', error: 'not-supported', why: 'this node takes statements of SQL: POST /sql' };
    for (const [at, statement] of statements.entries()) {
      const why = this.refusalOfStatement(statement.sql) ?? refusalOfNames(statement);
      const where = statements.length === 1 ? '' : `statement ${at + 1}: `;
      if (why !== null) return { type: 'refused', error: 'malformed-request', why: `${where}${why}` };
    }
    return null;
  }

  private refusalOfStatement(sql: string): string | null {
    const known = this.refusals.get(sql);
    if (known !== undefined) return known;
    const why = refusalOfText(sql) ?? syntaxProblem(sql);
    if (this.refusals.size >= knownMax) this.refusals.clear();
    this.refusals.set(sql, why);
    return why;
  }

  query(request: SqlRequest): MachineResult {
    assert(isReadOnly(request.statements), 'what changes something goes through the log');
    return this.transact(request, 'ROLLBACK');
  }

  preview(request: SqlRequest): MachineResult {
    return this.transact(request, 'ROLLBACK');
  }

  apply(request: SqlRequest): MachineResult {
    return this.settings.isAtomic ? this.transact(request, 'COMMIT') : this.split(request);
  }

  snapshot(): SqlState {
    return { database: Buffer.from(this.file.content()).toString('base64') };
  }

  private transact(request: SqlRequest, end: 'COMMIT' | 'ROLLBACK'): MachineResult {
    const connection = this.file.open();
    connection.run('BEGIN');
    try {
      const results = this.runAll(connection, request.statements);
      connection.run(end);
      // A table that was made for nothing takes its version number back, which another one may get.
      if (end === 'ROLLBACK' && !isReadOnly(request.statements)) this.programs.clear();
      return { type: 'sql', results, isSingle: request.isSingle };
    } catch (error) {
      rollBack(connection);
      this.programs.clear();
      return refusedBy(error);
    }
  }

  /** The planted bug: each statement is a transaction of its own, and those before one that is refused stay. */
  private split({ statements, isSingle }: SqlRequest): MachineResult {
    try {
      return { type: 'sql', results: this.runAll(this.file.open(), statements), isSingle };
    } catch (error) {
      this.programs.clear();
      return refusedBy(error);
    }
  }

  private runAll(connection: Connection, statements: readonly SqlStatement[]): readonly SqlRows[] {
    let passed = 0;
    let length = 0;
    return statements.map((statement) => {
      const effect = effectOf(statement.sql);
      const program = this.knownProgram(connection, statement.sql);
      passed += checkedRows(connection, program, statement);
      if (passed > rowsPassedMax) throw tooMuch('rows would be passed over', passed, rowsPassedMax);
      const rows = runStatement(connection, statement);
      const problem =
        refusalOfRows(connection, program?.searches ?? []) ??
        (effect === 'defines' ? refusalOfViews(connection) : null);
      if (problem !== null) throw new SqlRefusal('txn-conflict', problem);
      length += JSON.stringify(rows).length;
      if (length > answerLengthMax)
        throw new SqlRefusal('txn-conflict', `the answer is longer than ${answerLengthMax} characters`);
      const changes = effect === 'changes' ? connection.getRowsModified() : 0;
      if (statement.changes !== undefined && statement.changes !== changes)
        throw new SqlRefusal(
          'precondition-failed',
          `${changes} rows would change, and ${statement.changes} must`,
        );
      return { ...rows, changes };
    });
  }

  /** What a statement would do; null for those that only make or change tables, of their own accord. */
  private knownProgram(connection: Connection, sql: string): Program | null {
    // A few passes over one table. What other statements would do may be something else from then on.
    if (/^\s*(alter|drop)\b/i.test(sql)) {
      this.programs.clear();
      return null;
    }
    const version = schemaVersionOf(connection);
    if (version !== this.schemaVersion || this.programs.size >= knownMax) this.programs.clear();
    this.schemaVersion = version;
    const program = this.programs.get(sql) ?? programOf(connection, sql);
    this.programs.set(sql, program);
    return program;
  }
}

/** SQLite binds null to what is not given, and leaves out what has no place: a name with a typo would be both. */
function refusalOfNames({ sql, params = [] }: SqlStatement): string | null {
  if (Array.isArray(params)) return null;
  const known = parametersIn(sql);
  const unknown = Object.keys(params).find((name) => !known.has(name));
  if (unknown === undefined) return null;
  return `it has no parameter ${JSON.stringify(unknown)}; names begin as in the statement: ":name"`;
}

/** How many rows a statement passes over at most, where no other limit stands against it. */
function checkedRows(
  connection: Connection,
  program: Program | null,
  { sql, params = [] }: SqlStatement,
): number {
  if (program === null) return 0;
  if (program.refusal !== null) throw new SqlRefusal('txn-conflict', program.refusal);
  // A character has three bytes at most, as UTF-8.
  const given = 3 * (sql.length + JSON.stringify(params).length);
  const { rows, valueBytes, gatheredBytes } = workOf(connection, program, given);
  if (valueBytes > valueBytesMax) throw tooMuch('bytes could be in one value', valueBytes, valueBytesMax);
  if (gatheredBytes > gatheredBytesMax)
    throw tooMuch('bytes could be gathered', gatheredBytes, gatheredBytesMax);
  return rows;
}

function tooMuch(what: string, most: number, allowed: number): SqlRefusal {
  return new SqlRefusal('txn-conflict', `too much work: up to ${most} ${what}, and ${allowed} may be`);
}

/** Whether a request changes nothing, whatever it finds. */
export function isReadOnly(statements: readonly SqlStatement[]): boolean {
  return statements.every(({ sql }) => effectOf(sql) === 'reads');
}

function runStatement(connection: Connection, { sql, params }: SqlStatement): Omit<SqlRows, 'changes'> {
  const statement = connection.prepare(sql);
  try {
    if (params !== undefined) statement.bind(params);
    const rows: Json[][] = [];
    while (statement.step()) {
      if (rows.length >= rowsMax) throw new SqlRefusal('txn-conflict', `there are more than ${rowsMax} rows`);
      rows.push(statement.get().map(jsonOf));
    }
    return { columns: statement.getColumnNames(), rows };
  } finally {
    statement.free();
  }
}

/** JSON has no bytes, and no infinity: a journal would turn it into null, and nodes would differ. */
function jsonOf(value: SqlValue): Json {
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString('base64') };
  return typeof value === 'number' && !Number.isFinite(value) ? null : value;
}

function schemaVersionOf(connection: Connection): number {
  const statement = connection.prepare('PRAGMA schema_version');
  try {
    statement.step();
    return Number(statement.get()[0]);
  } finally {
    statement.free();
  }
}

/** Some errors have ended the transaction already. */
function rollBack(connection: Connection): void {
  try {
    connection.run('ROLLBACK');
  } catch (error) {
    if (!/no transaction is active/.test((error as Error).message)) throw error;
  }
}

/** These say nothing about the statement, but about this node, so that others may not have them: it must not go on. */
const nodeProblem =
  /^(out of memory|disk I\/O error|database disk image is malformed|file is not a database|unable to open|database is locked|bad parameter)/;

/** What a request is answered that came to nothing; throws what only concerns this node. */
function refusedBy(error: unknown): MachineResult {
  if (error instanceof SqlRefusal) return { type: 'refused', error: error.error, why: error.message };
  // A trap of WebAssembly is a RuntimeError, and what sql.js finds wrong with its own use a string.
  if (!(error instanceof Error) || error.constructor !== Error || nodeProblem.test(error.message)) {
    throw new Error(`SQLite cannot go on: ${String(error)}`, { cause: error });
  }
  return { type: 'refused', error: errorNameOf(error.message), why: error.message };
}

/** That a table is missing reveals as much of the state as that a key is. */
function errorNameOf(message: string): ErrorName {
  return message.startsWith('no such table') ? 'key-does-not-exist' : 'txn-conflict';
}

/** An empty database, to ask whether a text is SQL at all: that does not depend on any table. */
let blank: DatabaseFile | null = null;

function syntaxProblem(sql: string): string | null {
  blank ??= new DatabaseFile();
  try {
    blank.open().prepare(sql).free();
  } catch (error) {
    const { message } = error as Error;
    if (/syntax error|incomplete input|unrecognized token/.test(message)) return message;
  }
  return null;
}
