/**
 * A bank that was there before the history, as in Jepsen's tests: its accounts are never opened, and nobody says what
 * they held. The first read tells, up to what was transferred until then; so whatever it answers is right, and all that
 * follows has to fit.
 */
import { bank, balancesOf, nameOfBalances, transferOf, type BankState } from './bank.ts';
import { describeOperation } from './describe.ts';
import type { Input, Output, SequentialSpec } from './spec.ts';

export interface OlderBankState {
  /** The balances, from the first read on. */
  readonly known?: BankState;
  /** Until then, what transfers have added to each account. */
  readonly moved: BankState;
  /** Until then, what accounts held less than in the beginning, as refused transfers have shown. */
  readonly less: BankState;
}

const nothing: BankState = new Map();
const nothingMoved: OlderBankState = { moved: nothing, less: nothing };

function step(state: OlderBankState, input: Input, output: Output): OlderBankState | 'inconsistent' {
  if (state.known) {
    const known = bank.step(state.known, input, output);
    return known === 'inconsistent' ? known : { known, moved: nothing, less: nothing };
  }
  switch (input.f) {
    case 'transfer':
      return refuses(output) ? refused(state, input) : moved(state, input);
    case 'read':
      return output === 'unknown' ? state : told(state, balancesOf(output.value));
    default:
      throw new TypeError(`a bank that was there before has no operation '${input.f}'`);
  }
}

const refuses = (output: Output): boolean => output !== 'unknown' && output.value === false;

const held = (balances: BankState, account: string): number => balances.get(account) ?? 0;

function moved(state: OlderBankState, { value }: Input): OlderBankState {
  const { from, to, amount } = transferOf(value);
  const after = new Map(state.moved).set(from, held(state.moved, from) - amount);
  return { ...state, moved: after.set(to, held(after, to) + amount) };
}

function refused(state: OlderBankState, { value }: Input): OlderBankState {
  const { from, amount } = transferOf(value);
  const bound = amount - held(state.moved, from);
  const least = Math.min(bound, state.less.get(from) ?? Infinity);
  return { ...state, less: new Map(state.less).set(from, least) };
}

function told({ moved, less }: OlderBankState, known: BankState): OlderBankState | 'inconsistent' {
  const fits = [...less].every(([account, bound]) => held(known, account) - held(moved, account) < bound);
  return fits ? { known, moved: nothing, less: nothing } : 'inconsistent';
}

function nameOf({ known, moved, less }: OlderBankState): string {
  if (known) return nameOfBalances(known);
  const bounds = [...less].sort().map(([account, bound]) => `, ${account} below ${bound}`);
  return `what was there before, and ${nameOfBalances(moved)}${bounds.join('')}`;
}

/** The spec `bank` for histories in which no accounts are opened, and nobody says what they hold. */
export const olderBank: SequentialSpec<OlderBankState> = {
  name: bank.name,
  meaning: bank.meaning,
  operations: bank.operations,
  init: () => nothingMoved,
  step,
  nameOf,
  byKey: bank.byKey,
  observers: bank.observers,
  describe: describeOperation,
};
