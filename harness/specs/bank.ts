/** A bank: money moves between accounts, and none is made or lost. Refusing is the bank's business, if it says so. */
import type { Json } from '../../nodes/kernel/wire.ts';
import { describeOperation, nameOfValue } from './describe.ts';
import type { Input, Output, SequentialSpec } from './spec.ts';

/** The balance of each account. */
export type BankState = ReadonlyMap<string, number>;

interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
}

export function transferOf(value: Json): Transfer {
  const { from, to, amount } = fieldsOf(value);
  if (!isName(from) || !isName(to) || typeof amount !== 'number')
    throw new TypeError(`a transfer is {from, to, amount}, not ${JSON.stringify(value)}`);
  return { from: String(from), to: String(to), amount };
}

const isName = (value: Json | undefined): value is string | number =>
  typeof value === 'string' || typeof value === 'number';

function fieldsOf(value: Json): Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, Json>>) : {};
}

/** The balances in an answer; an account without one holds nothing. */
export function balancesOf(value: Json): BankState {
  if (value !== null && (typeof value !== 'object' || Array.isArray(value)))
    throw new TypeError(`balances are {account: number}, not ${JSON.stringify(value)}`);
  return new Map(
    Object.entries(fieldsOf(value)).map(([account, balance]) => {
      if (balance !== null && typeof balance !== 'number')
        throw new TypeError(`a balance is a number, not ${JSON.stringify(balance)}`);
      return [account, balance ?? 0];
    }),
  );
}

function transfer(state: BankState, value: Json, output: Output): BankState | 'inconsistent' {
  const { from, to, amount } = transferOf(value);
  const balance = state.get(from) ?? 0;
  if (output !== 'unknown' && output.value === false) return balance < amount ? state : 'inconsistent';
  const after = new Map(state).set(from, balance - amount);
  return after.set(to, (after.get(to) ?? 0) + amount);
}

/** An account that never had money need not be shown. */
export const nameOfBalances = (state: BankState): string =>
  nameOfValue(Object.fromEntries([...state].filter(([, balance]) => balance !== 0)));

function step(state: BankState, { f, value }: Input, output: Output): BankState | 'inconsistent' {
  switch (f) {
    case 'open':
      return new Map([...state, ...balancesOf(value)]);
    case 'transfer':
      return transfer(state, value, output);
    case 'read':
      return output === 'unknown' || nameOfBalances(balancesOf(output.value)) === nameOfBalances(state)
        ? state
        : 'inconsistent';
    default:
      throw new TypeError(`a bank has no operation '${f}'`);
  }
}

export const bank: SequentialSpec<BankState> = {
  name: 'bank',
  meaning: 'accounts between which money is transferred',
  operations: [
    { f: 'open', invoked: 'accounts with their first balances: {a: 10, b: 10}', answered: 'anything' },
    {
      f: 'transfer',
      invoked: '{from, to, amount}',
      answered: 'anything; false when there was not enough money',
    },
    { f: 'read', invoked: 'null', answered: 'the balances by account: {a: 10, b: 0}' },
  ],
  init: (initial = null) => balancesOf(initial),
  step,
  nameOf: nameOfBalances,
  byKey: false,
  observers: ['read'],
  describe: describeOperation,
};
