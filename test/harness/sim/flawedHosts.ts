/** The host laws against hosts that break one each. Run by flawedHosts.test.ts in a mocha of its own: these must fail. */
import type { HostFlaw } from '../../../harness/sim/flaws.ts';
import { describeHostLaws } from '../../nodes/host/laws.ts';
import { simulatedLawWorld } from './lawWorld.ts';

/** Each flaw, and the law whose tests must notice. */
export const flaws: readonly { readonly flaw: HostFlaw; readonly law: number }[] = [
  { flaw: 'reentrant', law: 1 },
  { flaw: 'early-output', law: 2 },
  { flaw: 'timers-pile-up', law: 3 },
  { flaw: 'timers-survive', law: 3 },
  { flaw: 'resends', law: 4 },
  { flaw: 'lossy-disk', law: 5 },
  { flaw: 'requests-linger', law: 5 },
];

if (process.env['ORDEAL_FLAWED_HOSTS'] !== undefined) {
  for (const { flaw } of flaws) describeHostLaws(`flaw ${flaw}`, simulatedLawWorld(flaw));
}
