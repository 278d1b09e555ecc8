/**
 * Relational models: every action is a request of statements, which is one transaction. What writes also makes the table,
 * unless it is there. A condition is a constraint of the table, or a number of rows that have to change.
 */
import type { ApiProfile } from '../profile.ts';

const sql = { method: 'POST', path: '/sql' } as const;

/** Values without a type of their own: a column keeps what it gets. */
const registers = { sql: 'CREATE TABLE IF NOT EXISTS registers (key TEXT PRIMARY KEY, value)' };
const accounts = {
  sql: 'CREATE TABLE IF NOT EXISTS accounts (id TEXT PRIMARY KEY, balance INTEGER NOT NULL CHECK (balance >= 0))',
};

export const sqlProfile: ApiProfile = {
  name: 'sql',
  operations: {
    read: {
      ...sql,
      // One row in any case: a key that is not there is null.
      body: { sql: 'SELECT (SELECT value FROM registers WHERE key = ?)', params: ['{key}'] },
      result: 'rows.0.0',
    },
    write: {
      ...sql,
      body: {
        statements: [
          registers,
          {
            sql: 'INSERT INTO registers VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
            params: ['{key}', '{value}'],
          },
        ],
      },
    },
    cas: {
      ...sql,
      body: {
        statements: [
          registers,
          {
            sql: `INSERT INTO registers SELECT ?1, ?3 WHERE (SELECT value FROM registers WHERE key = ?1) IS ?2
              ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
            params: ['{key}', '{from}', '{to}'],
            changes: 1,
          },
        ],
      },
    },
    open: {
      ...sql,
      body: {
        statements: [
          accounts,
          '{each accounts}',
          {
            sql: 'INSERT INTO accounts VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET balance = excluded.balance',
            params: ['{each}', '{balance}'],
          },
        ],
      },
    },
    transfer: {
      ...sql,
      body: {
        // The constraint on balances refuses the second statement, and with it the first one.
        statements: [
          {
            sql: 'UPDATE accounts SET balance = balance + ? WHERE id = ?',
            params: ['{amount}', '{to}'],
            changes: 1,
          },
          {
            sql: 'UPDATE accounts SET balance = balance - ? WHERE id = ?',
            params: ['{amount}', '{from}'],
            changes: 1,
          },
        ],
      },
    },
    balances: {
      ...sql,
      // One row in any case: accounts that are not there have no balance.
      body: { sql: "SELECT id, balance FROM accounts UNION ALL SELECT 'nobody', 0" },
      result: 'rows',
    },
    leader: { method: 'GET', path: '/leader', result: '' },
  },
  leader: { method: 'GET', path: '/leader' },
};
