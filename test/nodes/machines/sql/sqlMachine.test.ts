/** The relational machine: requests as transactions, limits, snapshots; and that nothing but the log matters to it. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { MachineResult } from '../../../../nodes/machines/machine.ts';
import { DatabaseFile, loadSqlite } from '../../../../nodes/machines/sql/databases.ts';
import {
  answerLengthMax,
  rowsMax,
  SqlMachine,
  type SqlParams,
  type SqlRequest,
  type SqlState,
  type SqlStatement,
} from '../../../../nodes/machines/sql/sqlMachine.ts';
import type { Json } from '../../../../nodes/kernel/wire.ts';

const statement = (sql: string, params?: SqlParams, changes?: number): SqlStatement => ({
  sql,
  ...(params && { params }),
  ...(changes !== undefined && { changes }),
});

function request(...statements: (SqlStatement | string)[]): SqlRequest {
  const all = statements.map((each) => (typeof each === 'string' ? statement(each) : each));
  return { type: 'sql', statements: all, isSingle: all.length === 1 };
}

/** The rows of the last statement, or what the refusal says. */
function outcome(result: MachineResult): Json {
  if (result.type === 'refused') return `${result.error}: ${result.why}`;
  assert(result.type === 'sql');
  return result.results.at(-1)?.rows ?? [];
}

const told = (rows: Json): string => (typeof rows === 'string' ? rows : JSON.stringify(rows));

class Subject {
  readonly machine: SqlMachine;

  constructor(machine = new SqlMachine()) {
    this.machine = machine;
  }

  do(...statements: (SqlStatement | string)[]): Json {
    return outcome(this.machine.apply(request(...statements)));
  }

  read(sql: string, params?: SqlParams): Json {
    return outcome(this.machine.query(request(statement(sql, params))));
  }
}

