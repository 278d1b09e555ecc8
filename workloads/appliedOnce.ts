/**
 * No element stands twice in a list. Every element is appended by one operation, so a second occurrence means that the
 * operation was applied twice.
 */
import type { Anomaly, Checker } from '../harness/checkers/checker.ts';
import type { Op, Operation } from '../harness/history.ts';
import type { Json } from '../nodes/kernel/wire.ts';

export function appliedOnce(elementsRead: (completion: Op) => readonly Json[]): Checker {
  return {
    name: 'applied-once',
    meaning: 'no operation was applied twice',
    // O(elements read)
    check: (history, budget) => {
      const operations = [...history.pairs()];
      if (!budget.spend(operations.length))
        return { valid: 'unknown', anomalies: [], reason: 'the budget is used up', stats: {} };
      const anomalies = firstDuplicates(operations, elementsRead);
      return { valid: anomalies.length === 0, anomalies, stats: {} };
    },
  };
}

/** An anomaly for the first read of each key that shows an element twice; later ones show it again and again. */
function firstDuplicates(
  operations: readonly Operation[],
  elementsRead: (completion: Op) => readonly Json[],
): Anomaly[] {
  const reported = new Set<string>();
  return operations.flatMap(({ invocation, completion }) => {
    if (completion?.type !== 'ok') return [];
    const fresh = duplicatesAmong(elementsRead(completion)).filter((name) => {
      const id = `${invocation.key ?? ''} ${name}`;
      return !reported.has(id) && reported.add(id);
    });
    return fresh.length > 0 ? [anomaly(invocation, completion, fresh)] : [];
  });
}

/** The elements that stand more than once, as JSON, each once. */
function duplicatesAmong(elements: readonly Json[]): string[] {
  const once = new Set<string>();
  const twice = new Set<string>();
  for (const element of elements) {
    const name = JSON.stringify(element);
    if (once.has(name)) twice.add(name);
    once.add(name);
  }
  return [...twice];
}

function anomaly(invocation: Op, completion: Op, twice: readonly string[]): Anomaly {
  return {
    kind: 'applied-twice',
    ops: [invocation.index, completion.index],
    explanation:
      `process ${completion.process} read a list in which ${twice.join(', ')} stands more than once ` +
      `(event ${completion.index}), though every element is appended by one operation`,
    ...(invocation.key === undefined ? {} : { key: invocation.key }),
  };
}
