/**
 * A bank: money moves between accounts, and all balances are read at one moment. Transfers that are done by half, and
 * reads that see them by half: the total changes.
 */
import type { Checker } from '../harness/checkers/checker.ts';
import { bank as books } from '../harness/checkers/objects/bank.ts';
import { concat, delay, fromFunction, limit, untilOk, type Generator } from '../harness/generator/index.ts';
import { bank as bankSpec } from '../harness/specs/bank.ts';
import type { Workload } from '../harness/workload.ts';
import type { Json } from '../nodes/kernel/wire.ts';

const accounts = ['a0', 'a1', 'a2', 'a3', 'a4'];
/** Little enough that some transfers are refused. */
const balanceAtFirst = 20;
const amountMax = 8;
const opened: Json = Object.fromEntries(accounts.map((account) => [account, balanceAtFirst]));

const retryMs = 200;
const finalAttempts = 20;

export const bank: Workload = {
  name: 'bank',
  meaning: 'money is transferred between accounts, and all balances are read together',
  idempotent: ['read'],
  needs: [
    ['transfer', 'balances', 'txn'],
    ['transfer', 'balances', 'open'],
  ],
  spec: bankSpec.name,
  // To open the accounts again changes no total, so it is tried until it succeeds.
  generator: () =>
    concat([
      untilOk(
        delay(
          retryMs,
          fromFunction(() => ({ f: 'open', value: opened })),
        ),
      ),
      business,
    ]),
  finalGenerator: () =>
    untilOk(
      limit(
        finalAttempts,
        delay(
          retryMs,
          fromFunction(() => ({ f: 'read', value: null })),
        ),
      ),
    ),
  action: ({ f, value }, service) => {
    switch (f) {
      case 'open':
        if (service?.knows('open')) return { kind: 'open', accounts, balance: balanceAtFirst };
        return { kind: 'txn', txn: accounts.map((account) => ['w', account, balanceAtFirst]) };
      case 'read':
        return { kind: 'balances', accounts };
      default:
        return { kind: 'transfer', ...(value as unknown as Transfer) };
    }
  },
  completed: ({ f, value }, result) => {
    if (f !== 'read') return value;
    // No accounts at all: none of them has a balance.
    return result ?? Object.fromEntries(accounts.map((account) => [account, null]));
  },
  checker: (level) => (level === 'snapshot-isolation' ? steadyTotal : null),
  always: [],
  // Once accounts are open, nobody finds that they are not: snapshots alone may be from before.
  entails: { 'strict-serializable': [books({ overdraft: 'forbidden' })] },
};

/** What snapshots owe to a bank: every one of them shows the same total, and no account is overdrawn. */
const steadyTotal: Checker = {
  ...books({ overdraft: 'forbidden', reads: 'past' }),
  name: 'snapshot-isolation',
};

interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
}

const business: Generator = fromFunction(({ prng }) => {
  if (prng.chance(0.5)) return { f: 'read', value: null };
  const from = prng.pick(accounts);
  const to = prng.pick(accounts.filter((account) => account !== from));
  return { f: 'transfer', value: { from, to, amount: prng.int(1, amountMax + 1) } };
});
