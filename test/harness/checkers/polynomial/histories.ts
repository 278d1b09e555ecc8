/** Small histories of objects whose values are unique, correct and spoiled, and what every special case must do. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { History } from '../../../../harness/columns/history.ts';
import type { Reading } from '../../../../harness/columns/events.ts';
import { indicesOf } from '../../../../harness/checkers/phrases.ts';
import type { Part, SpecialCase } from '../../../../harness/checkers/polynomial/specialCase.ts';
import type { Op } from '../../../../harness/history.ts';
import type { SequentialSpec } from '../../../../harness/specs/spec.ts';
import { correctHistory, drawFrom, spoiled, type Draw } from '../randomHistory.ts';
import { isAllowed, wholeOf } from './orders.ts';

export type Behaviour = Parameters<typeof correctHistory>[0];

export interface Recipe {
  readonly behaviour: Behaviour;
  readonly operations: number;
  /** Changes some answers, where exchanging them is not enough. */
  readonly spoil?: (history: readonly Op[], draw: Draw) => Op[];
}

/** Histories of one key with few operations, half of them spoiled. */
export function historiesOf({ behaviour, operations, spoil = exchange }: Recipe): fc.Arbitrary<Op[]> {
  const shape = fc.record({
    operations: fc.integer({ min: 2, max: operations }),
    processes: fc.integer({ min: 2, max: 5 }),
    crashOneIn: fc.constantFrom(0, 3, 6),
    failOneIn: fc.constantFrom(0, 8),
    isSpoiled: fc.boolean(),
    tape: fc.array(fc.nat(), { minLength: 40, maxLength: 160, size: 'max' }),
  });
  return shape.map(({ tape, isSpoiled, ...rest }) => {
    const draw = drawFrom(tape);
    const history = correctHistory(behaviour, draw, { ...rest, keys: 1 });
    return isSpoiled ? spoil(history, draw) : history;
  });
}

const exchange = (history: readonly Op[], draw: Draw): Op[] => spoiled(history, draw, 1 + draw(2));

/** Says what the special case and its twin differ in; counts what it met. */
export function holdsToTwin(
  specialCase: SpecialCase,
  spec: SequentialSpec,
  seen: Map<string, number>,
  reading?: Reading,
): (ops: readonly Op[]) => void {
  return (ops) => {
    const part = wholeOf(History.of(ops, reading), spec);
    const decision = specialCase.decide(part);
    const name = decision === undefined ? 'undecided' : decision.valid ? 'valid' : 'invalid';
    seen.set(name, (seen.get(name) ?? 0) + 1);
    if (!decision) return;
    assert.equal(decision.valid, isAllowed(part), JSON.stringify(ops));
    if (!decision.valid) proves(part, decision.rows, decision.sentence);
  };
}

/** The witness is refused whatever became of the other operations, and names what it is about. */
function proves(part: Part, rows: readonly number[], sentence: string): void {
  const { history } = part;
  assert(!isAllowed(part, rows), `not refuted by rows ${rows.join()}: ${sentence}`);
  const ops = rows.flatMap((row) => indicesOf(history.operation(row)));
  const named = [...sentence.matchAll(/\(ops? (\d+)(?:–(\d+))?/g)];
  for (const [, from, to] of named)
    for (const index of [from, to ?? from])
      assert(ops.includes(Number(index)), `op ${index} is not among ${ops.join()}: ${sentence}`);
  assert(named.length > 0, sentence);
}
