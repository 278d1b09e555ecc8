/** A cycle in words: who the transactions are, and why each comes before the next. */
import { meetingEdge, rwEdge, wrEdge, wwEdge } from './edges.ts';
import type { Analysis } from './inference.ts';
import type { VersionPair } from './keyOrder.ts';
import { readMicro } from './microScanner.ts';
import { orderStep, type Step } from './shortestCycle.ts';
import { nothing, type Transactions } from './transactions.ts';

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

function reason(analysis: Analysis, step: Step, name: (txn: number) => string): string {
  const { graph, narrator, found } = analysis;
  const { from, to, edge } = step;
  if (edge === orderStep) return orderReason(analysis, from, to, name);
  const micro = graph.micro[edge] ?? 0;
  switch (graph.kind[edge]) {
    case wrEdge:
      return `${name(to)} observed ${name(from)}'s ${narrator.write(micro)}`;
    case wwEdge: {
      const before = narrator.element(found.replacedBy(micro, from));
      const came = `${name(to)}'s ${narrator.write(micro)} came after ${name(from)}'s of ${before}`;
      return `${came}${evidenceText(analysis, step)}`;
    }
    case rwEdge:
    case meetingEdge: {
      const read = readOf(analysis, from, micro);
      const saw = `${name(from)} read ${narrator.key(micro)} as ${narrator.read(read)}`;
      return `${saw}, ${unaware(analysis, read, micro, name(to))}${evidenceText(analysis, step)}`;
    }
    default:
      return 'the data say so';
  }
}

/** Who shows the order of the two values of a step, where only sessions or time tell it. */
export function evidenceOf(analysis: Analysis, { from, edge }: Step): VersionPair | undefined {
  const { graph, found } = analysis;
  if (edge === orderStep || found.evidence === undefined) return undefined;
  const write = graph.micro[edge] ?? 0;
  if (graph.kind[edge] === wrEdge) return undefined;
  const isOverwrite = graph.kind[edge] === wwEdge;
  return found.evidence(isOverwrite ? found.replacedBy(write, from) : readOf(analysis, from, write), write);
}

function evidenceText(analysis: Analysis, step: Step): string {
  const pair = evidenceOf(analysis, step);
  if (!pair) return '';
  const { narrator } = analysis;
  return `, since ${narrator.who(pair.before)} had the one there before ${narrator.who(pair.after)} had the other`;
}

/** How a reader shows that it came before a writer. */
function unaware(analysis: Analysis, read: number, write: number, writer: string): string {
  const { txns, narrator } = analysis;
  if (txns.dialect !== 'registers') return `without ${writer}'s append of ${narrator.element(write)}`;
  const replaced = txns.token[firstAccess(txns, write)];
  if (replaced !== txns.token[read] || firstAccess(txns, write) === write)
    return `before ${writer} wrote ${narrator.element(write)} to it`;
  return `which ${writer} read, too, and replaced by ${narrator.element(write)}`;
}

/** The first access of its transaction to its key. */
function firstAccess({ earlier }: Transactions, micro: number): number {
  let first = micro;
  for (let at = earlier[micro] ?? -1; at >= 0; at = earlier[at] ?? -1) first = at;
  return first;
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
