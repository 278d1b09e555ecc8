/**
 * Isolation levels of transactions, each as what it forbids; a history is refused when it shows something forbidden.
 * What is inferred is sound: a refusal is a proof. `true` means that the history does not refute the level.
 *
 *     strict-serializable ── strong-session-serializable ── serializable ─┬─ repeatable-read ────┬─ read-committed ── read-uncommitted
 *     (realtime)             (process)                                    └─ snapshot-isolation ─┘
 *
 * strong-snapshot-isolation and strong-session-snapshot-isolation stand between them in the same way.
 * Sources: Adya, "Weak Consistency" (1999), §4; Cerone & Gotsman (PODC 2016); Elle (VLDB 2020), §6.
 */
import type { History } from '../../columns/history.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import type { Budget, Checker, Verdict } from '../checker.ts';
import { undecided } from '../run.ts';
import { ofCycle, ofFinding } from './anomalies.ts';
import { Cycles, type Forbidden } from './cycles.ts';
import type { AnomalyKind, CycleClass } from './findings.ts';
import { analysisOf, type Analysis } from './inference.ts';
import type { OrderKind } from './successors.ts';
import { committed, NotApplicable, type Dialect } from './transactions.ts';

export const isolationLevels = [
  'read-uncommitted',
  'read-committed',
  'repeatable-read',
  'snapshot-isolation',
  'serializable',
  'strong-session-snapshot-isolation',
  'strong-session-serializable',
  'strong-snapshot-isolation',
  'strict-serializable',
] as const;
export type IsolationLevel = (typeof isolationLevels)[number];

interface Level extends Forbidden {
  readonly meaning: string;
  /** What it forbids besides cycles; the worst first. */
  readonly anomalies: readonly AnomalyKind[];
}

const corruption: readonly AnomalyKind[] = ['garbage-read', 'duplicate-elements'];
const dirt: readonly AnomalyKind[] = [
  ...corruption,
  'G1a',
  'dirty-update',
  'G1b',
  'future-read',
  'incompatible-order',
  'cyclic-versions',
];
const dependent: readonly CycleClass[] = ['G0', 'G1c'];
const nonAdjacent: readonly CycleClass[] = [...dependent, 'G-single', 'G-nonadjacent'];
const any: readonly CycleClass[] = [...nonAdjacent, 'G2-item'];

const snapshots = (order: OrderKind, meaning: string): Level => ({
  meaning,
  anomalies: [...dirt, 'internal', 'lost-update'],
  classes: nonAdjacent,
  order,
});
const serial = (order: OrderKind, meaning: string): Level => ({
  meaning,
  anomalies: [...dirt, 'internal', 'lost-update'],
  classes: any,
  order,
});

const levels: Readonly<Record<IsolationLevel, Level>> = {
  'read-uncommitted': {
    meaning: 'the writes of two transactions do not interleave (PL-1)',
    anomalies: corruption,
    classes: ['G0'],
    order: 'none',
  },
  'read-committed': {
    meaning: 'only what was committed is read (PL-2)',
    anomalies: dirt,
    classes: dependent,
    order: 'none',
  },
  'repeatable-read': {
    meaning: 'what a transaction has read is not overwritten before it is done (PL-2.99)',
    anomalies: [...dirt, 'lost-update'],
    classes: any,
    order: 'none',
  },
  'snapshot-isolation': snapshots(
    'none',
    'transactions read from a snapshot, and none overwrites what it has not seen',
  ),
  serializable: serial('none', 'transactions are as if one came after the other'),
  'strong-session-snapshot-isolation': snapshots(
    'process',
    'snapshot isolation, and sessions see what they did before',
  ),
  'strong-session-serializable': serial(
    'process',
    'serializable in an order that keeps the order of every session',
  ),
  'strong-snapshot-isolation': snapshots(
    'realtime',
    'snapshot isolation, and every snapshot holds all that was complete',
  ),
  'strict-serializable': serial('realtime', 'serializable in an order that keeps the order in real time'),
};

/** The specs of which histories are judged, and how those are recorded. */
const dialects: Readonly<Record<string, Dialect>> = {
  'list-append': 'lists',
  'rw-register': 'registers',
  'long-fork': 'registers',
  append: 'single-lists',
};

/** Whether `isolation` judges histories of this spec. */
export function isTransactional(spec: SequentialSpec): boolean {
  return Object.hasOwn(dialects, spec.name);
}

/** The levels that a history with such an anomaly does not hold, the weakest first. */
export function levelsRefutedBy(kind: AnomalyKind): IsolationLevel[] {
  const [, base = kind, suffix = ''] = /^(.*?)(-process|-realtime)?$/.exec(kind) ?? [];
  return isolationLevels.filter((name) => {
    const { anomalies, classes, order } = levels[name];
    const counts = suffix === '' || order === 'realtime' || (order === 'process' && suffix === '-process');
    return counts && [...anomalies, ...classes].some((forbidden) => forbidden === base);
  });
}

/** The checker of a level for histories of `list-append`, `rw-register` or `append`. Near-linear in the history. */
export function isolation(level: IsolationLevel, spec: SequentialSpec): Checker {
  const dialect = dialects[spec.name];
  const { meaning } = levels[level];
  return {
    name: level,
    meaning,
    check: (history, budget) =>
      dialect === undefined
        ? undecided(`histories of ${spec.name} are not made of transactions`)
        : judge(levels[level], history, dialect, budget),
  };
}

function judge(level: Level, history: History, dialect: Dialect, budget: Budget): Verdict {
  if (!budget.spend(1)) return undecided('the budget was used up before the check began');
  try {
    const verdict = verdictOf(level, analysisOf(history, dialect, budget), budget);
    if (verdict.valid !== true || dialect !== 'registers' || level.order === 'none') return verdict;
    return timedVerdict(level, level.order, history, budget);
  } catch (error) {
    if (error instanceof NotApplicable) return undecided(error.message);
    throw error;
  }
}

/**
 * What a level promises of sessions, or of real time, it promises of every register, too: a transaction finds what the
 * last one had left, or something later. That tells more of the order of their values (`keyOrder.ts`), and whatever only
 * shows then has its kind from there.
 */
function timedVerdict(
  level: Level,
  order: 'process' | 'realtime',
  history: History,
  budget: Budget,
): Verdict {
  const keys = order === 'process' ? 'sequential' : 'linearizable';
  const { anomalies, ...verdict } = verdictOf(level, analysisOf(history, 'registers', budget, keys), budget);
  const named = (kind: string): string => `${kind.replace(/-(process|realtime)$/, '')}-${order}`;
  return { ...verdict, anomalies: anomalies.map((anomaly) => ({ ...anomaly, kind: named(anomaly.kind) })) };
}

function verdictOf(level: Level, analysis: Analysis, budget: Budget): Verdict {
  const { findings, graph, order, txns } = analysis;
  const cycles = new Cycles(graph, order, txns.history.operations.process, budget).find(level);
  const found = level.anomalies.flatMap((kind) => findings.kept.filter((finding) => finding.kind === kind));
  const anomalies = [
    ...found.map((finding) => ofFinding(analysis, finding)),
    ...cycles.map((cycle) => ofCycle(analysis, cycle)),
  ];
  let count = 0;
  for (const status of txns.status) if (status === committed) count++;
  const counts = level.anomalies.map((kind) => [kind, findings.counts.get(kind) ?? 0] as const);
  return {
    valid: anomalies.length === 0,
    anomalies,
    stats: {
      transactions: txns.length,
      committed: count,
      dependencies: graph.to.length,
      ...Object.fromEntries(counts.filter(([, times]) => times > 0)),
    },
  };
}
