/**
 * Banks (Jepsen's `bank`): transfers move money and make none, so every read shows the same total. What that is, the
 * balances before the first operation say, or those with which accounts are opened; else the first read does. Accounts
 * are opened before anything else, once or again with the same balances.
 */
import type { History } from '../../columns/history.ts';
import { failOutcome, okOutcome } from '../../columns/operations.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import { bank as bankSpec } from '../../specs/bank.ts';
import type { Budget, Checker, Verdict } from '../checker.ts';
import { phrase } from '../phrases.ts';
import { answersOf, described, type Answer } from './answers.ts';
import { budgetReason, Findings, given, undecidable } from './findings.ts';
import { rowsByKey, strangeOperation } from './rows.ts';

export interface BankOptions {
  /** The balances before the first operation, by account. */
  readonly initial?: Json;
  /** Whether an account may be overdrawn (default: it may). */
  readonly overdraft?: 'allowed' | 'forbidden';
  /** Whether a read may show a moment that is past, and so no accounts at all, however long they are open. */
  readonly reads?: 'current' | 'past';
}

/** Judges the balances that reads show. O(balances read). */
export function bank(options: BankOptions = {}): Checker {
  return {
    name: 'bank',
    meaning: 'money is moved, and none is made or lost',
    check: (history, budget) => check(history, budget, options),
  };
}

/** What every read must show. */
interface Books {
  readonly total: number;
  /** The read that says so, if nothing else does. */
  readonly from?: number;
  /** The accounts that there can be, if that is known. */
  readonly accounts?: ReadonlySet<string>;
}

function check(history: History, budget: Budget, options: BankOptions): Verdict {
  const strange = strangeOperation(history, bankSpec);
  if (strange !== undefined) return undecidable(`a bank has no operation ${strange}`);
  const { values } = history.events;
  const [rows = new Int32Array()] = rowsByKey(history, bankSpec);
  if (!budget.spend(history.operations.length)) return undecidable(budgetReason);
  const findings = new Findings(history);
  const opened = options.initial === undefined ? openedIn(history, rows) : undefined;
  let books = booksOf(history, rows, options.initial ?? opened?.balances);
  /** Before accounts are open for sure, a read may show that they are not. */
  const isEarly = ({ lastRow }: Answer, balances: Balances): boolean =>
    opened !== undefined &&
    ((history.operations.start[lastRow] ?? 0) < opened.since
      ? balances.some(([, balance]) => balance === null) || balances.every(([, balance]) => balance === 0)
      : options.reads === 'past' && balances.every(([, balance]) => balance === null));
  // The earliest one first: what the total is, the first read says.
  const answers = answersOf(history, rows, false).sort((a, b) => a.firstRow - b.firstRow);
  for (const answer of answers) {
    const balances = balancesIn(values.get(answer.id));
    if (!budget.spend(balances?.length ?? 0)) return undecidable(budgetReason);
    if (!balances)
      findings.leaveOpen(
        `${phrase(history.operation(answer.firstRow))} answered ${described(values.get(answer.id))}, which are no balances of whole numbers`,
      );
    else if (!isEarly(answer, balances)) {
      const total = totalOf(balances);
      books ??= { total, from: answer.firstRow };
      // Of equal answers the first one is told, unless it came before accounts were open.
      const told = opened === undefined ? answer : { ...answer, firstRow: answer.lastRow };
      report(findings, books, told, balances, total, options);
    }
  }
  if (answers.length === 0) findings.leaveOpen('there is nothing to judge: no balances were read');
  return findings.verdict({
    answers: answers.length,
    wrongTotal: findings.count('wrong-total'),
    nilBalance: findings.count('nil-balance'),
    unexpectedAccount: findings.count('unexpected-account'),
    negativeBalance: findings.count('negative-balance'),
  });
}

/** Accounts that are opened. */
interface Opened {
  readonly balances: Json;
  /** When that was acknowledged first; Infinity if it never was. */
  readonly since: number;
}

function openedIn({ operations, events }: History, rows: Int32Array): Opened | undefined {
  const open = events.fNames.find('open');
  const tried = [...rows].filter((row) => operations.f[row] === open);
  if (tried.length === 0) return undefined;
  const opened = tried.filter((row) => operations.outcome[row] !== failOutcome);
  const balances = opened.map((row) => events.values.get(operations.input[row] ?? 0));
  const acknowledged = opened.filter((row) => operations.outcome[row] === okOutcome);
  return {
    balances: Object.assign({}, ...balances) as Json,
    since: Math.min(...acknowledged.map((row) => operations.completion[row] ?? 0)),
  };
}

type Balances = readonly (readonly [account: string, balance: number | null])[];

/** The balances in an answer; undefined when they are none, or cannot be added up exactly. */
function balancesIn(answer: Json): Balances | undefined {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return undefined;
  const balances = Object.entries(answer as Readonly<Record<string, Json>>);
  const isWhole = balances.every(([, balance]) => balance === null || Number.isSafeInteger(balance));
  const sum = balances.reduce((total, [, balance]) => total + Math.abs(Number(balance)), 0);
  return isWhole && Number.isSafeInteger(sum) ? (balances as unknown as Balances) : undefined;
}

const totalOf = (balances: Balances): number =>
  balances.reduce((sum, [, balance]) => sum + (balance ?? 0), 0);

/** What is known before the first read: the initial balances, and whom money was sent to. */
function booksOf(history: History, rows: Int32Array, initial: Json | undefined): Books | undefined {
  const balances = initial === undefined ? undefined : balancesIn(initial);
  if (!balances) return undefined;
  const { operations, events } = history;
  const accounts = new Set(balances.map(([account]) => account));
  const transfer = events.fNames.find('transfer');
  for (const row of rows) {
    if (operations.f[row] !== transfer) continue;
    const asked = events.values.get(operations.input[row] ?? 0) as Readonly<Record<string, Json>> | null;
    for (const account of [asked?.['from'], asked?.['to']])
      if (typeof account === 'string' || typeof account === 'number') accounts.add(String(account));
  }
  return { total: totalOf(balances), accounts };
}

function report(
  findings: Findings,
  books: Books,
  { firstRow }: Answer,
  balances: Balances,
  total: number,
  { overdraft }: BankOptions,
): void {
  for (const [account, balance] of balances) {
    const name = described(account);
    if (balance === null)
      findings.add(
        'nil-balance',
        [firstRow],
        (read) => `${phrase(given(read))} shows no balance of account ${name}`,
      );
    else if (balance !== 0 && books.accounts?.has(account) === false)
      findings.add(
        'unexpected-account',
        [firstRow],
        (read) => `${phrase(given(read))} shows ${balance} in account ${name}, which does not exist`,
      );
    else if (balance < 0 && overdraft === 'forbidden')
      findings.add(
        'negative-balance',
        [firstRow],
        (read) => `${phrase(given(read))} shows ${balance} in account ${name}`,
      );
  }
  if (total === books.total || balances.some(([, balance]) => balance === null)) return;
  const rows = books.from === undefined ? [firstRow] : [firstRow, books.from];
  findings.add('wrong-total', rows, (read, first) =>
    first === undefined
      ? `${phrase(given(read))} shows ${total} in all, but there were ${books.total} in the beginning`
      : `${phrase(given(read))} shows ${total} in all, but ${phrase(first)} showed ${books.total}`,
  );
}
