/** All that a history tells about its transactions, by itself and one to another; worked out once for all levels. */
import type { History } from '../../columns/history.ts';
import type { Budget } from '../checker.ts';
import { graphOf, type Edges, type Graph } from './edges.ts';
import { Findings } from './findings.ts';
import type { KeyAssumption, VersionPair } from './keyOrder.ts';
import { inferFromLists } from './lists.ts';
import { Narrator } from './narrator.ts';
import { orderOf, type Order } from './order.ts';
import { inferFromRegisters } from './registers.ts';
import { spendOn, transactionsOf, type Dialect, type Transactions } from './transactions.ts';
import { Writers } from './writers.ts';

/** What the data of a dialect tell. */
export interface Inference {
  readonly edges: Edges;
  /** The write of transaction `by` that a write replaced or followed, for explanations; −1 when it is not known. */
  replacedBy(write: number, by: number): number;
  /** Who shows, by sessions or time alone, that what a micro-operation read or wrote came before a write. */
  evidence?(micro: number, write: number): VersionPair | undefined;
  /** What they tell when something is assumed of every key; what contradicts that is added to `findings`. */
  assuming?(assumption: KeyAssumption, findings: Findings): Inference;
}

export interface Analysis {
  readonly txns: Transactions;
  /** Everything that is wrong without a cycle. */
  readonly findings: Findings;
  readonly graph: Graph;
  readonly order: Order;
  readonly narrator: Narrator;
  readonly found: Inference;
}

/** Histories never change, and several levels ask the same of each. */
const known = new WeakMap<History, Map<string, Analysis>>();

/** O(size of the answers). Throws NotApplicable, also when the budget is used up. */
export function analysisOf(
  history: History,
  dialect: Dialect,
  budget: Budget,
  keys?: KeyAssumption,
): Analysis {
  const ofHistory = known.get(history) ?? new Map<string, Analysis>();
  known.set(history, ofHistory);
  const name = `${dialect} ${keys ?? ''}`;
  const analysis =
    ofHistory.get(name) ??
    (keys === undefined
      ? analyse(history, dialect, budget)
      : assuming(keys, analysisOf(history, dialect, budget), budget));
  ofHistory.set(name, analysis);
  return analysis;
}

function analyse(history: History, dialect: Dialect, budget: Budget): Analysis {
  const spend = (): void => spendOn(budget, history.operations.length);
  const txns = transactionsOf(history, dialect, budget);
  spend();
  const writers = new Writers(txns);
  spend();
  const findings = new Findings();
  const narrator = new Narrator(txns);
  const infer = dialect === 'registers' ? inferFromRegisters : inferFromLists;
  const found = infer(txns, writers, findings, narrator);
  spend();
  const graph = graphOf(found.edges, txns.length);
  spend();
  return { txns, findings, graph, order: orderOf(txns), narrator, found };
}

/** What more an assumption about keys tells: transactions and their reads are the same, and their writers. */
function assuming(keys: KeyAssumption, plain: Analysis, budget: Budget): Analysis {
  const { txns } = plain;
  const findings = plain.findings.copy();
  const found = plain.found.assuming?.(keys, findings) ?? plain.found;
  spendOn(budget, txns.length);
  return { ...plain, findings, found, graph: graphOf(found.edges, txns.length) };
}
