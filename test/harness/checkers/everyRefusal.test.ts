/**
 * Whatever checker refuses a history, it shows why: the kind, the operations, a sentence, how far the history was right,
 * and a sub-history that the same checker refuses for the same reason. Every drawn history is put to every checker that
 * fits its spec, not only to the one that it was drawn for.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { unlimited } from '../../../harness/checkers/budget.ts';
import type { Anomaly, Checker, Verdict } from '../../../harness/checkers/checker.ts';
import { checkerOf, objectCheckers } from '../../../harness/checkers/levels.ts';
import { withMinimal } from '../../../harness/checkers/minimal.ts';
import { counterBounds, setFull } from '../../../harness/checkers/objects/index.ts';
import { History } from '../../../harness/columns/history.ts';
import { specNamed, specs } from '../../../harness/specs/index.ts';
import type { SequentialSpec } from '../../../harness/specs/spec.ts';
import { guarantees } from '../../../nodes/kernel/model.ts';
import { parseDrawing } from './notation.ts';
import { rowsOfEvents } from './subHistory.ts';
import { parseTransactions } from './transactions/drawing.ts';

interface Drawn {
  readonly name: string;
  readonly spec: SequentialSpec;
  readonly history: History;
}

const folder = new URL('histories/', import.meta.url);

/** All drawings below the folder of histories. */
function drawings(): Drawn[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.txt'))
    .sort();
  return files.map((name) => {
    const text = readFileSync(new URL(name, folder), 'utf8');
    const drawn = name.startsWith('transactions') ? parseTransactions(text) : parseDrawing(text);
    const spec = specNamed(drawn.spec);
    assert(spec, `${name} names no spec`);
    return { name, spec, history: History.of(drawn.history) };
  });
}

/** The checkers of all levels, and those of the object. */
function checkersOf(spec: SequentialSpec): Checker[] {
  return [
    ...guarantees.flatMap((level) => checkerOf(level, { spec }) ?? []),
    ...objectCheckers({ spec }),
    ...(spec.name === 'set' ? [setFull(spec, { linearizable: true })] : []),
    ...(spec.name === 'counter' ? [counterBounds(spec, { scope: 'global' })] : []),
  ];
}

/** Refusals with their minimal sub-histories. */
const refusals = drawings().flatMap(({ name, spec, history }) =>
  checkersOf(spec).flatMap((checker) => {
    const verdict = checker.check(history, unlimited);
    if (verdict.valid !== false) return [];
    const explained = withMinimal(history, checker, verdict, unlimited, { observers: spec.observers });
    return [{ title: `${name}, ${checker.name}`, history, checker, verdict: explained }];
  }),
);

function assertEvents(events: readonly number[], history: History): void {
  assert(events.length > 0, 'no events');
  assert(events.every((event) => event >= 0 && event < history.length));
  assert(
    events.every((event, at) => at === 0 || event > (events[at - 1] ?? 0)),
    'events ascend',
  );
}

function assertNamedOps({ explanation, ops }: Anomaly): void {
  for (const [, from, to = from] of explanation.matchAll(/\(ops? (\d+)(?:–(\d+))?/g))
    for (const index of [from, to]) assert(ops.includes(Number(index)), `op ${index} proves nothing`);
}

const refuses = (checker: Checker, history: History, kind: string): boolean => {
  const { valid, anomalies } = checker.check(history, unlimited);
  return valid === false && anomalies.some((anomaly) => anomaly.kind === kind);
};

/** The first events of a history. */
const beginning = (history: History, length: number): History =>
  History.of(
    Array.from({ length }, (_, index) => history.op(index)),
    history.reading,
  );

function assertHowFar({ anomalies, heldUntil }: Verdict, history: History, checker: Checker): void {
  const prefixes = anomalies.flatMap(({ prefix }) => (prefix === undefined ? [] : [prefix]));
  if (prefixes.length > 0) {
    for (const { op, state } of prefixes.flat()) {
      assert.equal(history.op(op).type, 'invoke');
      assert.notEqual(state, '');
    }
    return;
  }
  assert(heldUntil !== undefined, 'neither a legal prefix nor how long it held');
  assert.notEqual(checker.check(beginning(history, heldUntil + 1), unlimited).valid, false);
  assert.equal(checker.check(beginning(history, heldUntil + 2), unlimited).valid, false);
}

describe('every refusal', () => {
  it('has a kind, operations, and a sentence that names some of them', () => {
    for (const { title, history, verdict } of refusals) {
      assert(verdict.anomalies.length > 0, title);
      for (const anomaly of verdict.anomalies) {
        assert.match(anomaly.kind, /^[\w-]+$/, title);
        assert.match(anomaly.explanation, /\(ops? \d+/, title);
        assertEvents(anomaly.ops, history);
        assertNamedOps(anomaly);
      }
    }
  });

  it('says how far the history was right', () => {
    for (const { history, checker, verdict } of refusals) assertHowFar(verdict, history, checker);
  });

  it('has a sub-history that the same checker refuses for the same reason', () => {
    for (const { title, history, checker, verdict } of refusals)
      for (const { kind, minimal } of verdict.anomalies) {
        assert(minimal, `${title}: ${kind} is not minimised`);
        assertEvents(minimal, history);
        const rows = rowsOfEvents(history, minimal);
        assert(refuses(checker, history.restrictedTo(rows), kind), `${title}: ${kind}`);
      }
  });

  it('was seen of every checker that can refuse', () => {
    const seen = new Set(refusals.map(({ checker }) => checker.name));
    const all = new Set(specs.flatMap((spec) => checkersOf(spec).map(({ name }) => name)));
    assert.deepEqual(
      [...all].filter((name) => !seen.has(name)),
      [],
    );
  });
});
