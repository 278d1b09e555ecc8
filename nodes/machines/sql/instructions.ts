/** The program that SQLite compiles a statement to, as EXPLAIN tells it. */
import type { Connection, SqlValue } from './databases.ts';

/** The columns of EXPLAIN that are of use. */
export interface Instruction {
  readonly opcode: string;
  readonly p1: number;
  readonly p2: number;
  readonly p4: string;
}

export function instructionsOf(connection: Connection, sql: string): readonly Instruction[] {
  return rowsOf(connection, `EXPLAIN ${sql}`).map(([, opcode, p1, p2, , p4]) => ({
    opcode: String(opcode),
    p1: Number(p1),
    p2: Number(p2),
    p4: typeof p4 === 'string' ? p4 : '',
  }));
}

export function rowsOf(connection: Connection, sql: string): readonly (readonly SqlValue[])[] {
  const statement = connection.prepare(sql);
  try {
    const rows: SqlValue[][] = [];
    while (statement.step()) rows.push(statement.get());
    return rows;
  } finally {
    statement.free();
  }
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
