/**
 * Deliberately planted mistakes, for `--bug NAME`: each replaces one rule of rules.ts. They are the classic ones of
 * vector-clock stores, some of them the course's; the tests show for each the runs in which it does harm.
 */
import { bugsOf, type Bug } from '../kernel/bugs.ts';
import { counterOf, covers, joined, withEntry, type Clock } from './clock.ts';
import { correctRules, type Rules } from './rules.ts';
import { clockOf, merged, type Version, type Versions } from './versions.ts';

/** Of several, the first one decides: these bugs are those of stores with one version a key. */
function single(versions: Versions): Version | undefined {
  return versions[0];
}

/** What the course's program does: concurrent versions are decided by the first entry of the other's clock. */
function mergedByFirstKey(local: Versions, remote: Versions, self: string): Versions {
  const [mine, theirs] = [single(local), single(remote)];
  if (mine === undefined || theirs === undefined) return merged(local, remote);
  if (covers(mine.clock, theirs.clock)) return local;
  if (covers(theirs.clock, mine.clock)) return remote;
  const [first = ''] = Object.keys(theirs.clock);
  const { value } = Number(self) > Number(first) ? mine : theirs;
  return [{ value, clock: joined(mine.clock, theirs.clock) }];
}

/** What another node has written is taken, and keeps the clock of what was there. */
function mergedUnderLocalClock(local: Versions, remote: Versions): Versions {
  const versions = merged(local, remote);
  const [before, now] = [single(local), single(versions)];
  if (before === undefined || now === undefined || now === before) return versions;
  return [{ ...before, value: now.value }];
}

/** Taking over a version counts as a write of one's own. */
function mergedWithTick(local: Versions, remote: Versions, self: string): Versions {
  const versions = merged(local, remote);
  const winner = single(versions);
  if (versions === local || winner === undefined) return versions;
  const clock = clockOf(versions);
  const counter = counterOf(clock, self) + 1;
  return [{ value: winner.value, clock: withEntry(clock, self, counter), by: self, since: counter - 1 }];
}

/** Compares what both clocks have entries for, and nothing else. */
function mergedBySharedEntries(local: Versions, remote: Versions): Versions {
  const [mine, theirs] = [single(local), single(remote)];
  if (mine === undefined || theirs === undefined) return merged(local, remote);
  const isAhead = (one: Clock, other: Clock): boolean =>
    Object.entries(one).some(([node, counter]) => node in other && counter > counterOf(other, node));
  if (!isAhead(theirs.clock, mine.clock)) return local;
  return isAhead(mine.clock, theirs.clock) ? merged(local, remote) : remote;
}

function withoutOwnEntry({ value, clock }: Version, self: string): Version {
  return { value, clock: Object.fromEntries(Object.entries(clock).filter(([node]) => node !== self)) };
}

const bugs: readonly Bug<Rules>[] = [
  {
    name: 'first-key-tie-break',
    mistake:
      "concurrent versions are decided by comparing one's own number with the first key of the other's clock",
    revealedBy: 'convergence and one-value-per-version, when three nodes write a key at the same time',
    rules: { merge: mergedByFirstKey },
  },
  {
    name: 'merge-keeps-local-clock',
    mistake: 'the value of another node is taken, its clock is not',
    revealedBy: 'nothing-forgotten and no-lost-writes, when a key is written at several nodes',
    rules: { merge: mergedUnderLocalClock },
  },
  {
    name: 'receive-ticks-clock',
    mistake:
      'taking over a version counts as a write of its own, so a copy looks newer than what replaced it',
    revealedBy: 'counters-grow and no-lost-writes, when a copy meets a later write',
    rules: { merge: mergedWithTick },
  },
  {
    name: 'counter-not-durable',
    mistake: "a node's own entries are kept in memory only",
    revealedBy: 'nothing-forgotten and counters-grow, when nodes crash: new writes look old, and are lost',
    rules: { journal: (versions, self) => versions.map((version) => withoutOwnEntry(version, self)) },
  },
  {
    name: 'tombstone-dropped',
    mistake: 'a deleted key is removed, and nothing remembers that it was',
    revealedBy:
      'nothing-forgotten and no-lost-writes, when keys are deleted: they come back from other nodes',
    rules: { keep: (versions) => versions.filter(({ value }) => value !== null) },
  },
  {
    name: 'missing-entry-as-equal',
    mistake: 'clocks are compared by the entries that both have; one that is missing counts as equal',
    revealedBy: 'convergence, when two nodes write a key at the same time',
    rules: { merge: mergedBySharedEntries },
  },
  {
    name: 'put-ignores-context',
    mistake: 'what the client has seen is left out of the clock of its write',
    revealedBy:
      'clock-covers-context, and with resolve=siblings only-concurrent: what was seen and replaced stays there',
    rules: {
      contextOfWrite: (_client, local, resolve) => (resolve === 'lww' ? clockOf(local) : {}),
    },
  },
  {
    name: 'unreachable-peer-given-up',
    mistake: 'a node that could not be reached once is never synced with again',
    revealedBy: 'convergence, when links are cut',
    rules: { retriesPeers: false },
  },
];

export const { bugSpecs, rulesOf } = bugsOf('eventual', correctRules, bugs);
