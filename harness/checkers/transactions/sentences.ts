/** A cycle in words: who the transactions are, and why each comes before the next. */
import { meetingEdge, rwEdge, wrEdge, wwEdge } from './edges.ts';
import type { Analysis } from './inference.ts';
import { readMicro } from './microScanner.ts';
import { orderStep, type Step } from './shortestCycle.ts';
import { nothing } from './transactions.ts';

/** Of longer cycles the middle is left out. */
const stepsMax = 12;

/** `Let T1 = …, T2 = …. Then T1 < T2, because …; however, T2 < T1, because …: a contradiction.` */
export function cycleSentence(analysis: Analysis, found: readonly Step[]): string {
  const steps = rotated(found);
  const shown = steps.length <= stepsMax ? steps : [...steps.slice(0, stepsMax - 1), ...steps.slice(-1)];
  const named = [...new Set(shown.flatMap(({ from, to }) => [from, to]))];
  const name = (txn: number): string => `T${named.indexOf(txn) + 1}`;
  const who = named.map((txn) => `${name(txn)} = ${analysis.narrator.what(txn)}`);
  const reasons = shown.map(
    (step) => `${name(step.from)} < ${name(step.to)}, because ${reason(analysis, step, name)}`,
  );
  const last = reasons.pop() ?? '';
  if (shown.length < steps.length) reasons.push(`… (${steps.length} steps in all)`);
  return `Let ${who.join(', ')}. Then ${reasons.join('; ')}; however, ${last}: a contradiction.`;
}

/** Begins with the transaction that was invoked first. */
function rotated(steps: readonly Step[]): readonly Step[] {
  let first = 0;
  for (let at = 1; at < steps.length; at++)
    if ((steps[at]?.from ?? 0) < (steps[first]?.from ?? 0)) first = at;
  return [...steps.slice(first), ...steps.slice(0, first)];
}

function reason(analysis: Analysis, { from, to, edge }: Step, name: (txn: number) => string): string {
  const { graph, narrator } = analysis;
  if (edge === orderStep) return orderReason(analysis, from, to, name);
  const micro = graph.micro[edge] ?? 0;
  switch (graph.kind[edge]) {
    case wrEdge:
      return `${name(to)} observed ${name(from)}'s ${narrator.write(micro)}`;
    case wwEdge: {
      const before = narrator.element(analysis.replacedBy(micro, from));
      return `${name(to)}'s ${narrator.write(micro)} came after ${name(from)}'s of ${before}`;
    }
    case rwEdge:
    case meetingEdge: {
      const read = readOf(analysis, from, micro);
      return `${name(from)} read ${narrator.key(micro)} as ${narrator.read(read)}, ${unaware(analysis, micro, name(to))}`;
    }
    default:
      return 'the data say so';
  }
}

/** How a reader shows that it came before a writer. */
function unaware({ txns, narrator }: Analysis, write: number, writer: string): string {
  const isUpdater = (txns.earlier[write] ?? -1) >= 0;
  if (txns.dialect !== 'registers') return `without ${writer}'s append of ${narrator.element(write)}`;
  if (!isUpdater) return `before ${writer} wrote ${narrator.element(write)} to it`;
  return `which ${writer} read, too, and replaced by ${narrator.element(write)}`;
}

/** The read of a transaction that shows it: of lists the shortest, of registers the one of what the writer replaced. */
function readOf({ txns }: Analysis, txn: number, write: number): number {
  const { kind, key, earlier, listStart, listEnd, token, dialect } = txns;
  const replaced = token[earlier[write] ?? -1] ?? nothing;
  const length = (micro: number): number => (listEnd[micro] ?? 0) - (listStart[micro] ?? 0);
  let best = -1;
  for (let micro = txns.firstMicro[txn] ?? 0; micro < (txns.firstMicro[txn + 1] ?? 0); micro++) {
    if (kind[micro] !== readMicro || key[micro] !== key[write]) continue;
    const isBetter = dialect === 'registers' ? token[micro] === replaced : length(micro) < length(best);
    if (best < 0 || isBetter) best = micro;
  }
  return Math.max(0, best);
}

function orderReason(
  { txns, narrator }: Analysis,
  from: number,
  to: number,
  name: (txn: number) => string,
): string {
  const { process, completion, start } = txns.history.operations;
  if (process[from] === process[to])
    return `process ${narrator.process(from)} did ${name(from)} before ${name(to)}`;
  return `${name(from)} was complete (op ${completion[from]}) before ${name(to)} was invoked (op ${start[to]})`;
}
