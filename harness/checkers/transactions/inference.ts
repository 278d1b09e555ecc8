/** All that a history tells about its transactions, by itself and one to another; worked out once for all levels. */
import type { History } from '../../columns/history.ts';
import { graphOf, type Edges, type Graph } from './edges.ts';
import { Findings } from './findings.ts';
import type { KeyAssumption } from './keyOrder.ts';
import { inferFromLists } from './lists.ts';
import { Narrator } from './narrator.ts';
import { orderOf, type Order } from './order.ts';
import { inferFromRegisters } from './registers.ts';
import { transactionsOf, type Dialect, type Transactions } from './transactions.ts';
import { Writers } from './writers.ts';

/** What the data of a dialect tell. */
export interface Inference {
  readonly edges: Edges;
  /** The write of transaction `by` that a write replaced or followed, for explanations; −1 when it is not known. */
  replacedBy(write: number, by: number): number;
}

export interface Analysis {
  readonly txns: Transactions;
  /** Everything that is wrong without a cycle. */
  readonly findings: Findings;
  readonly graph: Graph;
  readonly order: Order;
  readonly narrator: Narrator;
  replacedBy(write: number, by: number): number;
}

/** Histories never change, and several levels ask the same of each. */
const known = new WeakMap<History, Map<string, Analysis>>();

/** O(size of the answers). Throws NotApplicable. */
export function analysisOf(history: History, dialect: Dialect, keys?: KeyAssumption): Analysis {
  const ofHistory = known.get(history) ?? new Map<string, Analysis>();
  const name = `${dialect} ${keys ?? ''}`;
  const analysis = ofHistory.get(name) ?? analyse(history, dialect, keys);
  ofHistory.set(name, analysis);
  known.set(history, ofHistory);
  return analysis;
}

function analyse(history: History, dialect: Dialect, keys: KeyAssumption | undefined): Analysis {
  const txns = transactionsOf(history, dialect);
  const writers = new Writers(txns);
  const findings = new Findings();
  const narrator = new Narrator(txns);
  const found =
    dialect === 'registers'
      ? inferFromRegisters(txns, writers, findings, narrator, keys)
      : inferFromLists(txns, writers, findings, narrator);
  const replacedBy = (write: number, by: number): number => found.replacedBy(write, by);
  const graph = graphOf(found.edges, txns.length);
  return { txns, findings, graph, order: orderOf(txns), narrator, replacedBy };
}
