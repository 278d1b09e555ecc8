/** What kind of place a simulated cluster lives in: drawn once from the seed, so that every run has a character. */
import type { Latency } from './latency.ts';
import type { NetworkPersonality } from './network.ts';

export interface Personality {
  readonly network: NetworkPersonality;
  /** One way between a client and a node. */
  readonly client: Latency;
  /** One sync of a disk. */
  readonly fsync: Latency;
  /** What a crash leaves of the records that were not synced: nothing, or any prefix. */
  readonly crashKeeps: 'nothing' | 'prefix';
  /** From the start of a process until it is ready. */
  readonly start: Latency;
  /** Wall clocks of nodes differ from the true time by up to this much, either way. */
  readonly wallSkewMs: number;
}

/** A quiet local network and a usual disk. */
export const calm: Personality = {
  network: {
    latency: { minUs: 100, meanUs: 300, tailRatio: 0 },
    lossRatio: 0,
    duplicateRatio: 0,
    ordered: true,
  },
  client: { minUs: 100, meanUs: 200, tailRatio: 0 },
  fsync: { minUs: 200, meanUs: 800, tailRatio: 0.01 },
  crashKeeps: 'prefix',
  start: { minUs: 20_000, meanUs: 30_000, tailRatio: 0 },
  wallSkewMs: 0,
};
