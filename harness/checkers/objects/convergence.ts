/**
 * Convergence: once nothing changes any more, all replicas answer the same. What a replica is, the history tells by the
 * node that answered; nodes are compared key by key, on the same question.
 *
 * Nodes that agree in their last answers have converged. Nodes that disagree may still be exchanging what they have. So
 * it is a violation only if the reads after the last change show, in several rounds one after the other in which every
 * node answered, that nobody changed its mind; and if they would show that to somebody who sees a single copy, too:
 * each round in which two answers were given takes a change of that copy, and only operations without an answer can
 * have made one. Hence more rounds than those, and two at least. Everything else is undecided.
 */
import type { History } from '../../columns/history.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import type { Budget, Checker, Verdict } from '../checker.ts';
import { listed, phrase } from '../phrases.ts';
import { AnswerNames } from './answerNames.ts';
import { described } from './answers.ts';
import { budgetReason, Findings, given, undecidable } from './findings.ts';
import { quiescenceOf } from './quiescence.ts';
import { nodeOf, rowsByKey } from './rows.ts';

export interface ConvergenceOptions {
  /** How many rounds without a change prove that nodes which disagree will not agree any more. */
  readonly rounds?: number;
}

const roundsDefault = 2;

/** Judges whether the nodes agree in the end. O(n log n) in operations. */
export function convergence(spec: SequentialSpec, options: ConvergenceOptions = {}): Checker {
  const rounds = Math.max(roundsDefault, options.rounds ?? roundsDefault);
  return {
    name: 'convergence',
    meaning: 'after the last change, all replicas come to answer the same',
    check: (history, budget) => check(history, budget, spec, rounds),
  };
}

function check(history: History, budget: Budget, spec: SequentialSpec, rounds: number): Verdict {
  if (!budget.spend(history.operations.length)) return undecidable(budgetReason);
  const findings = new Findings(history);
  const names = new AnswerNames(history, spec);
  const stats = { compared: 0, agreed: 0, undecided: 0 };
  for (const rows of rowsByKey(history, spec)) {
    const { finalReads, openUpdates } = quiescenceOf(history, rows, spec);
    for (const reads of byQuestion(history, finalReads)) {
      const nodes = new Set(reads.map((row) => nodeOf(history, row)));
      if (nodes.size < 2) continue;
      if (!budget.spend(reads.length)) return undecidable(budgetReason);
      stats.compared++;
      const outcome = compare(history, names, reads, { nodes: nodes.size, openUpdates, rounds });
      if (outcome.kind === 'agreed') stats.agreed++;
      else if (outcome.kind === 'undecided') {
        stats.undecided++;
        findings.leaveOpen(outcome.reason);
      } else report(history, findings, outcome);
    }
  }
  if (stats.compared === 0)
    findings.leaveOpen(
      'there is nothing to compare: nothing was read at two nodes after its last change and the last fault',
    );
  return findings.verdict({ ...stats, diverged: findings.count('diverged') });
}

/** The reads that asked the same, as they began; those without a node are left out. */
function byQuestion(history: History, reads: readonly number[]): number[][] {
  const { f, input } = history.operations;
  const groups = new Map<string, number[]>();
  for (const row of reads) {
    if (nodeOf(history, row) < 0) continue;
    const question = `${f[row]} ${input[row]}`;
    const group = groups.get(question);
    if (group) group.push(row);
    else groups.set(question, [row]);
  }
  return [...groups.values()];
}

type Outcome =
  | { readonly kind: 'agreed' }
  | { readonly kind: 'undecided'; readonly reason: string }
  /** The last reads of two nodes that disagree, after so many rounds without a change. */
  | { readonly kind: 'diverged'; readonly reads: readonly [number, number]; readonly rounds: number };

interface Setting {
  readonly nodes: number;
  readonly openUpdates: number;
  readonly rounds: number;
}

function compare(history: History, names: AnswerNames, reads: readonly number[], setting: Setting): Outcome {
  const lastRow = new Map(reads.map((row) => [nodeOf(history, row), row]));
  const [first = 0, ...others] = lastRow.values();
  const differing = others.find((row) => names.of(row) !== names.of(first));
  if (differing === undefined) return { kind: 'agreed' };
  const rounds = quietRounds(history, names, reads, lastRow);
  if (rounds >= setting.rounds && rounds > setting.openUpdates)
    return { kind: 'diverged', reads: [first, differing], rounds };
  return { kind: 'undecided', reason: undecidedReason(history, names, [first, differing], rounds, setting) };
}

/** How many times in a row, at the end, every node answered what it answers last. */
function quietRounds(
  history: History,
  names: AnswerNames,
  reads: readonly number[],
  lastRow: ReadonlyMap<number, number>,
): number {
  const { start, end } = history.operations;
  const isLast = (row: number): boolean =>
    names.of(row) === names.of(lastRow.get(nodeOf(history, row)) ?? row);
  const changed = reads.reduce((latest, row) => (isLast(row) ? latest : Math.max(latest, end[row] ?? 0)), -1);
  const quiet = reads
    .filter((row) => (start[row] ?? 0) > changed)
    .sort((a, b) => (end[a] ?? 0) - (end[b] ?? 0));
  let rounds = 0;
  let begun = changed;
  const answered = new Set<number>();
  for (const row of quiet) {
    // A read that began in an earlier round may have seen what was there in that one.
    if ((start[row] ?? 0) <= begun) continue;
    answered.add(nodeOf(history, row));
    if (answered.size < lastRow.size) continue;
    rounds++;
    answered.clear();
    begun = end[row] ?? 0;
  }
  return rounds;
}

/** `k3 at n1 and n2`. */
function placeOf(history: History, reads: readonly number[]): string {
  const { events, operations } = history;
  const key = operations.key[reads[0] ?? 0] ?? -1;
  const nodes = reads.map((row) => events.nodeNames.get(nodeOf(history, row)));
  return `${key < 0 ? 'nodes' : events.keyNames.get(key)}${key < 0 ? '' : ' at'} ${listed(nodes, 'and')}`;
}

function undecidedReason(
  history: History,
  names: AnswerNames,
  reads: readonly [number, number],
  rounds: number,
  { openUpdates }: Setting,
): string {
  const [one, other] = reads.map((row) => described(names.answer(row)));
  const what = `${placeOf(history, reads)}: the last answers are ${one} and ${other}`;
  if (rounds >= roundsDefault && rounds <= openUpdates)
    return `${what}, and the ${openUpdates} operations without an answer may still explain that`;
  return rounds === 0
    ? `${what}, and not every node has answered twice the same since they last changed`
    : `${what}, and they were not asked often enough to tell whether they are still changing`;
}

function report(
  history: History,
  findings: Findings,
  { reads, rounds }: Extract<Outcome, { readonly kind: 'diverged' }>,
): void {
  const [nodeA, nodeB] = reads.map((row) => history.events.nodeNames.get(nodeOf(history, row)));
  findings.add('diverged', reads, (one, other) => {
    const [a, b] = [one, other].map((read) => described(given(read).completion?.value ?? null));
    return (
      `after the last change, ${nodeA} answers ${a} (${phrase(given(one))}) and ${nodeB} answers ${b} ` +
      `(${phrase(given(other))}), and in ${rounds} rounds of reads no node changed its answer`
    );
  });
}
