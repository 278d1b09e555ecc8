/**
 * A profile is a kind of run. Bugs differ in what reveals them by orders of magnitude (crashes of three nodes find what
 * no partition ever does, and the other way round), so a campaign takes turns among all of them. Inside a profile the
 * seed decides: each run has a character of its own, rather than a little of everything.
 */
import type { NodeId } from '../../nodes/kernel/ids.ts';
import type { Prng } from '../../nodes/kernel/prng.ts';
import type { ScheduleEntry } from '../faults/fault.ts';
import { faultyPhase } from '../schedule.ts';
import type { NetworkPersonality } from './network.ts';
import type { Personality } from './personality.ts';

/** What the seed decides about a run, unless the command line does. */
export interface Character {
  readonly nodes: number;
  readonly faults: readonly string[];
  readonly faultIntervalSeconds: number;
  /** Operations per second. */
  readonly rate: number;
  /** Clients at a time. */
  readonly concurrency: number;
  readonly personality: Personality;
}

/** Enough operations for a verdict, few enough for many seeds. */
const usualRate = 45;
const usualConcurrency = 6;

export interface SimProfile {
  readonly name: string;
  readonly meaning: string;
  /** Only for models whose members can be changed. */
  readonly changesMembers?: true;
  draw(prng: Prng): Character;
  /** Changes the drawn schedule into one that only a simulation can afford. */
  tune?(entries: readonly ScheduleEntry[], prng: Prng, options: TuneOptions): readonly ScheduleEntry[];
}

export interface TuneOptions {
  readonly nodes: readonly NodeId[];
  readonly timeLimitSeconds: number;
  readonly faultIntervalSeconds: number;
}

/** A little of everything: a random subset of the faults in a random place. */
const swarm: SimProfile = {
  name: 'swarm',
  meaning: 'a random subset of all faults, on a network of random character',
  draw: (prng) => ({
    nodes: prng.chance(0.4) ? 3 : 5,
    faults: [
      ...someFaults(prng, ['partition', 'kill', 'pause', 'slow', 'flaky']),
      ...seldomFaults(prng.fork('seldom')),
    ],
    faultIntervalSeconds: between(prng, 0.3, 1.5),
    rate: usualRate,
    concurrency: usualConcurrency,
    personality: { ...anyDisk(prng), network: anyNetwork(prng), client: quick, wallSkewMs: 500 },
  }),
  tune: shortenKills,
};

/** Crashes that come faster than elections, one at a time and all together, with quick restarts. */
const crash: SimProfile = {
  name: 'crash',
  meaning: 'three nodes that crash and restart within milliseconds, sometimes all at once',
  draw: (prng) => ({
    nodes: 3,
    faults: ['kill'],
    faultIntervalSeconds: between(prng, 0.3, 1.2),
    rate: usualRate,
    concurrency: usualConcurrency,
    personality: {
      ...anyDisk(prng),
      network: prng.chance(0.5) ? calmNetwork(prng) : anyNetwork(prng),
      client: quick,
      start: { minUs: 1_000, meanUs: prng.pick([2_000, 20_000]), tailRatio: 0 },
      wallSkewMs: 0,
    },
  }),
  tune: (entries, prng, options) => withPowerLoss(shortenKills(entries, prng), prng, options),
};

/** Cuts of every shape, on a network that otherwise does what it should. */
const partition: SimProfile = {
  name: 'partition',
  meaning: 'links are cut and healed, nothing else happens',
  draw: (prng) => ({
    nodes: prng.chance(0.3) ? 3 : 5,
    faults: ['partition'],
    faultIntervalSeconds: between(prng, 0.4, 1.5),
    rate: usualRate,
    concurrency: usualConcurrency,
    personality: { ...anyDisk(prng), network: calmNetwork(prng), client: quick, wallSkewMs: 0 },
  }),
};