describe('the relational machine', () => {
  before(loadSqlite);

  it('applies statements, and answers rows', () => {
    const subject = new Subject();
    assert.deepEqual(subject.do('CREATE TABLE t (a INTEGER PRIMARY KEY, b)'), []);
    assert.deepEqual(subject.do(statement('INSERT INTO t (b) VALUES (?) RETURNING a', ['x'])), [[1]]);
    assert.deepEqual(subject.do(statement('INSERT INTO t (b) VALUES (:b)', { ':b': null })), []);
    assert.deepEqual(subject.read('SELECT a, b FROM t ORDER BY a'), [
      [1, 'x'],
      [2, null],
    ]);
    const result = subject.machine.apply(request('UPDATE t SET b = 1'));
    assert(result.type === 'sql');
    assert.deepEqual(result.results, [{ columns: [], rows: [], changes: 2 }]);
  });

  it('does all statements of a request, or none', () => {
    const subject = new Subject();
    subject.do('CREATE TABLE t (a CHECK (a >= 0))', 'INSERT INTO t VALUES (3)');
    for (const [statements, error] of [
      [['UPDATE t SET a = a + 5', 'UPDATE t SET a = a - 9'], /txn-conflict: CHECK/],
      [
        ['INSERT INTO t VALUES (1)', statement('UPDATE t SET a = 4 WHERE a = 99', [], 1)],
        /precondition-failed/,
      ],
      [['INSERT INTO t VALUES (1)', 'SELECT * FROM missing'], /key-does-not-exist: no such table/],
      [['CREATE TABLE u (a)', 'INSERT INTO u VALUES (elsewhere)'], /no such column/],
      [['DROP TABLE t', statement('VALUES (?)', [1, 2])], /out of range/],
      [['INSERT OR ROLLBACK INTO t VALUES (-1)'], /CHECK/],
    ] as const) {
      assert.match(told(subject.do(...statements)), error);
      assert.deepEqual(subject.read('SELECT a FROM t'), [[3]]);
      assert.deepEqual(subject.read("SELECT name FROM sqlite_schema WHERE name = 'u'"), []);
    }
  });

  it('splits requests only with the planted bug', () => {
    const split = new Subject(new SqlMachine(null, { isAtomic: false }));
    split.do('CREATE TABLE t (a)', 'INSERT INTO t VALUES (1)');
    assert.match(
      told(split.do('INSERT INTO t VALUES (2)', 'INSERT INTO missing VALUES (1)')),
      /no such table/,
    );
    assert.deepEqual(split.read('SELECT count(*) FROM t'), [[2]]);
  });

  it('previews without a trace', () => {
    const subject = new Subject();
    const before = subject.machine.snapshot();
    const made = request('CREATE TABLE t (a)', 'INSERT INTO t VALUES (1)', 'SELECT a FROM t');
    assert.deepEqual(outcome(subject.machine.preview(made)), [[1]]);
    assert.match(told(subject.read('SELECT a FROM t')), /no such table/);
    assert.equal(subject.machine.snapshot().database.length, before.database.length);
    assert.deepEqual(outcome(subject.machine.apply(made)), [[1]]);
  });

  it('says what is no SQL, and what is not for it, before anything starts', () => {
    const { machine } = new Subject();
    const why = (...statements: string[]): string => {
      const refusal = machine.refusal(request(...statements));
      return refusal?.type === 'refused' ? `${refusal.error}: ${refusal.why}` : 'none';
    };
    assert.match(why('SELECT FROM'), /malformed-request: near/);
    assert.match(
      why('SELECT 1', 'INSERT INTO t VALUES (random())'),
      /malformed-request: statement 2: random/,
    );
    assert.match(why("SELECT 'open"), /malformed-request: unrecognized token/);
    assert.equal(
      why('SELECT a FROM missing', 'UPDATE missing SET a = 1'),
      'none',
      'it depends on the tables',
    );
    const other = machine.refusal({ type: 'put', key: 'k', value: 1 } as unknown as SqlRequest);
    assert.equal(other?.type === 'refused' && other.error, 'not-supported');
  });

  it('refuses parameters by names that the statement does not have, and binds those that it has', () => {
    const subject = new Subject();
    const sql = `SELECT :a, @b, $c, ?4, :ñ, ':text', "$name" FROM (SELECT 1 AS "$name")`;
    const params = { ':a': 1, '@b': 2, $c: 3, '?4': 4, ':ñ': 5 };
    assert.deepEqual(subject.read(sql, params), [[1, 2, 3, 4, 5, ':text', 1]]);
    assert.equal(subject.machine.refusal(request(statement(sql, params))), null);
    for (const name of ['a', ':A', ':text', '$name', '?1', '']) {
      const refusal = subject.machine.refusal(request(statement(sql, { ...params, [name]: 1 })));
      assert(refusal?.type === 'refused' && refusal.error === 'malformed-request', name);
      assert.match(refusal.why, new RegExp(`no parameter "${name.replace(/[$?]/g, '\\$&')}"`));
    }
  });

  it('answers what JSON can say', () => {
    const rows = new Subject().read("SELECT 1, 2.5, 'ñ', NULL, x'00ff', 9e999, -9e999, ?, ?", [
      true,
      2 ** 40,
    ]);
    assert.deepEqual(rows, [[1, 2.5, 'ñ', null, { base64: 'AP8=' }, null, null, 1, 2 ** 40]]);
    assert.deepEqual(JSON.parse(JSON.stringify(rows)), rows);
  });

  it('bounds rows, answers, work and the file', () => {
    const subject = new Subject();
    const many = (count: number): string => Array.from({ length: count }, (_, at) => `(${at})`).join(', ');
    subject.do('CREATE TABLE t (a)', `INSERT INTO t VALUES ${many(rowsMax)}`);
    assert.equal((subject.read('SELECT a FROM t') as Json[]).length, rowsMax);
    subject.do(`INSERT INTO t VALUES ${many(800)}`);
    assert.match(told(subject.read('SELECT a FROM t')), /more than 1000 rows/);
    assert.match(told(subject.read('SELECT count(*) FROM t AS x, t AS y WHERE x.a < y.a')), /too much work/);
    assert.deepEqual(subject.read('SELECT count(*), max(a) FROM t WHERE a < 900'), [[1700, 899]]);
    const long = 'x'.repeat(answerLengthMax);
    assert.match(told(subject.read('SELECT ?', [long])), /longer than/);
    subject.do('CREATE TABLE big (a)', statement('INSERT INTO big VALUES (?)', [long]));
    let full: Json = null;
    for (let round = 0; round < 10 && !told(full).includes('full'); round++)
      full = subject.do('INSERT INTO big SELECT a FROM big');
    assert.equal(full, 'txn-conflict: database or disk is full');
    assert.deepEqual(subject.do('DELETE FROM big', 'SELECT count(*) FROM big'), [[0]], 'and goes on');
  });

  it('knows what a statement does after the tables have changed', () => {
    const subject = new Subject();
    const sql = 'SELECT count(*) FROM t AS x, u AS y WHERE x.a <= y.a';
    subject.do('CREATE TABLE u (a)', 'CREATE TABLE t (a)', sql);
    // The request is taken back, and with it the number of its version of the tables, which the next one gets.
    subject.do('DROP TABLE t', 'CREATE VIEW t AS SELECT 1 AS a', sql, 'SELECT * FROM missing');
    const list = Array.from({ length: 900 }, () => '(1)').join(', ');
    subject.do('CREATE VIEW other AS SELECT 1', 'DROP VIEW other', 'DROP TABLE t', 'CREATE TABLE t (a)');
    subject.do(`INSERT INTO t VALUES ${list}`, `INSERT INTO u VALUES ${list}`);
    assert.deepEqual(subject.read(sql), [[810_000]]);
    subject.do(`INSERT INTO t VALUES ${list}`, `INSERT INTO u VALUES ${list}`);
    assert.match(told(subject.read(sql)), /too much work/);
  });

  it('has no tables that belong to a connection, however their name is written', () => {
    for (const name of ["'temp'.x", "'TEMP' . x", '"temp".x', "'temp'/**/.x"]) {
      const subject = new Subject();
      assert.match(told(subject.do(`CREATE TABLE ${name} (a)`)), /connection of one node/, name);
      assert.match(told(subject.do(`CREATE VIEW ${name} AS SELECT 1`)), /connection of one node/, name);
    }
    const refusal = new SqlMachine().refusal(request("CREATE TABLE 'temp'.x (a)"));
    assert.equal(refusal?.type, 'refused', 'before anything starts');
  });

  it('gives rows no numbers by chance', () => {
    const last = '9223372036854775807';
    const tables = [
      'CREATE TABLE t (a INTEGER PRIMARY KEY, b UNIQUE)',
      'CREATE TABLE plain (a UNIQUE)',
      'CREATE TABLE shadowed (rowid, _rowid_)',
      'CREATE TABLE nameless (rowid, oid, _rowid_)',
    ];
    for (const [why, ...statements] of [
      [/2\^62/, `INSERT INTO t VALUES (${last}, 1)`],
      [/2\^62/, `INSERT INTO t VALUES (${last}, 1), (NULL, 2)`],
      [/2\^62/, 'INSERT INTO t VALUES (1, 1)', `UPDATE t SET a = ${last}`],
      [/2\^62/, 'INSERT INTO t VALUES (4611686018427387904, 1)'],
      [/2\^62/, `INSERT INTO plain (oid, a) VALUES (${last}, 1)`, 'INSERT INTO plain (a) VALUES (2)'],
      [/2\^62/, `INSERT INTO shadowed (oid) VALUES (${last})`],
      [/all names/, 'INSERT INTO nameless VALUES (1, 2, 3)'],
      [/one at a time/, `REPLACE INTO t VALUES (${last}, 1), (NULL, 1)`],
      [
        /one at a time/,
        `INSERT INTO t VALUES (${last}, 1), (NULL, 2), (7, 1) ON CONFLICT (b) DO UPDATE SET a = 5`,
      ],
    ] as const) {
      const subject = new Subject();
      subject.do(...tables);
      assert.match(told(subject.do(...statements)), why, statements.join('; '));
    }
    const subject = new Subject();
    subject.do(...tables);
    assert.deepEqual(subject.do('INSERT INTO t VALUES (4611686018427387903, 1) RETURNING 1'), [[1]]);
    assert.deepEqual(subject.do("REPLACE INTO plain VALUES ('a'), ('b') RETURNING rowid"), [[1], [2]]);
    assert.deepEqual(subject.do('REPLACE INTO t VALUES (7, 1)', 'SELECT a, b FROM t'), [[7, 1]]);
  });

  it('bounds views of views, in whatever order they are made, before they take for ever', () => {
    const levels = Array.from({ length: 30 }, (_, at) => at + 1);
    const view = (at: number): string =>
      `CREATE VIEW v${at} AS SELECT a FROM "V${at - 1}" UNION ALL SELECT a FROM 'v${at - 1}'`;
    for (const order of [levels, levels.toReversed()]) {
      const subject = new Subject();
      subject.do('CREATE TABLE v0 (a)', 'INSERT INTO v0 VALUES (1)');
      const answers = order.map((at) => told(subject.do(view(at))));
      assert(answers.some((answer) => /written out/.test(answer)));
      assert(answers.filter((answer) => answer === '[]').length > 8, 'a few levels are nothing');
      const renamed = told(subject.do('ALTER TABLE v0 RENAME TO w0'));
      assert.match(renamed, /^\[\]$|no such table/, 'it looks at every view, and ends');
    }
    const subject = new Subject();
    subject.do('CREATE TABLE v0 (a)', 'INSERT INTO v0 VALUES (1)', view(1), view(2), view(3));
    assert.deepEqual(subject.read('SELECT count(*) FROM v3'), [[8]]);
    const many = Array.from({ length: 400 }, () => '(SELECT max(a) FROM v3)').join(' + ');
    assert.match(told(subject.read(`SELECT ${many}`)), /written out/);
    // Named like a column of its own, and like columns elsewhere.
    subject.do('CREATE VIEW a AS SELECT a FROM v0');
    assert.deepEqual(subject.read('SELECT a FROM a'), [[1]]);
  });

  it('goes on where a snapshot ends, and the snapshot does not change', () => {
    const subject = new Subject();
    subject.do('CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b)', "INSERT INTO t (b) VALUES ('x')");
    const state = JSON.parse(JSON.stringify(subject.machine.snapshot())) as SqlState;
    subject.do("UPDATE t SET b = 'y'", 'DELETE FROM t');
    const later = new Subject(new SqlMachine(state));
    assert.deepEqual(later.read('SELECT a, b FROM t'), [[1, 'x']]);
    assert.deepEqual(later.do('DELETE FROM t', 'INSERT INTO t (b) VALUES (2) RETURNING a'), [[2]]);
  });

  it('more databases than are open at a time keep what they have', () => {
    const subjects = Array.from({ length: 80 }, () => new Subject());
    for (const [at, subject] of subjects.entries())
      subject.do('CREATE TABLE t (a)', statement('INSERT INTO t VALUES (?)', [at]));
    for (const [at, subject] of subjects.entries()) assert.deepEqual(subject.read('SELECT a FROM t'), [[at]]);
  });
});

