import assert from 'node:assert/strict';
import { nodeBudget, unlimited } from '../../../../harness/checkers/budget.ts';
import { causal } from '../../../../harness/checkers/causal/causal.ts';
import type { Budget, Verdict } from '../../../../harness/checkers/checker.ts';
import { checkerOf } from '../../../../harness/checkers/levels.ts';
import { History } from '../../../../harness/columns/history.ts';
import type { Op } from '../../../../harness/history.ts';
import { specNamed } from '../../../../harness/specs/index.ts';
import { casRegister, register } from '../../../../harness/specs/register.ts';
import type { Guarantee } from '../../../../nodes/kernel/model.ts';
import type { Json } from '../../../../nodes/kernel/wire.ts';
import { parseDrawing } from '../notation.ts';
import { valueLevels } from '../valueLevels.ts';

function verdictsOf(drawing: string, budget: Budget = unlimited, initial?: Json): Map<Guarantee, Verdict> {
  const { spec: name, history } = parseDrawing(drawing);
  const spec = specNamed(name);
  assert(spec);
  const subject = initial === undefined ? { spec } : { spec, initial };
  return new Map(
    valueLevels.map((level) => {
      const checker = checkerOf(level, subject);
      assert(checker);
      return [level, checker.check(History.of(history), budget)];
    }),
  );
}

describe('levels that follow values', () => {
  it('hold where one order explains all, though a value that is read was written twice', () => {
    const verdicts = verdictsOf(`
spec: register
p0  |- x: write 1 -|
p1  |- x: write 1 -|
p2                    |- x: read -> 1 -|`);
    for (const level of valueLevels) assert.equal(verdicts.get(level)?.valid, true, level);
  });

  it('are unknown where no order does, and a value that is read was written twice, and say which', () => {
    const verdicts = verdictsOf(`
spec: register
p0  |- x: write 1 -|
p1  |- x: write 1 -|
p2                    |- x: read -> 1 -|
p3                                        |- y: write 2 -|  |- z: read -> null -|
p4                                        |- z: write 3 -|  |- y: read -> null -|`);
    for (const level of valueLevels) {
      const { valid, reason } = verdicts.get(level) ?? {};
      if (level === 'sequential') assert.equal(valid, false);
      else {
        assert.equal(valid, 'unknown', level);
        assert.equal(
          reason,
          'nobody can tell from which write every value was read: read of x by process 2 (ops 4–5) saw 1, which is ' +
            'both write 1 on x by process 0 (ops 0–2) and write 1 on x by process 1 (ops 1–3)',
        );
      }
    }
  });

  it('do not mind values that were written twice and never read', () => {
    const verdicts = verdictsOf(`
spec: register
p0  |- x: write 1 -|
p1  |- x: write 1 -|  |- x: write 2 -|
p2                                     |- x: read -> 2 -|`);
    for (const level of valueLevels) assert.equal(verdicts.get(level)?.valid, true, level);
  });

  it('find what is wrong although some values cannot be traced', () => {
    const verdicts = verdictsOf(`
spec: register
p0  |- x: write 1 -|                      |- y: write 2 -|  |- y: read -> null -|
p1  |- x: write 1 -|  |- x: read -> 1 -|`);
    for (const level of ['cc', 'ccv', 'cm', 'pram', 'read-your-writes', 'sequential'] as const)
      assert.equal(verdicts.get(level)?.valid, false, level);
    assert.equal(verdicts.get('monotonic-reads')?.valid, 'unknown');
  });

  it('take the initial value that they are told', () => {
    const drawing = `
spec: register
p0  |- x: read -> 5 -|`;
    assert.equal(verdictsOf(drawing).get('cc')?.valid, false);
    for (const [level, { valid }] of verdictsOf(drawing, unlimited, 5)) assert.equal(valid, true, level);
  });

  it('leave a cas that did not match undecided, but where a search can use it', () => {
    const verdicts = verdictsOf(`
spec: cas-register
p0  |- x: write 1 -|  |- x: cas [1, 2] -> false -|`);
    assert.equal(verdicts.get('cc')?.valid, 'unknown');
    assert.match(verdicts.get('cc')?.reason ?? '', /^1 cas that did not match/);
    assert.equal(verdicts.get('sequential')?.valid, false);
  });

  it('say nothing about lists, sets and the like', () => {
    const set = specNamed('set');
    assert(set);
    const { history } = parseDrawing(`
spec: set
p0  |- add 1 -|`);
    const { valid, reason } = causal('cc', set).check(History.of(history), unlimited);
    assert.equal(valid, 'unknown');
    assert.match(reason ?? '', /neither reads, writes nor cas/);
  });

  it('are unknown, with a reason, when the budget is used up', () => {
    const drawing = `
spec: register
p0  |- x: write 1 -|  |- x: read -> 2 -|
p1  |- x: write 2 -|  |- x: read -> 1 -|`;
    for (const [level, { valid, reason }] of verdictsOf(drawing, nodeBudget(0)))
      if (valid !== true && valid !== false) assert.match(reason ?? '', /budget/, level);
  });

  it('crash on nothing that a history may hold', () => {
    const values: Json[] = [{ __proto__: 1 }, [], [[]], '', '__proto__', -0, 1.5, true, false];
    const ops: Op[] = values.flatMap((value, at) => {
      const common = { process: 2 ** 31 + at, key: at % 2 === 0 ? '__proto__' : 'constructor', timeNs: 0 };
      return [
        { ...common, index: 4 * at, type: 'invoke', f: 'write', value },
        { ...common, index: 4 * at + 1, type: 'ok', f: 'write', value },
        { ...common, index: 4 * at + 2, type: 'invoke', f: 'cas', value },
        { ...common, index: 4 * at + 3, type: 'ok', f: 'cas', value },
      ] satisfies Op[];
    });
    for (const level of ['cc', 'ccv', 'cm', 'pram'] as const)
      for (const spec of [register, casRegister])
        assert.equal(causal(level, spec).check(History.of(ops), unlimited).valid, 'unknown');
  });

  it('let an open operation take effect after what its process did later', () => {
    const events = [
      [0, 'invoke', 'write', 1],
      [0, 'info', 'write', 1],
      [0, 'invoke', 'read', null],
      [0, 'ok', 'read', null],
      [1, 'invoke', 'read', null],
      [1, 'ok', 'read', 1],
    ] as const;
    const ops = events.map(([process, type, f, value], index) => ({
      index,
      timeNs: 0,
      process,
      type,
      f,
      key: 'x',
      value,
    }));
    for (const level of valueLevels)
      assert.equal(
        checkerOf(level, { spec: register })?.check(History.of(ops), unlimited).valid,
        true,
        level,
      );
  });

  it('decide a history of very many short sessions', () => {
    const ops: Op[] = [];
    const record = (process: number, f: string, value: Json): void => {
      for (const type of ['invoke', 'ok'] as const)
        ops.push({
          index: ops.length,
          timeNs: 0,
          process,
          type,
          f,
          key: 'x',
          value: type === 'invoke' && f === 'read' ? null : value,
        });
    };
    for (let process = 0; process < 400; process++) {
      record(process, 'read', process === 0 ? null : process);
      record(process, 'write', process + 1);
    }
    for (const level of ['cc', 'ccv', 'pram', 'cm'] as const)
      assert.equal(causal(level, register).check(History.of(ops), unlimited).valid, true, level);
    // The last session goes back to what the first one has written.
    record(399, 'read', 1);
    assert.equal(causal('cc', register).check(History.of(ops), unlimited).valid, false);
  });
});