/** A bad network: messages are lost, doubled, overtaken, and sometimes very late. */
const slow: SimProfile = {
  name: 'slow',
  meaning: 'messages are lost, duplicated, reordered and late; nodes pause',
  draw: (prng) => ({
    nodes: prng.chance(0.5) ? 3 : 5,
    faults: someFaults(prng, ['slow', 'flaky', 'pause']),
    faultIntervalSeconds: between(prng, 0.5, 2),
    rate: usualRate,
    concurrency: usualConcurrency,
    personality: { ...anyDisk(prng), network: badNetwork(prng), client: slowClient, wallSkewMs: 500 },
  }),
};

/** Leaders fall as soon as they are found, so that logs diverge as far as they can (Figure 8 of the Raft paper). */
const leaders: SimProfile = {
  name: 'leaders',
  meaning: 'one leader after the other is killed or cut off soon after its election',
  draw: (prng) => ({
    nodes: 5,
    faults: ['kill', 'partition'],
    faultIntervalSeconds: between(prng, 0.12, 0.28),
    // A leader that hears of no operation in its own term has only the entries of others to commit.
    rate: prng.pick([8, 20, usualRate]),
    concurrency: prng.pick([1, 3, usualConcurrency]),
    personality: { ...anyDisk(prng), network: anyNetwork(prng), client: quick, wallSkewMs: 0 },
  }),
  tune: (_entries, prng, options) => leadersFall(prng, options),
};

/** Members change while the cluster is split or its leader falls: several changes are asked for at the same moment. */
const members: SimProfile = {
  name: 'members',
  meaning: 'members are added, removed and replaced in bursts, while the cluster is split and nodes crash',
  changesMembers: true,
  draw: (prng) => ({
    nodes: prng.chance(0.3) ? 3 : 5,
    faults: ['membership', 'rejoin-empty', 'partition', 'kill'],
    faultIntervalSeconds: between(prng, 0.3, 1.2),
    rate: usualRate,
    concurrency: usualConcurrency,
    personality: { ...anyDisk(prng), network: anyNetwork(prng), client: quick, wallSkewMs: 0 },
  }),
  tune: (_entries, prng, options) => membersChange(prng, options),
};

/** All profiles. A campaign takes turns in this order among those that its model can do. */
export const simProfiles: readonly SimProfile[] = [swarm, crash, partition, slow, leaders, members];

const quick = { minUs: 100, meanUs: 300, tailRatio: 0 };
const slowClient = { minUs: 200, meanUs: 2_000, tailRatio: 0.01 };

function between(prng: Prng, from: number, to: number): number {
  return from + prng.next() * (to - from);
}

/** A random subset, not empty. */
function someFaults(prng: Prng, faults: readonly string[]): readonly string[] {
  const some = faults.filter(() => prng.chance(0.5));
  return some.length > 0 ? some : [prng.pick(faults)];
}

/** From a stream of their own, so that they move nothing else; seldom, so that they take little from the others. */
function seldomFaults(prng: Prng): readonly string[] {
  return ['clock', 'disk'].filter(() => prng.chance(0.2));
}

function anyDisk(prng: Prng): Pick<Personality, 'fsync' | 'crashKeeps' | 'start'> {
  return {
    fsync: { minUs: 50, meanUs: prng.pick([100, 500, 3_000]), tailRatio: prng.pick([0, 0.01, 0.05]) },
    crashKeeps: prng.chance(0.5) ? 'nothing' : 'prefix',
    start: { minUs: 5_000, meanUs: 25_000, tailRatio: 0 },
  };
}

function calmNetwork(prng: Prng): NetworkPersonality {
  return {
    latency: { minUs: 100, meanUs: prng.pick([200, 1_000, 5_000]), tailRatio: 0 },
    lossRatio: 0,
    duplicateRatio: 0,
    ordered: true,
  };
}

function badNetwork(prng: Prng): NetworkPersonality {
  return {
    latency: { minUs: 200, meanUs: prng.pick([1_000, 5_000, 15_000]), tailRatio: prng.pick([0, 0.02, 0.1]) },
    lossRatio: prng.pick([0, 0.01, 0.05, 0.15]),
    duplicateRatio: prng.pick([0, 0.05, 0.2]),
    ordered: prng.chance(0.2),
  };
}

