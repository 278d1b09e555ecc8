/** Workloads by which it is judged what clients have given back must not let these forget it (harness/contexts.ts). */
import assert from 'node:assert/strict';
import { keysMax } from '../../harness/contexts.ts';
import type { Op } from '../../harness/history.ts';
import { workloads } from '../../workloads/index.ts';
import { runWorkload } from './atomicStore.ts';

const operationsLeast = 5_000;

/** After how many other keys a process comes back to one, at most. */
function othersMax(history: readonly Op[]): number {
  const used = new Map<Op['process'], string[]>();
  let most = 0;
  for (const { type, process, key } of history) {
    if (type !== 'invoke' || key === undefined) continue;
    const keys = used.get(process) ?? [];
    const at = keys.indexOf(key);
    if (at >= 0) most = Math.max(most, at);
    used.set(process, [key, ...keys.filter((other) => other !== key)]);
  }
  return most;
}

describe('clients that say what they have seen', () => {
  for (const workload of workloads.filter(({ entails }) => entails?.siblings))
    it(`come back to no key of ${workload.name} that they may have forgotten`, () => {
      for (const concurrency of [5, 20]) {
        const options = { durationMs: 4_000, concurrency, crashRatio: 0 };
        const { history } = runWorkload(workload, options);
        assert(history.length > 2 * operationsLeast, `${history.length} events`);
        const most = othersMax(history);
        assert(most < keysMax / 2, `after ${most} others, with ${concurrency} clients`);
      }
    });
});
