import assert from 'node:assert/strict';
import type { Generator, Invocation } from '../../harness/generator/generator.ts';
import { concat, fromFunction, limit, list, stagger } from '../../harness/generator/index.ts';
import { GeneratorError, Interpreter, type Dispatch } from '../../harness/interpreter.ts';
import { AssertionFailed } from '../../nodes/kernel/assert.ts';
import { nodeId } from '../../nodes/kernel/ids.ts';
import { createPrng } from '../../nodes/kernel/prng.ts';
import { always, never, numbered } from './generator/context.ts';
import { simulateGenerator } from './generator/simulate.ts';

const interpret = (generator: Generator, concurrency = 2, seed = 1): Interpreter =>
  new Interpreter({ generator, concurrency, prng: createPrng(seed) });

function dispatched(interpreter: Interpreter, nowNs = 0): Dispatch {
  const next = interpreter.next(nowNs);
  assert.equal(next.kind, 'dispatch');
  return next;
}

const ok = { type: 'ok', value: null } as const;
const info = { type: 'info', value: null, error: 'timeout' } as const;

describe('the interpreter', () => {
  it('numbers all events of a history in order, those of the nemesis too', () => {
    const interpreter = interpret(always('a'));
    const first = dispatched(interpreter, 10);
    const cut = interpreter.nemesis({ f: 'start-partition', value: { nodes: ['n1'] } }, 20);
    const second = dispatched(interpreter, 30);
    const completion = interpreter.complete(first.thread, { ...ok, node: nodeId(2) }, 40);
    assert.deepEqual(
      [first.op, cut, second.op, completion].map(({ index, timeNs, type }) => [index, timeNs, type]),
      [
        [0, 10, 'invoke'],
        [1, 20, 'info'],
        [2, 30, 'invoke'],
        [3, 40, 'ok'],
      ],
    );
    assert.equal(cut.process, 'nemesis');
    assert.equal(completion.process, first.process);
    assert.equal(completion.node, 'n2');
  });

  it('asks for as long as there are free threads, then waits', () => {
    const interpreter = interpret(always('a'), 3);
    const threads = [1, 2, 3].map(() => dispatched(interpreter).thread);
    assert.deepEqual(threads.sort(), [0, 1, 2]);
    assert.deepEqual(interpreter.next(0), { kind: 'wait' });
    assert.equal(interpreter.busy, 3);
  });

  it('shows generators the free threads in ascending order, in whatever order they became free', () => {
    const seen: (readonly number[])[] = [];
    const watching = fromFunction(({ free }) => {
      seen.push(free);
      return { f: 'a', value: null };
    });
    const interpreter = interpret(watching, 4);
    for (let at = 0; at < 4; at++) dispatched(interpreter);
    for (const thread of [2, 0, 3]) interpreter.complete(thread, ok, 1);
    dispatched(interpreter, 2);
    assert.deepEqual(seen.at(-1), [0, 2, 3]);
  });

  it('completes an operation once', () => {
    const interpreter = interpret(always('a'), 1);
    interpreter.complete(dispatched(interpreter).thread, ok, 1);
    assert.throws(() => interpreter.complete(0, ok, 2), AssertionFailed);
  });

  it('retires a process after info: its thread goes on as process + concurrency', () => {
    const interpreter = interpret(always('a'), 2);
    const first = dispatched(interpreter);
    dispatched(interpreter);
    interpreter.complete(first.thread, info, 1);
    const second = dispatched(interpreter, 2);
    assert.equal(second.thread, first.thread);
    assert.equal(second.process, first.process + 2);
    interpreter.complete(second.thread, { type: 'fail', value: null }, 3);
    assert.equal(dispatched(interpreter, 4).process, second.process);
  });

  it('shows the generator an info while its process is still the thread’s', () => {
    const seen: unknown[] = [];
    const spy: Generator = {
      next: () => ({ kind: 'op', op: { f: 'a', value: null }, rest: spy }),
      update: (context, { type, process }) => {
        seen.push([
          type,
          process,
          context.processOf(context.threadOf(process as number)),
          context.free.length,
        ]);
        return spy;
      },
    };
    const interpreter = interpret(spy, 1);
    dispatched(interpreter);
    interpreter.complete(0, info, 1);
    assert.deepEqual(seen, [
      ['invoke', 0, 0, 0],
      ['info', 0, 0, 1],
    ]);
  });

  it('is done when the generator is exhausted and nothing is in flight', () => {
    const interpreter = interpret(numbered('a', 1));
    const { thread } = dispatched(interpreter);
    assert.deepEqual(interpreter.next(0), { kind: 'wait' });
    interpreter.complete(thread, ok, 5);
    assert.deepEqual(interpreter.next(5), { kind: 'done' });
  });

  it('says how long to wait for a generator that waits', () => {
    const interpreter = interpret(stagger(10, always('a')));
    dispatched(interpreter);
    const next = interpreter.next(0);
    assert.ok(next.kind === 'wait' && next.untilNs !== undefined && next.untilNs > 0 && next.untilNs < 20e6);
    dispatched(interpreter, next.untilNs);
  });

  it('goes on with the final reads after a swap, while operations are in flight', () => {
    const interpreter = interpret(numbered('a', 1));
    const main = dispatched(interpreter);
    interpreter.swap(numbered('final', 1));
    const final = dispatched(interpreter, 1);
    assert.equal(final.op.f, 'final1');
    interpreter.complete(main.thread, ok, 2);
    interpreter.complete(final.thread, ok, 3);
    assert.equal(interpreter.next(3).kind, 'done');
  });

  it('knows the keys that were used, in the order of their first use', () => {
    const generator = list(['b', 'a', 'b', 'c'].map((key) => ({ f: 'read', key, value: null })));
    const { interpreter } = simulateGenerator(concat([generator, numbered('keyless', 2)]));
    assert.deepEqual(interpreter.keys, ['b', 'a', 'c']);
  });

  it('gives an operation to the thread that it names, and to any free one otherwise', () => {
    const interpreter = interpret(
      fromFunction(({ free }) => ({ f: 'a', value: null, thread: Math.max(...free) })),
      4,
    );
    assert.deepEqual(
      [1, 2, 3].map(() => dispatched(interpreter).thread),
      [3, 2, 1],
    );
    const { dispatches } = simulateGenerator(limit(400, always('a')), { concurrency: 4 });
    assert.equal(new Set(dispatches.map(({ thread }) => thread)).size, 4);
  });

  it('refuses impossible operations, and names all that is wrong', () => {
    const answers = (op: unknown): Interpreter => interpret(fromFunction(() => op as Invocation));
    assert.throws(
      () => answers({ f: '', key: 7, thread: 9 }).next(0),
      (error: unknown) =>
        error instanceof GeneratorError &&
        ['f must be', 'key must be', 'value is missing', 'no thread 9'].every((problem) =>
          error.message.includes(problem),
        ),
    );
    const stubborn = answers({ f: 'a', value: null, thread: 0 });
    dispatched(stubborn);
    assert.throws(() => stubborn.next(0), /thread 0 is busy/);
  });

  it('refuses a generator that waits for nothing', () => {
    assert.throws(() => interpret(never).next(0), GeneratorError);
  });

  it('refuses to complete what was not invoked, and time that goes back', () => {
    assert.throws(() => interpret(always('a')).complete(0, ok, 0), AssertionFailed);
    const interpreter = interpret(always('a'));
    interpreter.next(10);
    assert.throws(() => interpreter.next(9), AssertionFailed);
  });

  it('retires a process whose session ended, whatever came of its operation', () => {
    const interpreter = interpret(always('a'), 1);
    const processes = [{}, { endsSession: false }, { endsSession: true }, {}].map((end, at) => {
      const { thread, process } = dispatched(interpreter, at);
      interpreter.complete(thread, { type: 'fail', value: null, ...end }, at);
      return process;
    });
    assert.deepEqual(processes, [0, 0, 0, 1]);
  });
});
