/**
 * The bound on the work of a statement, against its slow twin: a function that counts how often it is called, once for
 * every row that a query looks at.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DatabaseFile, loadSqlite, type Connection } from '../../../../nodes/machines/sql/databases.ts';
import { programOf, rowsPassedMax, valueBytesMax, workOf } from '../../../../nodes/machines/sql/work.ts';

const sizes = { a: 7, b: 5, c: 3, d: 0 } as const;

function connect(): Connection {
  const connection = new DatabaseFile().open();
  for (const [table, size] of Object.entries(sizes)) {
    connection.run(`CREATE TABLE ${table} (x, y)`);
    for (let at = 0; at < size; at++) connection.run(`INSERT INTO ${table} VALUES (${at % 2}, ${at})`);
  }
  connection.run('CREATE INDEX ax ON a (x); CREATE VIEW v AS SELECT DISTINCT x, y FROM a');
  return connection;
}

function bound(connection: Connection, sql: string): number {
  const program = programOf(connection, sql);
  assert.equal(program.refusal, null, sql);
  return workOf(connection, program, 0).rows;
}

/** How many rows are looked at: `abs` in the query stands where each of them is seen. */
function seen(connection: Connection, sql: string): number {
  let count = 0;
  connection.create_function('tick', (_value) => ++count);
  const statement = connection.prepare(sql.replaceAll('abs(', 'tick('));
  while (statement.step());
  statement.free();
  return count;
}

const source = fc.oneof(
  fc.constantFrom('a', 'b', 'c', 'd', 'v'),
  fc.integer({ min: 1, max: 6 }).map((rows) => {
    const list = Array.from({ length: rows }, (_, at) => `(${at % 3}, ${at})`);
    return `(SELECT column1 AS x, column2 AS y FROM (VALUES ${list.join(', ')}))`;
  }),
  fc.constantFrom(
    '(SELECT x, count(*) AS y FROM a GROUP BY x)',
    '(SELECT x, y FROM b UNION SELECT x, y FROM c)',
    '(SELECT x, y FROM b UNION ALL SELECT y, x FROM a)',
    '(SELECT y AS x, x AS y FROM a ORDER BY x LIMIT 4)',
    '(SELECT DISTINCT x, 1 AS y FROM b)',
  ),
);

/** Joins whose condition looks at every combination of rows, and subqueries that are done again for each. */
const query = fc
  .record({
    sources: fc.array(source, { minLength: 1, maxLength: 4 }),
    isEqual: fc.boolean(),
    more: fc.constantFrom(
      '',
      ' ORDER BY 1 DESC',
      ' GROUP BY s0.y',
      ' AND s0.x IN (SELECT x FROM b WHERE abs(y) >= 0)',
      ' AND EXISTS (SELECT 1 FROM c WHERE abs(y + s0.x) > 99)',
    ),
  })
  .map(({ sources, isEqual, more }) => {
    const from = sources.map((text, at) => `${text} AS s${at}`).join(', ');
    const sum = sources.map((_, at) => `s${at}.y`).join(' + ');
    const condition = isEqual && sources.length > 1 ? 's0.x = s1.x AND ' : '';
    return `SELECT s0.x FROM ${from} WHERE ${condition}abs(${sum}) >= 0${more}`;
  });

/** Expressions that make long values of short ones, also of one that a subquery has made and that is used twice. */
const { expression } = fc.letrec<{ expression: string; longer: string }>((tie) => ({
  expression: fc.oneof({ maxDepth: 4 }, fc.constantFrom('x', "'ab'''", 'y'), tie('longer')),
  longer: fc.oneof(
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `(${a} || ${b})`),
    fc
      .tuple(tie('expression'), tie('expression'), tie('expression'))
      .map((all) => `concat(${all.join(', ')})`),
    tie('expression').map((a) => `hex(${a})`),
    tie('expression').map((a) => `quote(${a})`),
    tie('expression').map((a) => `upper(${a})`),
  ),
}));

