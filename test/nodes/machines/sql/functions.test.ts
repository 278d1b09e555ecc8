/** The lists of functions against what this SQLite has: a new version must not bring one that nobody has looked at. */
import assert from 'node:assert/strict';
import { DatabaseFile, loadSqlite } from '../../../../nodes/machines/sql/databases.ts';
import { allowedFunctions, refusedFunctions } from '../../../../nodes/machines/sql/functions.ts';

describe('functions of SQL', () => {
  before(loadSqlite);

  it('are each either allowed or refused', () => {
    const statement = new DatabaseFile().open().prepare('SELECT DISTINCT name FROM pragma_function_list');
    const names: string[] = [];
    while (statement.step()) names.push(String(statement.get()[0]));
    statement.free();
    assert(names.length > 100);
    assert.deepEqual(
      names.filter((name) => allowedFunctions.has(name) === refusedFunctions.has(name)),
      [],
    );
  });
});
