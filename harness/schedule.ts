/**
 * The schedule of a run: which fault starts when, drawn up front from the seed. Entries start after a warm-up, one
 * mean interval apart on average, overlap freely, and end before the time limit.
 *
 *   |--warm-up--|=F0=====|   |=F1=|..|=F2======|  |calm|   (then heal, recovery, final reads)
 *               ^ aimed at the leader, and long enough for another one to be elected
 *
 * Every fault comes once before any comes twice (closer together in a short run), and is then aimed at the leader, since
 * that is where most mistakes show. The partition comes first, so that even a run of a few seconds isolates a leader.
 */
import type { NodeId } from '../nodes/kernel/ids.ts';
import type { Prng } from '../nodes/kernel/prng.ts';
import type { Fault, ScheduleEntry } from './faults/fault.ts';
import { faultNamed } from './faults/index.ts';

export interface ScheduleOptions {
  readonly nodes: readonly NodeId[];
  /** Names of faults; unknown ones are a mistake of the caller. */
  readonly faults: readonly string[];
  readonly faultIntervalSeconds: number;
  readonly timeLimitSeconds: number;
  /** Whether links may deliver requests twice (only to reference models). */
  readonly duplicates?: boolean;
}

/** The bounds of the faulty phase, in milliseconds since the start of the run. */
export interface FaultyPhase {
  readonly startMs: number;
  readonly endMs: number;
}

/** The first fault on the leader lasts at least so long that another one is elected, and clients notice. */
const firstLastsMs = 2500;
/** The first one of every other fault lasts longer than an election. */
const aimedLastsMs = 1000;
/** However short the run: entries do not follow each other faster. */
const firstRoundMinMs = 500;
/** A remainder shorter than this is not worth a fault. */
const lastsMinMs = 100;

/** A tenth of the run is warm-up (0.5 to 2 s), and a twentieth is calm at its end. */
export function faultyPhase(timeLimitSeconds: number): FaultyPhase {
  const limitMs = timeLimitSeconds * 1000;
  const startMs = Math.min(Math.max(0.1 * limitMs, 500), 2000, limitMs / 2);
  return { startMs, endMs: limitMs - Math.min(0.05 * limitMs, 1000) };
}

export function drawSchedule(prng: Prng, options: ScheduleOptions): ScheduleEntry[] {
  const mix = options.faults.map(known);
  const phase = faultyPhase(options.timeLimitSeconds);
  const intervalMs = options.faultIntervalSeconds * 1000;
  const aimed = aimedFirst(mix, prng);
  const entries: ScheduleEntry[] = [];
  let atMs = phase.startMs + prng.next() * Math.min(300, 0.2 * intervalMs);
  while (mix.length > 0 && atMs + lastsMinMs <= phase.endMs) {
    const entryPrng = prng.fork(`entry-${entries.length}`);
    const aim = aimed[entries.length];
    const fault = aim ?? entryPrng.pick(mix);
    const params = fault.draw(entryPrng, {
      nodes: options.nodes,
      duplicates: options.duplicates ?? false,
      ...(aim && { aim: 'leader' as const }),
    });
    const { min, max } = fault.lasts;
    const drawnMs = intervalMs * (min + entryPrng.next() * (max - min));
    const leastMs = Math.min(leastLastsMs(aim, entries.length), 0.4 * lengthMs(phase));
    entries.push({
      id: entries.length,
      fault: fault.name,
      atMs: Math.round(atMs),
      durationMs: Math.round(Math.min(Math.max(drawnMs, leastMs), phase.endMs - atMs)),
      params,
      seed: `${prng.next()}`,
    });
    const isFirstRound = entries.length < aimed.length;
    atMs += gapMs(prng, intervalMs, isFirstRound ? lengthMs(phase) / aimed.length : Infinity);
  }
  return entries;
}

/** Where nobody ever leads, what is aimed at the leader is aimed at any node. */
export function withoutLeader(entries: readonly ScheduleEntry[]): readonly ScheduleEntry[] {
  return entries.map((entry) => {
    const { target, shape } = entry.params;
    const params = {
      ...entry.params,
      ...(target === 'leader' && { target: 'one' }),
      ...(shape === 'isolate-leader' && { shape: 'one' }),
    };
    return { ...entry, params };
  });
}

function lengthMs({ startMs, endMs }: FaultyPhase): number {
  return endMs - startMs;
}

function leastLastsMs(aim: Fault | undefined, index: number): number {
  if (aim === undefined) return lastsMinMs;
  return index === 0 ? firstLastsMs : aimedLastsMs;
}

/** Uniform around the mean interval; but `mostMs` at most, if that is not absurdly short. */
function gapMs(prng: Prng, intervalMs: number, mostMs: number): number {
  const drawnMs = intervalMs * (0.4 + 1.2 * prng.next());
  const shortMs = Math.max(firstRoundMinMs, mostMs * (0.7 + 0.3 * prng.next()));
  return Math.min(drawnMs, shortMs);
}

/** Every fault once: partition first, the others in random order. */
function aimedFirst(mix: readonly Fault[], prng: Prng): Fault[] {
  const distinct = prng.shuffle([...new Set(mix)]);
  return distinct.sort((a, b) => Number(b.name === 'partition') - Number(a.name === 'partition'));
}

function known(name: string): Fault {
  const fault = faultNamed(name);
  if (fault === undefined) throw new RangeError(`there is no fault "${name}"`);
  return fault;
}
