/** Links become unreliable: connections are reset at random; for reference models requests are also delivered twice. */
import type { Fault } from './fault.ts';
import { drawTarget, linkEffect } from './linkFault.ts';
import { numberOf } from './targets.ts';

export const flaky: Fault = {
  name: 'flaky',
  meaning: 'connections are reset at random, and requests of reference models may arrive twice',
  plot: { color: '#7a5c99', label: 'flaky' },
  lasts: { min: 0.4, max: 0.9 },
  draw: (prng, { aim, duplicates }) => {
    const target = drawTarget(prng, aim);
    const resetRatio = prng.int(1, 20) / 100;
    const duplicateRatio = prng.int(1, 20) / 100;
    return { target, resetRatio, duplicateRatio: duplicates === true ? duplicateRatio : 0 };
  },
  effect: (params, view, prng) =>
    linkEffect(params, view, prng, {
      resetRatio: numberOf(params, 'resetRatio', 0, 1),
      duplicateRatio: numberOf(params, 'duplicateRatio', 0, 1),
    }),
};
