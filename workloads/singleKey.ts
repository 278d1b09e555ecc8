/**
 * What the workloads have in common whose operations concern one key each: how threads share keys, when keys retire,
 * and which keys are read at the end.
 */
import {
  delay,
  fromFunction,
  limit,
  perKeyGroups,
  untilOk,
  type Generator,
  type GeneratorContext,
} from '../harness/generator/index.ts';
import type { UsedKey, WorkloadOptions } from '../harness/workload.ts';
import { settlingReads, type FinalRead } from './settlingReads.ts';

/**
 * Every crashed operation of a key stays open for ever and doubles the work of its check, so that a key retires after
 * this many. Those in flight at that moment may still be added.
 */
export const crashesMax = 8;

/**
 * How many keys are worked on at a time. A group has about as many threads as there are nodes, and not under three if
 * there are so many, so that every key is asked for at every node, by clients that race each other. But there are
 * several keys as soon as two threads can share each.
 */
export function groupsOf({ nodes, concurrency }: WorkloadOptions): number {
  const severalIfPossible = Math.min(2, Math.floor(concurrency / 2));
  return Math.max(1, severalIfPossible, Math.floor(concurrency / Math.max(3, nodes)));
}

/**
 * Whether a thread only reads key number `index`: a third of the group's threads, others for every key. A reader is
 * never stuck in a write, so it goes on asking a node that was cut off (where stale reads come from).
 */
export function onlyReads(thread: number, index: number, { threads }: GeneratorContext): boolean {
  const position = (threads.indexOf(thread) + index) % threads.length;
  return position < Math.floor(threads.length / 3);
}

/** At most so many keys are read at the end … */
const finalKeysMax = 400;
/** … among them the keys used last, where what was in flight during the last faults would be missing. */
const finalLastKeys = 100;
/** A final read is tried again until it succeeds, at most so often. */
const finalAttempts = 20;
const finalRetryMs = 250;

const plainRead: FinalRead = { f: 'read', value: () => null };

/**
 * Reads keys until each read succeeded once, so that a write that was acknowledged and lost shows, however late it was
 * lost. A key that was retired long ago can lose its value to a bad snapshot or a truncated log, so old keys are read
 * too: all of them, or a sample evenly spread over the run.
 */
export function finalReads(
  keys: readonly UsedKey[],
  options: WorkloadOptions,
  read: FinalRead = plainRead,
): Generator {
  const { concurrency, converges } = options;
  // All keys: the last reads of one that is left out would be those of the run, when nodes had no time to converge.
  if (converges !== undefined) return settlingReads(keys, options, converges, read);
  const chosen = finalKeys(keys);
  return perKeyGroups({
    groups: concurrency,
    key: (index) => chosen[index]?.key ?? null,
    generator: (key) =>
      untilOk(
        limit(
          finalAttempts,
          delay(
            finalRetryMs,
            fromFunction(() => ({ f: read.f, value: read.value(key) })),
          ),
        ),
      ),
  });
}

/** The keys to read at the end, in the order of their use. */
export function finalKeys<Key>(keys: readonly Key[]): readonly Key[] {
  return sampled(keys, finalKeysMax, finalLastKeys);
}

/** So many of these keys: the last ones, and of the others a sample that is evenly spread. In their order. */
function sampled<Key>(keys: readonly Key[], max: number, last: number): readonly Key[] {
  if (keys.length <= max) return keys;
  const older = keys.slice(0, -last);
  const positions = Array.from({ length: max - last }, (_, at) =>
    Math.floor((at * older.length) / (max - last)),
  );
  return [...older.filter((_, at) => positions.includes(at)), ...keys.slice(-last)];
}