describe('the work of a statement', () => {
  before(loadSqlite);

  it('is never more than the bound', () => {
    const connection = connect();
    let least = Infinity;
    fc.assert(
      fc.property(query, (sql) => {
        const [most, counted] = [bound(connection, sql), seen(connection, sql)];
        // The join and the subquery count one row each, where one loop inside of the others passes over it.
        assert(counted <= 2 * most, `${sql}: ${counted} of ${most}`);
        if (counted > 0) least = Math.min(least, most / counted);
      }),
      { seed: 7, numRuns: Number(process.env['ORDEAL_FUZZ_RUNS'] ?? 200) },
    );
    assert(least <= 1, `the bound is never reached: ${least} times of what was counted`);
  });

  for (const [sql, rows] of [
    ['SELECT 1', 1],
    ['SELECT y FROM a', 7],
    ['SELECT y FROM a WHERE rowid = 3', 1],
    ['SELECT * FROM a, b', 35],
    ['SELECT * FROM a, b, c', 105],
    ['SELECT * FROM a ORDER BY y', 7],
    ['UPDATE a SET y = 1 WHERE rowid = 2', 1],
    ['UPDATE a SET y = y + 1', 7],
    // The rows come from a coroutine, which counts as if it had one more that is written out.
    ['INSERT INTO b SELECT y, x FROM a', 14],
    ['SELECT y, (SELECT max(y) FROM b WHERE b.x = a.x) FROM a', 35],
  ] as const) {
    it(`passes over ${rows} rows at most: ${sql}`, () => {
      assert.equal(bound(connect(), sql), rows);
    });
  }

  it('of lists that are written out counts, too', () => {
    const list = `(VALUES ${Array.from({ length: 200 }, () => '(1)').join(', ')})`;
    assert(bound(connect(), `SELECT count(*) FROM ${list}, ${list}, ${list}`) > rowsPassedMax);
  });

  it('of a view that is looped over twice counts twice', () => {
    const connection = connect();
    assert(bound(connection, 'SELECT * FROM v AS p, v AS q') >= 49);
  });

  it('makes no value longer than the bound', () => {
    const connection = connect();
    connection.run("UPDATE a SET x = '''''', y = 'some text'");
    fc.assert(
      fc.property(expression, expression, fc.constantFrom('max', 'group_concat'), (inner, outer, gather) => {
        const sql = `SELECT ${gather}(${outer}) FROM (SELECT DISTINCT ${inner} AS x, y FROM a)`;
        const { valueBytes, gatheredBytes } = workOf(connection, programOf(connection, sql), sql.length);
        const statement = connection.prepare(sql);
        statement.step();
        const length = String(statement.get()[0]).length;
        statement.free();
        assert(length <= (gather === 'max' ? valueBytes : gatheredBytes), `${sql}: ${length}`);
      }),
      { seed: 3, numRuns: Number(process.env['ORDEAL_FUZZ_RUNS'] ?? 100) },
    );
  });

  it('with long values is more', () => {
    const connection = connect();
    const bytes = (sql: string): number =>
      workOf(connection, programOf(connection, sql), sql.length).valueBytes;
    assert(bytes(`SELECT ${'hex('.repeat(30)}'a'${')'.repeat(30)}`) > valueBytesMax);
    assert(bytes(`SELECT x${' || x'.repeat(60)} FROM a`) > valueBytesMax);
    assert(bytes("SELECT x || ', ' || y || '.' FROM a") < valueBytesMax / 10);
  });

  it('is refused for functions and tables that the text did not show', () => {
    const connection = connect();
    for (const sql of ["SELECT 'a' LIKE 'b'", 'SELECT random() FROM a', "SELECT * FROM json_each('[]')"])
      assert.notEqual(programOf(connection, sql).refusal, null, sql);
  });
});
