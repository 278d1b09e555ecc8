import assert from 'node:assert/strict';
import { registers } from '../../../../harness/checkers/polynomial/registers.ts';
import { casRegister, register, type Cell } from '../../../../harness/specs/register.ts';
import { agreesOn } from '../fuzz.ts';
import { historiesOf, holdsToTwin, type Behaviour } from './histories.ts';

const written: Behaviour = {
  spec: register,
  input: (draw, unique) =>
    draw(2) === 0 ? { f: 'read', value: null } : { f: 'write', value: draw(20) === 7 ? 1 : unique },
  answer: (state, { f, value }) => (f === 'read' ? (state as Cell).value : value),
};

/** Compares with the last values, most of which are there or just gone. */
const compared: Behaviour = {
  spec: casRegister,
  input: (draw, unique) => {
    const from = draw(12) === 0 ? null : Math.max(1, unique - 1 - draw(3));
    switch (draw(4)) {
      case 0:
        return { f: 'read', value: null };
      case 1:
        return { f: 'write', value: unique };
      default:
        return { f: 'cas', value: [unique === 1 || draw(6) === 1 ? null : from, unique] };
    }
  },
  answer: (state, { f, value }) => {
    const current = (state as Cell).value;
    if (f === 'read') return current;
    return f === 'cas' && current !== (value as readonly unknown[])[0] ? false : value;
  },
};

/** In `npm test`. */
const runs = 400;

describe('registers with unique writes are decided as by trying all orders', () => {
  const seen = new Map<string, number>();
  agreesOn(
    'reads and writes',
    historiesOf({ behaviour: written, operations: 14 }),
    holdsToTwin({ specialCase: registers, spec: register, seen }),
    runs,
  );
  agreesOn(
    'cas, those that failed are left out',
    historiesOf({ behaviour: compared, operations: 12 }).map((ops) =>
      ops.map((op) => (op.type === 'ok' && op.value === false ? { ...op, type: 'fail' as const } : op)),
    ),
    holdsToTwin({ specialCase: registers, spec: casRegister, seen }),
    runs,
  );
  agreesOn(
    'cas, those that did not match constrain',
    historiesOf({ behaviour: compared, operations: 12 }),
    holdsToTwin({ specialCase: registers, spec: casRegister, seen }),
    runs,
  );
  it('and most of them are decided', () => {
    const [valid = 0, invalid = 0, undecided = 0] = ['valid', 'invalid', 'undecided'].map((name) =>
      seen.get(name),
    );
    assert(valid > undecided && invalid > undecided / 2, JSON.stringify([...seen]));
  });
});
