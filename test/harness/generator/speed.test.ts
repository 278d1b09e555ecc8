import assert from 'node:assert/strict';
import {
  fromFunction,
  mix,
  perKeyGroups,
  reserve,
  stagger,
  timeLimit,
} from '../../../harness/generator/index.ts';
import { Interpreter } from '../../../harness/interpreter.ts';
import { createPrng } from '../../../nodes/kernel/prng.ts';

const operations = 20_000;

/** Operations per second of CPU that a typical stack and the interpreter make, with most threads busy. */
function operationsPerSecond(concurrency: number): number {
  const read = fromFunction(() => ({ f: 'read', value: null }));
  const write = fromFunction(({ prng }) => ({ f: 'write', value: prng.int(0, 5) }));
  const keys = perKeyGroups({
    groups: concurrency / 5,
    key: (index) => `k${index}`,
    generator: () => reserve([[2, read]], mix([read, write])),
    operationsMax: 150,
  });
  const generator = timeLimit(1e9, stagger(0.001, keys));
  const interpreter = new Interpreter({ generator, concurrency, prng: createPrng(1) });
  const busy: number[] = [];
  const started = process.cpuUsage();
  for (let dispatched = 0, nowNs = 0; dispatched < operations; nowNs += 2000) {
    const next = interpreter.next(nowNs);
    if (next.kind !== 'dispatch') continue;
    dispatched++;
    busy.push(next.thread);
    if (busy.length > 0.8 * concurrency)
      interpreter.complete(busy.shift() as number, { type: 'ok', value: null }, nowNs);
  }
  return operations / ((process.cpuUsage(started).user + 1) / 1e6);
}

describe('the speed of generators', () => {
  // 200,000 a second on an idle machine; the test only has to notice that something became quadratic.
  it('is far above what clusters can take', () => {
    for (const concurrency of [10, 50]) {
      const best = Math.max(...[1, 2, 3].map(() => operationsPerSecond(concurrency)));
      assert.ok(best > 30_000, `${Math.round(best)} operations/s with ${concurrency} threads`);
    }
  });
});
