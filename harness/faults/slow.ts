/** Links become slow: latency, jitter, and sometimes a narrow bandwidth. Messages stay in order. */
import type { Fault } from './fault.ts';
import { drawTarget, linkEffect } from './linkFault.ts';
import { numberOf } from './targets.ts';

export const slow: Fault = {
  name: 'slow',
  meaning: 'links get latency, jitter and, in a third of the cases, a narrow bandwidth',
  plot: { color: '#8d96a3', label: 'slow' },
  lasts: { min: 0.4, max: 0.9 },
  draw: (prng, { aim }) => ({
    target: drawTarget(prng, aim),
    // Two slow links and back stay below an election timeout, mostly.
    delayMs: prng.int(5, 80),
    jitterMs: prng.int(0, 80),
    // Wide enough for heartbeats, too narrow for a busy log.
    bytesPerSecond: prng.chance(1 / 3) ? prng.int(32, 512) * 1024 : null,
  }),
  effect: (params, view, prng) =>
    linkEffect(params, view, prng, {
      delayMs: numberOf(params, 'delayMs', 0, 60_000),
      jitterMs: numberOf(params, 'jitterMs', 0, 60_000),
      bytesPerSecond:
        params['bytesPerSecond'] === null
          ? null
          : numberOf(params, 'bytesPerSecond', 1, Number.MAX_SAFE_INTEGER),
    }),
};
