/** What is used of sql.js: SQLite as WebAssembly, in one module that needs no file beside it. */
declare module 'sql.js/dist/sql-wasm-inline.js' {
  export interface Statement {
    bind(params: SqlJsParams): boolean;
    step(): boolean;
    get(): SqlJsValue[];
    getColumnNames(): string[];
    free(): boolean;
  }

  export type SqlJsValue = number | string | Uint8Array | null;
  export type SqlJsParams =
    | readonly (number | string | boolean | null)[]
    | { readonly [name: string]: number | string | boolean | null };

  export interface Database {
    /** Runs all statements of the text, and answers nothing. */
    run(sql: string): Database;
    /** Compiles the first statement of the text. */
    prepare(sql: string): Statement;
    /** How many rows the last INSERT, UPDATE or DELETE has changed. */
    getRowsModified(): number;
    /** The bytes of the file. */
    export(): Uint8Array;
    /** Makes a function of SQL of one of JavaScript. */
    create_function(name: string, act: (argument: SqlJsValue) => number): Database;
    close(): void;
  }

  export interface SqlJs {
    readonly Database: new (bytes?: Uint8Array | null) => Database;
  }

  const initialise: (settings: { readonly useOldExtensionFunctions: boolean }) => Promise<SqlJs>;
  export default initialise;
}