const column = fc.constantFrom('a', 'b', 'c');
const table = fc.constantFrom('t', 'u');
const value = fc.oneof(fc.integer({ min: -3, max: 9 }), fc.constantFrom('x', 'y', null, 0.1, 2.5));

/** Statements whose rows have no order of their own, on tables that come, go and change. */
const anyStatement: fc.Arbitrary<SqlStatement> = fc.oneof(
  fc.tuple(table, fc.constantFrom('', ' WITHOUT ROWID')).map(([name, kind]) => {
    const key = kind === '' ? 'a INTEGER PRIMARY KEY' : 'a PRIMARY KEY';
    return statement(`CREATE TABLE IF NOT EXISTS ${name} (${key}, b, c DEFAULT (abs(-4)))${kind}`);
  }),
  fc
    .tuple(table, column)
    .map(([name, by]) => statement(`CREATE INDEX IF NOT EXISTS ${name}${by} ON ${name} (${by} DESC)`)),
  fc.tuple(table, column).map(([name, by]) => statement(`DROP INDEX IF EXISTS ${name}${by}`)),
  table.map((name) => statement(`DROP TABLE IF EXISTS ${name}`)),
  fc
    .tuple(table, value, value)
    .map(([name, b, c]) => statement(`INSERT INTO ${name} (b, c) VALUES (?, ?) RETURNING a`, [b, c])),
  fc
    .tuple(table, value, value)
    .map(([name, a, b]) => statement(`INSERT OR REPLACE INTO ${name} (a, b) VALUES (?, ?)`, [a, b])),
  fc
    .constantFrom('t', 'u')
    .map((name) =>
      statement(`INSERT INTO ${name} (b, c) SELECT b || 'z', c FROM ${name === 't' ? 'u' : 't'} LIMIT 3`),
    ),
  fc
    .tuple(table, column, value)
    .map(([name, by, wanted]) => statement(`DELETE FROM ${name} WHERE ${by} = ?`, [wanted])),
  fc
    .tuple(table, column, value)
    .map(([name, by, wanted]) => statement(`UPDATE ${name} SET c = b WHERE ${by} > ? RETURNING *`, [wanted])),
  fc
    .tuple(table, column)
    .map(([name, by]) => statement(`SELECT *, (SELECT max(a) FROM t) FROM ${name} WHERE ${by} IS NOT NULL`)),
  fc.constantFrom(statement('SELECT * FROM t, u WHERE t.b = u.b'), statement('SELECT sum(a * 0.1) FROM t')),
);

