import assert from 'node:assert/strict';
import { drawingOf } from '../../../harness/cli/drawing.ts';
import { History } from '../../../harness/columns/history.ts';
import { casRegister } from '../../../harness/specs/register.ts';
import { parseDrawing } from '../checkers/notation.ts';

const draw = (text: string, events?: readonly number[]): string[] | undefined => {
  const history = History.of(parseDrawing(text).history);
  return drawingOf(
    history,
    events ?? Array.from({ length: history.length }, (_, index) => index),
    casRegister,
  );
};

describe('a drawing of operations', () => {
  it('shows what overlapped, and how each operation ended', () => {
    assert.deepEqual(
      draw(
        `
        p0  |- x: write 1 -|                          |- x: read -> 1 -|
        p12      |----------- x: cas [1,2] -?
        p3                    |- x: write 5 -x
      `.replaceAll('\n        ', '\n'),
      ),
      [
        'p0   |- x: write(1) -|                   |- x: read() → 1 -|',
        'p3                     |- x: write(5) -x',
        'p12    |- x: cas([1,2]) -?',
      ],
    );
  });

  it('counts the columns of a terminal: wide characters take two, spelled out controls six', () => {
    const events = [
      ['write', '日本', 0],
      ['read', '\u001b', 1],
    ] as const;
    const history = events.flatMap(([f, value, process], at) =>
      (['invoke', 'ok'] as const).map((type, part) => {
        const index = 2 * at + part;
        return { index, timeNs: index, process, type, f, value: f === 'read' && part === 0 ? null : value };
      }),
    );
    assert.deepEqual(drawingOf(History.of(history), [0, 1, 2, 3], casRegister), [
      'p0  |- write("日本") -|',
      'p1                      |- read() → "\\u001b" -|',
    ]);
  });

  it('stretches an operation over those that began and ended within it', () => {
    assert.deepEqual(
      draw('p0  |------------------- read -> 1 -------------|\np1     |- write 1 -|  |- write 2 -|'),
      ['p0  |- read() → 1 ------------------|', 'p1    |- write(1) -| |- write(2) -|'],
    );
  });

  it('leaves out what it was not asked for', () => {
    assert.deepEqual(draw('p0  |- write 1 -|  |- write 2 -|\np1  |- read -> 1 -|', [4, 5]), [
      'p0  |- write(2) -|',
    ]);
  });

  it('is not made of what nobody could overlook', () => {
    const lanes = Array.from({ length: 17 }, (_, lane) => `p${lane}  |- write ${lane} -|`);
    assert.equal(draw(lanes.join('\n')), undefined);
    assert.equal(draw(`p0  |- write ${'x'.repeat(200)} -|`), undefined);
    assert.equal(draw('p0  |- write 1 -|', []), undefined);
  });
});
