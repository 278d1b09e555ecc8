/** One printer for each type of the machines, used by logs, tests and scenario scripts alike. */
import { assertNever } from '../kernel/assert.ts';
import type { Json } from '../kernel/wire.ts';
import type { Operation, Query } from './index.ts';
import type { MachineResult } from './machine.ts';
import type { SqlStatement } from './sql/sqlMachine.ts';

function show(value: Json): string {
  return JSON.stringify(value);
}

export function describeOperation(operation: Operation): string {
  switch (operation.type) {
    case 'put':
      return `put ${operation.key}=${show(operation.value)}`;
    case 'delete':
      return `delete ${operation.key}`;
    case 'cas':
      return `cas ${operation.key} ${show(operation.from)}→${show(operation.to)}`;
    case 'txn':
      return `txn ${show(operation.txn)}`;
    case 'sql':
      return `sql ${operation.statements.map(describeStatement).join('; ')}`;
    default:
      return assertNever(operation);
  }
}

function describeStatement({ sql, params }: SqlStatement): string {
  return params === undefined ? sql : `${sql} ${show(params)}`;
}

export function describeQuery(query: Query): string {
  return query.type === 'get' ? `get ${query.key}` : describeOperation(query);
}

export function describeResult(result: MachineResult): string {
  switch (result.type) {
    case 'value':
      return `${result.key} is ${show(result.value)}`;
    case 'written':
      return `${result.key} set to ${show(result.value)}`;
    case 'txn':
      return `txn ${show(result.txn)}`;
    case 'sql':
      return `sql ${show(result.results.map(({ rows }) => rows))}`;
    case 'refused':
      return `${result.error}: ${result.why}`;
    default:
      return assertNever(result);
  }
}