describe('replicas of a database', function () {
  this.timeout(0);
  before(loadSqlite);

  it('come to the same answers, whatever became of their connections', () => {
    const requests = fc.array(
      fc.tuple(fc.array(anyStatement, { minLength: 1, maxLength: 3 }), fc.integer({ min: 0, max: 2 })),
      { minLength: 1, maxLength: 25 },
    );
    let answered = 0;
    fc.assert(
      fc.property(requests, (all) => {
        const steady = new SqlMachine();
        let moved = new SqlMachine();
        const tables = request('CREATE TABLE t (a INTEGER PRIMARY KEY, b, c)', 'CREATE TABLE u (a, b, c)');
        assert.deepEqual(moved.apply(tables), steady.apply(tables));
        for (const [statements, fate] of all) {
          const asked = request(...statements);
          // Through JSON, as answers are kept in sessions and snapshots.
          const expected = JSON.parse(JSON.stringify(steady.apply(asked))) as MachineResult;
          assert.deepEqual(moved.apply(asked), expected);
          if (expected.type === 'sql') answered++;
          if (fate === 1) moved = new SqlMachine(moved.snapshot());
          if (fate === 2) moved.preview(request('CREATE TABLE other (a)', 'INSERT INTO t (b) VALUES (7)'));
        }
        for (const name of ['t', 'u']) {
          const everything = request(`SELECT * FROM ${name}`);
          assert.deepEqual(moved.query(everything), steady.query(everything));
        }
      }),
      { seed: 11, numRuns: Number(process.env['ORDEAL_FUZZ_RUNS'] ?? 40) },
    );
    assert(answered > 150, `only ${answered} requests did something`);
  });

  it('a database that was closed is the same one', () => {
    const file = new DatabaseFile();
    file.open().run('CREATE TABLE t (a); INSERT INTO t VALUES (1)');
    const bytes = file.content();
    file.close();
    file.close();
    assert.deepEqual(file.content(), bytes);
    assert.equal(file.open().prepare('SELECT a FROM t').step(), true);
    file.close();
  });
});