function anyNetwork(prng: Prng): NetworkPersonality {
  return prng.chance(0.4) ? calmNetwork(prng) : badNetwork(prng);
}

/** Most kills last 20 to 150 ms: a node that is back before anybody missed it forgets most quietly. */
function shortenKills(entries: readonly ScheduleEntry[], prng: Prng): readonly ScheduleEntry[] {
  return entries.map((entry) => {
    const isShort = entry.fault === 'kill' && prng.chance(0.8);
    return isShort ? { ...entry, durationMs: prng.int(20, 150) } : entry;
  });
}

/** Adds moments at which all nodes lose power together. */
function withPowerLoss(
  entries: readonly ScheduleEntry[],
  prng: Prng,
  { timeLimitSeconds }: TuneOptions,
): readonly ScheduleEntry[] {
  const { startMs, endMs } = faultyPhase(timeLimitSeconds);
  const losses: ScheduleEntry[] = [];
  for (let atMs = startMs + prng.int(0, 1500); atMs < endMs; atMs += prng.int(700, 4000)) {
    losses.push({
      id: entries.length + losses.length,
      fault: 'kill',
      atMs,
      durationMs: prng.int(20, 150),
      params: { target: 'all' },
      seed: String(prng.next()),
    });
  }
  return [...entries, ...losses].sort((a, b) => a.atMs - b.atMs || a.id - b.id);
}

/** Every entry is aimed at whoever leads then, and several may be out at once. */
function leadersFall(
  prng: Prng,
  { timeLimitSeconds, faultIntervalSeconds }: TuneOptions,
): readonly ScheduleEntry[] {
  const { startMs, endMs } = faultyPhase(timeLimitSeconds);
  const intervalMs = Math.round(faultIntervalSeconds * 1000);
  const entries: ScheduleEntry[] = [];
  for (let atMs = startMs; atMs < endMs; atMs += prng.int(1, 2 * intervalMs)) {
    const mode = prng.pick(['drop', 'reset', 'hold']);
    const isKill = prng.chance(0.35);
    entries.push({
      id: entries.length,
      fault: isKill ? 'kill' : 'partition',
      atMs,
      durationMs: Math.min(prng.int(200, 2500), endMs - atMs),
      params: isKill ? { target: 'leader' } : { shape: 'isolate-leader', mode },
      seed: String(prng.next()),
    });
  }
  return entries;
}

/** Bursts: the cluster is split or loses its leader, and within the same heartbeats it is asked for several changes. */
function membersChange(
  prng: Prng,
  { timeLimitSeconds, faultIntervalSeconds }: TuneOptions,
): readonly ScheduleEntry[] {
  const { startMs, endMs } = faultyPhase(timeLimitSeconds);
  const intervalMs = Math.round(faultIntervalSeconds * 1000);
  const entries: ScheduleEntry[] = [];
  const add = (fault: string, atMs: number, longestMs: number, params: ScheduleEntry['params']): void => {
    const durationMs = Math.min(prng.int(20, longestMs), endMs - atMs);
    if (durationMs > 0)
      entries.push({ id: entries.length, fault, atMs, durationMs, params, seed: String(prng.next()) });
  };
  for (let atMs = startMs; atMs < endMs; atMs += prng.int(1, 2 * intervalMs)) {
    const mode = prng.pick(['drop', 'reset', 'hold']);
    const shape = prng.pick(['halves', 'isolate-leader', 'majorities-ring', 'one-way']);
    if (prng.chance(0.6)) add('partition', atMs, 1500, { shape, mode });
    else if (prng.chance(0.5)) add('kill', atMs, 600, { target: prng.pick(['leader', 'minority', 'all']) });
    if (prng.chance(0.2)) add('rejoin-empty', atMs, 800, { target: prng.pick(['one', 'leader']) });
    for (let left = prng.int(0, 4); left > 0; left--) {
      const change = prng.pick(['add', 'remove', 'remove', 'replace']);
      const target = change === 'add' ? 'new' : prng.pick(['one', 'one', 'leader']);
      add('membership', atMs + prng.int(0, 60), 1500, { mode: change, target });
    }
  }
  return entries;
}
