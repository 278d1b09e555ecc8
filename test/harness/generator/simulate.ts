/** Runs a generator in virtual time, without clients and without a cluster: every operation just takes a while. */
import type { Generator } from '../../../harness/generator/generator.ts';
import type { Op } from '../../../harness/history.ts';
import { Interpreter, type Completion, type Dispatch } from '../../../harness/interpreter.ts';
import { createPrng, type Prng } from '../../../nodes/kernel/prng.ts';

/** How an operation ends, and after how long. */
export type Outcome = { readonly afterMs: number } & Partial<Completion>;

export interface SimulateOptions {
  readonly concurrency?: number;
  readonly seed?: string | number;
  /** The default: ok with the value of the invocation, after 1 to 10 ms. */
  readonly outcome?: (dispatch: Dispatch, prng: Prng) => Outcome;
  /** The simulation ends when so many operations were dispatched. */
  readonly operationsMax?: number;
}

export interface Simulated {
  readonly history: readonly Op[];
  readonly invocations: readonly Op[];
  readonly dispatches: readonly Dispatch[];
  readonly interpreter: Interpreter;
  /** `done`: the generator is exhausted; `cut`: operationsMax was reached. */
  readonly end: 'done' | 'cut';
  readonly endMs: number;
}

interface InFlight {
  readonly dispatch: Dispatch;
  readonly outcome: Outcome;
  readonly endNs: number;
}

export function simulateGenerator(generator: Generator, options: SimulateOptions = {}): Simulated {
  const { concurrency = 4, seed = 1, operationsMax = 10_000 } = options;
  const prng = createPrng(`simulate/${seed}`);
  const outcomes = prng.fork('outcomes');
  const outcomeOf = options.outcome ?? ((_dispatch, stream) => ({ afterMs: 1 + 9 * stream.next() }));
  const interpreter = new Interpreter({ generator, concurrency, prng: prng.fork('interpreter') });
  const history: Op[] = [];
  const dispatches: Dispatch[] = [];
  let inFlight: readonly InFlight[] = [];
  let nowNs = 0;
  for (;;) {
    for (const ended of inFlight.filter(({ endNs }) => endNs <= nowNs)) {
      const { dispatch, outcome } = ended;
      const completion = { type: 'ok' as const, value: dispatch.invocation.value, ...outcome };
      history.push(interpreter.complete(dispatch.thread, completion, nowNs));
    }
    inFlight = inFlight.filter(({ endNs }) => endNs > nowNs);
    const next = interpreter.next(nowNs);
    const cut = dispatches.length >= operationsMax;
    if (next.kind === 'done' || cut)
      return {
        history,
        invocations: history.filter(({ type }) => type === 'invoke'),
        dispatches,
        interpreter,
        end: cut ? 'cut' : 'done',
        endMs: nowNs / 1e6,
      };
    if (next.kind === 'dispatch') {
      history.push(next.op);
      dispatches.push(next);
      const outcome = outcomeOf(next, outcomes);
      inFlight = [...inFlight, { dispatch: next, outcome, endNs: nowNs + outcome.afterMs * 1e6 }].sort(
        (a, b) => a.endNs - b.endNs,
      );
      continue;
    }
    const wakeNs = Math.min(next.untilNs ?? Infinity, inFlight[0]?.endNs ?? Infinity);
    if (wakeNs === Infinity) throw new Error('the generator waits for nothing');
    nowNs = wakeNs;
  }
}
