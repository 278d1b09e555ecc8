/** Small histories of objects whose values are unique, correct and spoiled, and what every special case must do. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { History } from '../../../../harness/columns/history.ts';
import { indicesOf } from '../../../../harness/checkers/phrases.ts';
import type { Decision, Part, SpecialCase } from '../../../../harness/checkers/polynomial/specialCase.ts';
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

/** How a special case is held to its twin. */
export interface Comparison {
  readonly specialCase: SpecialCase;
  readonly spec: SequentialSpec;
  /** Counts how it decided. */
  readonly seen: Map<string, number>;
  /** Whether a witness needs that no other operation was there at all: what was never dequeued was dequeued by nobody. */
  readonly isWitnessAlone?: boolean;
}

/** The special case decides as the twin does, and what it calls a proof is one. */
export function holdsToTwin({
  specialCase,
  spec,
  seen,
  isWitnessAlone = false,
}: Comparison): (ops: readonly Op[]) => void {
  return (ops) => {
    const part = wholeOf(History.of(ops), spec);
    const decision = specialCase.decide(part);
    const name = decision === undefined ? 'undecided' : decision.valid ? 'valid' : 'invalid';
    seen.set(name, (seen.get(name) ?? 0) + 1);
    if (!decision) return;
    assert.equal(decision.valid, isAllowed(part), JSON.stringify(ops));
    if (!decision.valid) proves(part, decision, isWitnessAlone);
  };
}

/** The witness is refused, alone or whatever became of the other operations, and names what it is about. */
function proves(
  part: Part,
  { rows, sentence }: Extract<Decision, { readonly valid: false }>,
  isWitnessAlone: boolean,
): void {
  const { history } = part;
  const alone = { ...part, rows: part.rows.filter((row) => rows.includes(row)) };
  const isProof = !isAllowed(alone) && (isWitnessAlone || !isAllowed(part, rows));
  assert(isProof, `not refuted by rows ${rows.join()}: ${sentence}`);
  const ops = rows.flatMap((row) => indicesOf(history.operation(row)));
  const named = [...sentence.matchAll(/\(ops? (\d+)(?:–(\d+))?/g)];
  for (const [, from, to] of named)
    for (const index of [from, to ?? from])
      assert(ops.includes(Number(index)), `op ${index} is not among ${ops.join()}: ${sentence}`);
  assert(named.length > 0, sentence);
}
