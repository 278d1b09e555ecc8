/** What is refused from the text of a statement alone, and what is not. */
import assert from 'node:assert/strict';
import { effectOf, refusalOfText, sqlLengthMax } from '../../../../nodes/machines/sql/text.ts';

describe('the text of a statement', () => {
  for (const [sql, why] of [
    ['SELECT random()', /chance/],
    ['SELECT "random" ()', /chance/],
    ['SELECT [randomblob] /* a */ -- b\n (3)', /chance/],
    ['INSERT INTO t VALUES (`random`())', /chance/],
    ['CREATE TABLE t (a DEFAULT (random()))', /chance/],
    ["SELECT date('now')", /clock/],
    ["SELECT strftime('%s', ?)", /clock/],
    ['SELECT unixepoch()', /clock/],
    ['SELECT CURRENT_TIMESTAMP', /clock/],
    ['CREATE TABLE t (a DEFAULT current_date)', /clock/],
    ['SELECT last_insert_rowid()', /RETURNING/],
    ['SELECT changes()', /connection/],
    ['SELECT sqlite_version()', /built/],
    ["SELECT load_extension('x')", /built/],
    ['SELECT zeroblob(1000000000)', /any size/],
    ["SELECT printf('%1000000d', 1)", /any size/],
    ["SELECT a FROM t WHERE a LIKE '%a%b'", /exponential/],
    ["SELECT a FROM t WHERE a GLOB '*'", /exponential/],
    ["SELECT like('%', 'a')", /exponential/],
    ['WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c', /call itself/],
    ['INSERT INTO t WITH c AS (SELECT 1) SELECT * FROM c', /call itself/],
    ['SELECT sum(a) OVER () FROM t', /bounded/],
    ["SELECT value FROM json_each('[1]')", /bounded/],
    ['PRAGMA foreign_keys = ON', /connection/],
    ['SELECT * FROM pragma_table_info', /connection/],
    ["ATTACH 'a' AS b", /snapshot/],
    ['VACUUM', /transaction/],
    ['ANALYZE', /plan/],
    ['BEGIN', /one transaction/],
    ['COMMIT', /one transaction/],
    ['SAVEPOINT a', /one transaction/],
    ['CREATE TEMP TABLE t (a)', /connection/],
    ['CREATE TABLE "temp".t (a)', /connection/],
    ["CREATE TABLE 'Temp' . t (a)", /connection/],
    ['CREATE TABLE t (a, b AS (a + a))', /exponential/],
    ['CREATE TABLE t (a, b GENERATED ALWAYS AS (a + a) STORED)', /exponential/],
    ['CREATE VIRTUAL TABLE t USING fts3', /plain tables/],
    ['CREATE TRIGGER a AFTER INSERT ON t BEGIN SELECT 1; END', /stands in the statement/],
    ['SELECT 1; SELECT 2', /one statement/],
    ['SELECT 1;;', /one statement/],
    ['EXPLAIN SELECT 1', /one node/],
    ['frobnicate', /begins with SELECT/],
    ['', /no statement/],
    [' -- only a comment', /no statement/],
    ['SELECT 1\0', /character 0/],
    [`SELECT ${'1'.repeat(sqlLengthMax)}`, /at most/],
  ] as const) {
    it(`is refused: ${sql.slice(0, 60)}`, () => {
      const refusal = refusalOfText(sql);
      assert(refusal !== null);
      assert.match(refusal, why);
    });
  }

  for (const [sql, effect] of [
    ['SELECT 1;', 'reads'],
    ['  /* a */ values (1) -- end', 'reads'],
    ["SELECT 'random()', ';', 'it''s like this'", 'reads'],
    ['SELECT random FROM t', 'reads'],
    ['SELECT "a;b" FROM t WHERE [x;y] = ?1 AND `z` = :name', 'reads'],
    ['INSERT INTO over (date, time) VALUES (?, ?) RETURNING date', 'changes'],
    ['REPLACE INTO t VALUES (1)', 'changes'],
    ['UPDATE t SET a = substr(a, 1, 3) WHERE instr(b, ?) > 0', 'changes'],
    ['DELETE FROM t', 'changes'],
    ['CREATE TABLE IF NOT EXISTS t (a INTEGER PRIMARY KEY, b CHECK (b > 0)) WITHOUT ROWID', 'defines'],
    ['CREATE UNIQUE INDEX i ON t (a)', 'defines'],
    ['CREATE VIEW v AS SELECT max(a) FROM t', 'defines'],
    ['DROP TABLE t', 'defines'],
    ['ALTER TABLE t ADD COLUMN c', 'defines'],
  ] as const) {
    it(`${effect}: ${sql}`, () => {
      assert.equal(refusalOfText(sql), null);
      assert.equal(effectOf(sql), effect);
    });
  }
});
